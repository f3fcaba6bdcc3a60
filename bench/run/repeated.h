/* repeated.h - the repetitions of one benchmark, of a layer or a whole network: each watched from outside while it is
 * timed, as many as its rule wants, and what they say together. */
#ifndef GCONV_RUN_REPEATED_H
#define GCONV_RUN_REPEATED_H

#include "repeat.h"
#include "session.h"

typedef struct {
  repeat_rule rule;
  sample_list samples;
  double spent; /* seconds on them */
  bool written; /* as rows */
} repeated;

/* Their number: as many as asked for; fewer, but at least three, where calls of `call_seconds` would pass the budget. A
 * number that the user gave is kept to. */
void repeated_plan(repeated *r, const session *s, double call_seconds);

/* Says, once, if there are threads that OpenMP did not start: libraries start pools when they are loaded or first
 * called, so after the first calls of `kernel`. */
void repeated_find_pools(session *s, const char *kernel);

/* One repetition being timed. */
typedef struct {
  session *session;
  int threads;
  bool slow; /* the machine was, before */
  usage usage;
  double start;
} watch;

/* Before what comes before a repetition: finds the threads that are not foreign. */
void watch_prepare(session *s);
watch watch_begin(session *s, int threads);
/* Adds the sample. Its seconds come later, from the benchmark library. */
gconv_status watch_end(const watch *w, repeated *r);

/* Of the next round; 0 if there are enough. */
int repeated_wanted(const repeated *r);
/* What counts, added to the session's disturbances. The samples are forgotten. */
figures repeated_finish(repeated *r, session *s);

#endif
