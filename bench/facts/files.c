/* files.c - reads single lines of small files; a machine that hides a file gets an "unknown", not an error. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "files.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

bool read_line(const char *path, char *line, size_t size) {
  FILE *file = fopen(path, "r");
  if (!file) return false;
  const bool read = fgets(line, (int)size, file);
  fclose(file);
  if (read) line[strcspn(line, "\r\n")] = 0;
  return read && *line;
}

bool read_field(const char *path, const char *key, char separator, char *value, size_t size) {
  FILE *file = fopen(path, "r");
  if (!file) return false;
  char line[8192]; /* the longest, a CPU's flags, has two thousand */
  bool found = false;
  while (!found && fgets(line, sizeof line, file)) {
    char *text = strchr(line, separator);
    size_t length = text ? (size_t)(text - line) : 0;
    while (length && strchr(" \t", line[length - 1])) length--;
    found = text && length == strlen(key) && !strncmp(line, key, length);
    if (!found) continue;
    text += 1 + strspn(text + 1, " \t\"");
    snprintf(value, size, "%.*s", (int)strcspn(text, "\r\n\""), text);
  }
  fclose(file);
  return found;
}

bool limit_is_none(const char *limit) {
  static const int64_t beyond_any_machine = INT64_C(1) << 62;
  if (!strncmp(limit, "max", 3)) return true;
  const long long number = strtoll(limit, NULL, 10);
  return number < 0 || number >= beyond_any_machine;
}

int count_in_list(const char *list) {
  int count = 0;
  for (const char *rest = list;;) {
    char *end;
    const long low = strtol(rest, &end, 10);
    if (end == rest || low < 0) return 0;
    const bool range = *end == '-';
    const char *const last = end + range;
    const long high = range ? strtol(last, &end, 10) : low;
    if ((range && end == last) || high < low || high - low >= INT_MAX - count) return 0;
    count += (int)(high - low + 1);
    if (!*end) return count;
    if (*end != ',') return 0;
    rest = end + 1;
  }
}

void facts_files(facts *f, const char *section, const file_fact *list, size_t count) {
  for (size_t i = 0; i < count; i++) {
    char line[FACT_VALUE_MAX];
    if (!read_line(list[i].path, line, sizeof line) &&
        !(list[i].other_path && read_line(list[i].other_path, line, sizeof line)))
      facts_unknown(f, section, list[i].key, "not visible here");
    else if (list[i].limit && limit_is_none(line))
      facts_unknown(f, section, list[i].key, "none");
    else
      facts_text(f, section, list[i].key, "%s", line);
  }
}
