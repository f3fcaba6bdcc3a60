/* files.c - reads single lines of small files; a machine that hides a file gets an "unknown", not an error. */
#include "files.h"

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

void facts_files(facts *f, const char *section, const file_fact *list, size_t count) {
  for (size_t i = 0; i < count; i++) {
    char line[FACT_VALUE_MAX];
    if (read_line(list[i].path, line, sizeof line) ||
        (list[i].other_path && read_line(list[i].other_path, line, sizeof line)))
      facts_text(f, section, list[i].key, "%s", line);
    else
      facts_unknown(f, section, list[i].key, "not visible here");
  }
}
