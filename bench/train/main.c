/* main.c - gconv-train: the same training by every kernel. All trainings take each step in turn, on the same pictures,
 * so that a slow moment of the machine hits them alike. */
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
static gconv_status begin_all(const arguments *a, trainings *all, size_t *taken) {
  const options *o = &a->options;
  all->by_kernel = calloc(o->kernel_count * (size_t)o->thread_count, sizeof *all->by_kernel);
  if (!all->by_kernel) return gconv_error(GCONV_NO_MEMORY, "no memory for %zu kernels", o->kernel_count);
  for (size_t k = 0; k < o->kernel_count; k++)
    for (int i = 0; i < o->thread_count; i++) {
      training *t = &all->by_kernel[all->count++];
      *t = (training){.kernel = o->kernels[k], .threads = o->threads[i]};
      const gconv_status status = training_begin(t, &a->rules, 0, taken);
      if (status && status != GCONV_UNSUPPORTED) return status;
      if (status) snprintf(t->plan, sizeof t->plan, "%s", gconv_last_error());
    }
  return GCONV_OK;
}

static const char *first_running(const trainings *all) {
  for (size_t i = 0; i < all->count; i++)
    if (all->by_kernel[i].n) return all->by_kernel[i].kernel;
  return NULL;
}

static gconv_status begin(const arguments *a, trainings *all) {
  size_t taken = 0;
  all->moved = calloc((size_t)a->rules.steps, sizeof *all->moved);
  gconv_status status =
      all->moved ? begin_all(a, all, &taken) : gconv_error(GCONV_NO_MEMORY, "no memory for %d steps", a->rules.steps);
  if (status) return status;
  const char *kernel = first_running(all);
  if (!kernel) return gconv_error(GCONV_UNSUPPORTED, "none of the chosen kernels runs the network");
  all->reference = (training){.kernel = oracle, .threads = 1};
  all->plain = (training){.kernel = kernel, .threads = 1};
  status = training_begin(&all->reference, &a->rules, 0, &taken);
  if (!status) status = training_begin(&all->plain, &a->rules, 0, &taken);
  for (int i = 0; i < SHAKEN && !status; i++) {
    all->shaken[i] = (training){.kernel = kernel, .threads = 1, .shaken = true};
    status = training_begin(&all->shaken[i], &a->rules, (uint64_t)i + 1, &taken);
  }
  return status;
}

static gconv_status step_all(trainings *all, int step, const float *images, const int *labels) {
  gconv_status status = training_step(&all->reference, step, images, labels);
  if (!status) status = training_step(&all->plain, step, images, labels);
  all->moved[step] = step ? all->moved[step - 1] : 0;
  for (int i = 0; i < SHAKEN && !status; i++) {
    status = training_step(&all->shaken[i], step, images, labels);
    all->moved[step] = fmax(all->moved[step], fabs(all->shaken[i].loss[step] - all->plain.loss[step]));
  }
  for (size_t i = 0; i < all->count && !status; i++)
    if (all->by_kernel[i].n) status = training_step(&all->by_kernel[i], step, images, labels);
  return status;
}

static gconv_status train(const arguments *a, trainings *all) {
  const int batch = a->rules.batch;
  float *images = malloc((size_t)batch * PICTURE_FLOATS * sizeof *images);
  int *labels = malloc((size_t)batch * sizeof *labels);
  gconv_status status = images && labels ? GCONV_OK : gconv_error(GCONV_NO_MEMORY, "no memory for %d pictures", batch);
  for (int step = 0; step < a->rules.steps && !status; step++) {
    for (int n = 0; n < batch; n++)
      labels[n] = picture_draw(a->rules.seed, (int64_t)step * batch + n, images + (size_t)n * PICTURE_FLOATS);
    status = step_all(all, step, images, labels);
  }
  free(images);
  free(labels);
  return status;
}

static void end(trainings *all) {
  training_end(&all->reference);
  training_end(&all->plain);
  for (int i = 0; i < SHAKEN; i++) training_end(&all->shaken[i]);
  for (size_t i = 0; i < all->count; i++) training_end(&all->by_kernel[i]);
  free(all->by_kernel);
  free(all->moved);
}

static int run(arguments *a) {
  model *m;
  trainings all = {0};
  gconv_status status = training_model(&m);
  a->rules.m = m;
  if (!status) status = begin(a, &all);
  if (!status) status = train(a, &all);
  int code = status ? complain(gconv_last_error(), 1) : report_print(a, &all) > 0;
  if (!status && !report_write(a, &all)) {
    fprintf(stderr, "gconv-train: %s: %s\n", a->csv_path, strerror(errno));
    code = 1;
  }
  end(&all);
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
