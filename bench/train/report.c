/* report.c - what the trainings did, beside the reference: a table for eyes, rows for programs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double bound_at(const trainings *all, int step) { return allowance * all->moved[step]; }

static double off_at(const trainings *all, const training *t, int step) {
  return fabs(t->loss[step] - all->reference.loss[step]);
}

/* Largest share of the bound; not finite if a loss is not. */
static double worst_share(const trainings *all, const training *t, int steps) {
  double worst = 0;
  for (int s = 0; s < steps; s++) {
    const double off = off_at(all, t, s);
    if (!isfinite(off)) return INFINITY;
    if (off > 0) worst = fmax(worst, off / bound_at(all, s));
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
static double mean_loss(const training *t, int steps, bool last) {
  const int part = steps / 10 > 0 ? steps / 10 : 1;
  double sum = 0;
  for (int s = 0; s < part; s++) sum += t->loss[last ? steps - 1 - s : s];
  return sum / part;
}

/* The first training of the same kernel, on fewer threads; itself if there is none. */
static const training *sibling(const trainings *all, const training *t) {
  const training *first = all->by_kernel;
  while (strcmp(first->kernel, t->kernel) || !first->n) first++;
  return first;
}

static const char *judge(const trainings *all, const training *t, int steps) {
  const training *other = sibling(all, t);
  if (!(worst_share(all, t, steps) <= 1)) return "LEFT THE BOUND";
  if (!(mean_loss(t, steps, true) < mean_loss(t, steps, false))) return "DID NOT FALL";
  if (memcmp(t->loss, other->loss, (size_t)steps * sizeof *t->loss) == 0) return other == t ? "-" : "bitwise";
  return t->deterministic && other->deterministic ? "DIFFERS" : "not promised";
}

int report_print(const arguments *a, const trainings *all) {
  const int steps = a->rules.steps;
  const training *ref = &all->reference;
  printf("%d steps of %d pictures, rate %g, seed %llu; reference: loss %.6f to %.6f (means of a tenth of the steps), "
         "bound %.2g to %.2g\n\n",
         steps, a->rules.batch, (double)a->rules.rate, (unsigned long long)a->rules.seed, mean_loss(ref, steps, false),
         mean_loss(ref, steps, true), bound_at(all, 0), bound_at(all, steps - 1));
  printf("%-16s %7s %9s %11s %11s %11s  %-14s %s\n", "kernel", "threads", "ms/step", "first loss", "last loss",
         "of bound", "same loss", "plan");
  int wrong = 0;
  for (size_t i = 0; i < all->count; i++) {
    const training *t = &all->by_kernel[i];
    if (!t->n) {
      printf("%-16s %7d SKIPPED: %s\n", t->kernel, t->threads, t->plan);
      continue;
    }
    const char *verdict = judge(all, t, steps);
    const double seconds = median(t->seconds, steps);
    if (isnan(seconds)) fprintf(stderr, "gconv-train: no memory for a median of %d times\n", steps);
    wrong += isnan(seconds) || (*verdict >= 'A' && *verdict <= 'Z');
    printf("%-16s %7d %9.3f %11.6f %11.6f %11.3f  %-14s %s\n", t->kernel, t->threads, 1e3 * seconds, t->loss[0],
           t->loss[steps - 1], worst_share(all, t, steps), verdict, t->plan);
  }
  return wrong;
}

bool report_write(const arguments *a, const trainings *all) {
  if (!a->csv_path) return true;
  FILE *file = fopen(a->csv_path, "w");
  if (!file) return false;
  fputs("kernel,threads,batch,step,loss,reference_loss,bound,time_ns,deterministic,plan\n", file);
  for (size_t i = 0; i < all->count; i++)
    for (int s = 0; s < a->rules.steps && all->by_kernel[i].n; s++) {
      const training *t = &all->by_kernel[i];
      fprintf(file, "%s,%d,%d,%d,%.17g,%.17g,%.4g,%.0f,%d,\"%s\"\n", t->kernel, t->threads, a->rules.batch, s,
              t->loss[s], all->reference.loss[s], bound_at(all, s), 1e9 * t->seconds[s], t->deterministic, t->plan);
    }
  const bool written = !ferror(file);
  return !fclose(file) && written;
}
