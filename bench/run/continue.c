/* continue.c - reads which rows are finished, cuts what a killed run has torn, leaves the file open behind the rest. */
#include "continue.h"

#include "core/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool continue_csv(session *s) {
  char *header = csv_header();
  resume_free(&s->finished);
  s->csv = (csv_file){.file = header ? resume_open(&s->finished, s->csv_path, header) : -1};
  if (!header) gconv_error(GCONV_NO_MEMORY, "no memory for the columns of a CSV");
  free(header);
  if (s->csv.file < 0) return false;
  return s->finished.whole_bytes || csv_begin(&s->csv) || (gconv_error(GCONV_FAILED, "%s", strerror(errno)), false);
}
