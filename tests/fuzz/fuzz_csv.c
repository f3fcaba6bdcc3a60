/* fuzz_csv.c - what --resume reads: any bytes as a table, with and without the header it must have, and a row of any
 * texts as it is written and found again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "csv.h"
#include "resume.h"

#include <string.h>

/* Whole rows stay whole: the part that is kept reads as itself. */
static void parse(const char *text, size_t size, const char *header) {
  resume_rows rows, again;
  if (resume_parse(&rows, text, size, header)) {
    HOLDS(*gconv_last_error());
    return;
  }
  HOLDS(rows.whole_bytes <= size);
  HOLDS(!resume_parse(&again, text, rows.whole_bytes, header));
  HOLDS(again.whole_bytes == rows.whole_bytes && again.count == rows.count);
  resume_free(&again);
  resume_free(&rows);
}

static void parse_behind_header(const uint8_t *data, size_t size, const char *header) {
  const size_t before = strlen(header);
  char *text = malloc(before + size);
  HOLDS(text);
  memcpy(text, header, before); /* NOLINT(bugprone-not-null-terminated-result): it goes with its length */
  if (size) memcpy(text + before, data, size);
  parse(text, before + size, header);
  free(text);
}

/* The input's first bytes as texts of a row, none longer than what gconv-bench writes there. */
enum { TEXTS = 4, TEXT_MAX = 100 };

static void split(const uint8_t *data, size_t size, char texts[TEXTS][TEXT_MAX]) {
  memset(texts, 0, TEXTS * sizeof *texts);
  for (size_t i = 0, length = 0, text = 0; i < size && text < TEXTS; i++) {
    const bool ends = !data[i] || length == TEXT_MAX - 1;
    if (ends)
      text++, length = 0;
    else
      texts[text][length++] = (char)data[i];
  }
}

static void write_and_find(const uint8_t *data, size_t size, const char *header) {
  char texts[TEXTS][TEXT_MAX], benchmark[4 * TEXT_MAX], line[8192];
  split(data, size, texts);
  csv_row row = csv_empty_row;
  row.set = texts[0], row.name = texts[1], row.problem = texts[2], row.kernel = texts[3];
  row.direction = "fwd", row.layout = "native", row.cache = "warm", row.threads = 2;
  const char *path = fuzz_file(NULL, 0);
  csv_file csv;
  HOLDS(csv_open(&csv, path));
  csv_write(&csv, &row);
  HOLDS(csv_close(&csv));

  FILE *file = fopen(path, "rb");
  HOLDS(file);
  const size_t length = fread(line, 1, sizeof line, file);
  HOLDS(length < sizeof line && !fclose(file));
  resume_rows rows;
  HOLDS(!resume_parse(&rows, line, length, header));
  HOLDS(rows.count == 1 && rows.whole_bytes == length);
  snprintf(benchmark, sizeof benchmark, "fwd/native/%s/%s/t2/warm", row.problem, row.kernel);
  HOLDS(resume_has(&rows, benchmark, row.set, row.name));
  resume_free(&rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *header = csv_header();
  HOLDS(header);
  parse((const char *)data, size, header);
  parse_behind_header(data, size, header);
  write_and_find(data, size, header);
  free(header);
  return 0;
}
