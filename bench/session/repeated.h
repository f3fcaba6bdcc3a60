/* repeated.h - the repetitions of one benchmark, of a layer or a whole network: each watched from outside while it is
 * timed, as many as its rule wants, and what they say together. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_REPEATED_H
#define GCONV_RUN_REPEATED_H

#include "samples.h"
#include "session.h"

typedef struct {
  repeat_rule rule;
  sample_list samples;
  double spent; /* seconds on them */
  bool written; /* as rows */
} repeated;

/* Takes over what an earlier process measured of it (--join), and plans how many more: as many as asked for; fewer, but
 * at least three, where calls of `call_seconds` would pass the budget. A number that the user gave is kept to. */
gconv_status repeated_plan(repeated *r, const session *s, const char *benchmark, double call_seconds);

/* Says, once, if there are threads that OpenMP did not start: libraries start theirs when they are loaded or first
 * called, so after the first calls of `kernel`. */
void repeated_find_foreign_threads(session *s, const char *kernel);

/* One repetition being timed. */
typedef struct {
  session *session;
  int threads;
  speed_reading speed; /* before */
  usage usage;
  double start;
} watch;

/* Before a call that warms up: finds the threads that are not foreign, and how fast the machine is. */
watch watch_prepare(session *s, int threads);
/* Right before the timed region. */
void watch_begin(watch *w);
/* Adds the sample, of a repetition in that one of the session's buffers. Its seconds come later, from the benchmark
 * library. */
gconv_status watch_end(const watch *w, repeated *r, int allocation);

/* Of the next round; 0 if there are enough. */
int repeated_wanted(const repeated *r);
/* What counts, added to the session's disturbances. The samples are forgotten. */
figures repeated_finish(repeated *r, session *s);

#endif
