/* run.h - one run of gconv-train: what was asked for, the trainings, and what they say together. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TRAIN_RUN_H
#define GCONV_TRAIN_RUN_H

#include "training.h"
#include "options.h"

enum { SHAKEN = 4 }; /* trainings from which the bound is taken */

/* Losses may be so many times as far from the reference's as the shaken trainings went from theirs. Both grow in the
 * same way, by leaps where a ReLU or a maximum changes sides, so no bound derived for one step says anything after a
 * few. */
static const double allowance = 8;

typedef struct {
  options options;
  training_rules rules;
  const char *csv_path;
} arguments;

typedef struct {
  training reference, plain, shaken[SHAKEN]; /* plain: what the shaken ones would be if nothing moved them */
  training *by_kernel;                       /* by kernel and number of threads */
  size_t count;
  double *moved; /* by step: the furthest that a shaken training went from the plain one by then */
} trainings;

typedef enum { ARGUMENTS_RUN, ARGUMENTS_ANSWERED, ARGUMENTS_BAD } arguments_result;

/* arguments.c: prints help, lists, or what is wrong. */
arguments_result arguments_take(arguments *a, int argc, char **argv);

/* report.c */
/* A line a training. Returns how many went wrong: losses that are not finite, do not fall, leave the bound or depend on
 * the number of threads where plans promise that they do not. */
int report_print(const arguments *a, const trainings *t);
/* A row for each step of each training. False with errno. */
bool report_write(const arguments *a, const trainings *t);

#endif
