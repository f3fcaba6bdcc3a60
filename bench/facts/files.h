/* files.h - facts that are one line of a file of the kernel (sysfs, procfs, cgroups). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_INFO_FILES_H
#define GCONV_INFO_FILES_H

#include "facts.h"

/* The first line without its end; false if the file cannot be read or is empty. */
bool read_line(const char *path, char *line, size_t size);
/* The value of the first line "key<blanks><separator>value" of a file, as in /proc/cpuinfo and /etc/os-release. */
bool read_field(const char *path, const char *key, char separator, char *value, size_t size);

/* Does a limit of a cgroup limit nothing? Version 2 says "max"; version 1 -1, or the largest number of whole pages. */
bool limit_is_none(const char *limit);
/* How many there are in a list such as "0-3,8"; 0 where it cannot be read. */
int count_in_list(const char *list);

typedef struct {
  const char *key, *path, *other_path; /* other_path: where older systems have it, or NULL */
  bool limit;                          /* "none" where limit_is_none */
} file_fact;

/* The first line of each file, or that it is not visible here. */
void facts_files(facts *f, const char *section, const file_fact *list, size_t count);

#endif
