/* usage.c - how commands say that they were called wrongly. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "info.h"

#include <stdarg.h>
#include <string.h>

int usage_error(const char *command, const char *format, ...) {
  va_list args;
  va_start(args, format);
  fprintf(stderr, "gconv-info%s%s: ", *command ? " " : "", command);
  vfprintf(stderr, format, args);
  fprintf(stderr, " (--help shows the usage)\n");
  va_end(args);
  return EXIT_USAGE;
}

static int refuse(const char *command, const char *const *flags, const char *argument) {
  char list[128] = "";
  for (int f = 0; flags[f]; f++)
    snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", f ? " and " : ", it takes only ", flags[f]);
  return usage_error(command, "'%s' is not an argument of it%s", argument, list);
}

int take_flags(const char *command, const char *const *flags, int count, char **arguments, bool *given) {
  for (int f = 0; flags[f]; f++) given[f] = false;
  for (int i = 0; i < count; i++) {
    int f = 0;
    while (flags[f] && strcmp(arguments[i], flags[f])) f++;
    if (!flags[f]) return refuse(command, flags, arguments[i]);
    given[f] = true;
  }
  return 0;
}
