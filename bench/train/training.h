/* training.h - one training: a small ResNeXt by one kernel on one number of threads, step by step. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TRAIN_TRAINING_H
#define GCONV_TRAIN_TRAINING_H

#include "train.h"

typedef struct {
  const char *kernel;
  int threads;
  bool shaken;        /* before each step every weight is moved by 32 roundings (2^-19 of it), up or down */
  net *n;             /* NULL: not planned; the reason is the last error's */
  bool deterministic; /* all its plans say so */
  char plan[512];
  double *loss, *seconds; /* of each step */
  net_weights *moved;     /* of a shaken training */
  uint64_t random;
} training;

/* What all trainings of a run have in common. */
typedef struct {
  const model *m;
  int batch, steps;
  unsigned isa_mask;
  float rate;
  uint64_t seed;
} training_rules;

/* 3x3 with 16 channels, a bottleneck with 4 groups, one with 8 groups and stride 2, mean, one output a class. */
gconv_status training_model(model **out);
/* The same weights for every training of a seed, the same pictures for each step. `random`: how a shaken one is shaken.
 * *taken: bytes that trainings hold, this one's are added. */
gconv_status training_begin(training *t, const training_rules *r, uint64_t random, size_t *taken);
gconv_status training_step(training *t, int step, const float *images, const int *labels);
void training_end(training *t);

#endif
