/* main.c - gconv-train: the same training by every kernel. All courses take each step in turn, on the same pictures, so
 * that a slow moment of the machine hits them alike. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"
#include "pictures.h"
#include "printed.h"
#include "run.h"
#include "start.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2, PICTURE_FLOATS = PICTURE_PLANES * PICTURE_SIDE * PICTURE_SIDE };

static const char oracle[] = "ref"; /* sums in double precision */

static int complain(const char *sentence, int code) {
  fprintf(stderr, "gconv-train: %s\n", sentence);
  return code;
}

/* A kernel that cannot run the network is skipped with the reason. */
static gconv_status begin_courses(const arguments *a, trainings *t, size_t *taken) {
  const options *o = &a->options;
  t->courses = calloc(o->kernel_count * (size_t)o->thread_count, sizeof *t->courses);
  if (!t->courses) return gconv_error(GCONV_NO_MEMORY, "no memory for %zu kernels", o->kernel_count);
  for (size_t k = 0; k < o->kernel_count; k++)
    for (int i = 0; i < o->thread_count; i++) {
      course *c = &t->courses[t->count++];
      *c = (course){.kernel = o->kernels[k], .threads = o->threads[i]};
      const gconv_status status = course_begin(c, &a->rules, 0, taken);
      if (status && status != GCONV_UNSUPPORTED) return status;
      if (status) snprintf(c->plan, sizeof c->plan, "%s", gconv_last_error());
    }
  return GCONV_OK;
}

static const char *first_running(const trainings *t) {
  for (size_t i = 0; i < t->count; i++)
    if (t->courses[i].n) return t->courses[i].kernel;
  return NULL;
}

static gconv_status begin(const arguments *a, trainings *t) {
  size_t taken = 0;
  t->moved = calloc((size_t)a->rules.steps, sizeof *t->moved);
  gconv_status status =
      t->moved ? begin_courses(a, t, &taken) : gconv_error(GCONV_NO_MEMORY, "no memory for %d steps", a->rules.steps);
  if (status) return status;
  const char *kernel = first_running(t);
  if (!kernel) return gconv_error(GCONV_UNSUPPORTED, "none of the chosen kernels runs the network");
  t->reference = (course){.kernel = oracle, .threads = 1};
  t->plain = (course){.kernel = kernel, .threads = 1};
  status = course_begin(&t->reference, &a->rules, 0, &taken);
  if (!status) status = course_begin(&t->plain, &a->rules, 0, &taken);
  for (int i = 0; i < SHAKEN && !status; i++) {
    t->shaken[i] = (course){.kernel = kernel, .threads = 1, .shaken = true};
    status = course_begin(&t->shaken[i], &a->rules, (uint64_t)i + 1, &taken);
  }
  return status;
}

static gconv_status step_all(trainings *t, int step, const float *images, const int *labels) {
  gconv_status status = course_step(&t->reference, step, images, labels);
  if (!status) status = course_step(&t->plain, step, images, labels);
  t->moved[step] = step ? t->moved[step - 1] : 0;
  for (int i = 0; i < SHAKEN && !status; i++) {
    status = course_step(&t->shaken[i], step, images, labels);
    t->moved[step] = fmax(t->moved[step], fabs(t->shaken[i].loss[step] - t->plain.loss[step]));
  }
  for (size_t i = 0; i < t->count && !status; i++)
    if (t->courses[i].n) status = course_step(&t->courses[i], step, images, labels);
  return status;
}

static gconv_status train(const arguments *a, trainings *t) {
  const int batch = a->rules.batch;
  float *images = malloc((size_t)batch * PICTURE_FLOATS * sizeof *images);
  int *labels = malloc((size_t)batch * sizeof *labels);
  gconv_status status = images && labels ? GCONV_OK : gconv_error(GCONV_NO_MEMORY, "no memory for %d pictures", batch);
  for (int step = 0; step < a->rules.steps && !status; step++) {
    for (int n = 0; n < batch; n++)
      labels[n] = picture_draw(a->rules.seed, (int64_t)step * batch + n, images + (size_t)n * PICTURE_FLOATS);
    status = step_all(t, step, images, labels);
  }
  free(images);
  free(labels);
  return status;
}

static void end(trainings *t) {
  course_end(&t->reference);
  course_end(&t->plain);
  for (int i = 0; i < SHAKEN; i++) course_end(&t->shaken[i]);
  for (size_t i = 0; i < t->count; i++) course_end(&t->courses[i]);
  free(t->courses);
  free(t->moved);
}

static int run(arguments *a) {
  model *m;
  trainings t = {0};
  gconv_status status = course_model(&m);
  a->rules.m = m;
  if (!status) status = begin(a, &t);
  if (!status) status = train(a, &t);
  int code = status ? complain(gconv_last_error(), 1) : report_print(a, &t) > 0;
  if (!status && !report_write(a, &t)) {
    fprintf(stderr, "gconv-train: %s: %s\n", a->csv_path, strerror(errno));
    code = 1;
  }
  end(&t);
  model_free(m);
  return code;
}

int main(int argc, char **argv) {
  if (!process_start("gconv-train", argv)) return 1;
  arguments a;
  static const int codes[] = {[ARGUMENTS_ANSWERED] = 0, [ARGUMENTS_BAD] = EXIT_USAGE};
  const arguments_result result = arguments_take(&a, argc, argv);
  const int code = result == ARGUMENTS_RUN ? run(&a) : codes[result];
  options_free(&a.options);
  return printed_all("gconv-train", code);
}
