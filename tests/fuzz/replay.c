/* replay.c - runs a target on every file of a folder, in place of libFuzzer's main: what was once found stays found,
 * with any compiler and in seconds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <dirent.h>
#include <string.h>

static void replay(const char *path) {
  FILE *file = fopen(path, "rb");
  HOLDS(file && !fseek(file, 0, SEEK_END));
  const size_t size = (size_t)ftell(file);
  uint8_t *data = malloc(size + !size); /* exactly as large as the input: a sanitizer sees the first byte too far */
  rewind(file);
  HOLDS(data && fread(data, 1, size, file) == size);
  fclose(file);
  fprintf(stderr, "%s\n", path); /* the last line names the input that crashed */
  LLVMFuzzerTestOneInput(data, size);
  free(data);
}

static int is_visible(const struct dirent *entry) { return entry->d_name[0] != '.'; }

int main(int argc, char **argv) {
  struct dirent **entries;
  const int count = argc == 2 ? scandir(argv[1], &entries, is_visible, alphasort) : -1;
  if (count < 1) {
    fprintf(stderr, "usage: replay FOLDER of inputs\n");
    return 2;
  }
  for (int i = 0; i < count; i++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", argv[1], entries[i]->d_name);
    replay(path);
    free(entries[i]);
  }
  free(entries);
  printf("%d inputs\n", count);
  return 0;
}
