/* report.c - what the courses did, beside the reference: a table for eyes, rows for programs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double bound_at(const trainings *t, int step) { return allowance * t->moved[step]; }

static double off_at(const trainings *t, const course *c, int step) {
  return fabs(c->loss[step] - t->reference.loss[step]);
}

/* Largest share of the bound; not finite if a loss is not. */
static double worst_share(const trainings *t, const course *c, int steps) {
  double worst = 0;
  for (int s = 0; s < steps; s++) {
    const double off = off_at(t, c, s);
    if (!isfinite(off)) return INFINITY;
    if (off > 0) worst = fmax(worst, off / bound_at(t, s));
  }
  return worst;
}

static int by_size(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(const double *values, int count) {
  /* NOLINTNEXTLINE(clang-analyzer-optin.portability.UnixAPI): there are two steps or more */
  double *sorted = malloc((size_t)count * sizeof *sorted);
  if (!sorted) return NAN;
  memcpy(sorted, values, (size_t)count * sizeof *sorted);
  qsort(sorted, (size_t)count, sizeof *sorted, by_size);
  const double m = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
  free(sorted);
  return m;
}

/* Of the first or last tenth of the steps: single steps see few pictures. */
static double mean_loss(const course *c, int steps, bool last) {
  const int part = steps / 10 > 0 ? steps / 10 : 1;
  double sum = 0;
  for (int s = 0; s < part; s++) sum += c->loss[last ? steps - 1 - s : s];
  return sum / part;
}

/* The first course of the same kernel, on fewer threads; itself if there is none. */
static const course *sibling(const trainings *t, const course *c) {
  const course *first = t->courses;
  while (strcmp(first->kernel, c->kernel) || !first->n) first++;
  return first;
}

static const char *judge(const trainings *t, const course *c, int steps) {
  const course *other = sibling(t, c);
  if (!(worst_share(t, c, steps) <= 1)) return "LEFT THE BOUND";
  if (!(mean_loss(c, steps, true) < mean_loss(c, steps, false))) return "DID NOT FALL";
  if (memcmp(c->loss, other->loss, (size_t)steps * sizeof *c->loss) == 0) return other == c ? "-" : "bitwise";
  return c->deterministic && other->deterministic ? "DIFFERS" : "not promised";
}

int report_print(const arguments *a, const trainings *t) {
  const int steps = a->rules.steps;
  const course *ref = &t->reference;
  printf("%d steps of %d pictures, rate %g, seed %llu; reference: loss %.6f to %.6f (means of a tenth of the steps), "
         "bound %.2g to %.2g\n\n",
         steps, a->rules.batch, (double)a->rules.rate, (unsigned long long)a->rules.seed, mean_loss(ref, steps, false),
         mean_loss(ref, steps, true), bound_at(t, 0), bound_at(t, steps - 1));
  printf("%-16s %7s %9s %11s %11s %11s  %-14s %s\n", "kernel", "threads", "ms/step", "first loss", "last loss",
         "of bound", "same loss", "plan");
  int wrong = 0;
  for (size_t i = 0; i < t->count; i++) {
    const course *c = &t->courses[i];
    if (!c->n) {
      printf("%-16s %7d SKIPPED: %s\n", c->kernel, c->threads, c->plan);
      continue;
    }
    const char *verdict = judge(t, c, steps);
    const double seconds = median(c->seconds, steps);
    if (isnan(seconds)) fprintf(stderr, "gconv-train: no memory for a median of %d times\n", steps);
    wrong += isnan(seconds) || (*verdict >= 'A' && *verdict <= 'Z');
    printf("%-16s %7d %9.3f %11.6f %11.6f %11.3f  %-14s %s\n", c->kernel, c->threads, 1e3 * seconds, c->loss[0],
           c->loss[steps - 1], worst_share(t, c, steps), verdict, c->plan);
  }
  return wrong;
}

bool report_write(const arguments *a, const trainings *t) {
  if (!a->csv_path) return true;
  FILE *file = fopen(a->csv_path, "w");
  if (!file) return false;
  fputs("kernel,threads,batch,step,loss,reference_loss,bound,time_ns,deterministic,plan\n", file);
  for (size_t i = 0; i < t->count; i++)
    for (int s = 0; s < a->rules.steps && t->courses[i].n; s++) {
      const course *c = &t->courses[i];
      fprintf(file, "%s,%d,%d,%d,%.17g,%.17g,%.4g,%.0f,%d,\"%s\"\n", c->kernel, c->threads, a->rules.batch, s,
              c->loss[s], t->reference.loss[s], bound_at(t, s), 1e9 * c->seconds[s], c->deterministic, c->plan);
    }
  const bool written = !ferror(file);
  return !fclose(file) && written;
}
