/* session.c - a session that goes on behind what another process finished, one that ends early, and the end of each. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include "core/error.h"
#include "summary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool session_resume_csv(session *s) {
  char *header = csv_header();
  resume_free(&s->finished);
  s->csv = (csv_file){.file = header ? resume_open(&s->finished, s->csv_path, header) : -1};
  if (!header) gconv_error(GCONV_NO_MEMORY, "no memory for the columns of a CSV");
  free(header);
  if (s->csv.file < 0) return false;
  return s->finished.whole_bytes || csv_begin(&s->csv) || (gconv_error(GCONV_FAILED, "%s", strerror(errno)), false);
}

void session_end_early(session *s) {
  static const char ends[] = "gconv-bench: a call that does not return ends the run;";
  const bool layers = s->level == LEVEL_LAYER;
  const bool whole = csv_close(&s->csv);
  summary_block(s);
  summary_skips(s);
  if (!whole) fprintf(stderr, "gconv-bench: %s: %s\n", s->csv_path, strerror(errno));
  if (layers && s->csv_path)
    fprintf(stderr, "%s --resume=%s goes on behind it, and with --isolate it costs its own rows alone\n", ends,
            s->csv_path);
  else if (layers)
    fprintf(stderr, "%s with --csv=FILE, --resume=FILE would go on behind it\n", ends);
  else
    fprintf(stderr, "%s leave the kernel out with --kernels=, or raise --time-limit=\n", ends);
}

void session_free(session *s) {
  options_free(&s->options);
  resume_free(&s->finished);
  joined_free(&s->joined);
  summary_free(s);
  for (int i = 0; i < ALLOCATIONS; i++) arena_free(&s->arenas[i]);
  speed_probe_free(&s->probe);
  peak_free(&s->peaks);
  bandwidth_free(&s->bandwidths);
}
