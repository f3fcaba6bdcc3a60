/* properties.h - what every convolution is, whatever computes it: checks of a kernel against itself, without the
 * reference. They find what a reference that shares the misunderstanding would not. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TESTS_PROPERTIES_H
#define GCONV_TESTS_PROPERTIES_H

#include "experiment.h"

typedef struct {
  const char *name, *states;
  void (*check)(experiment *);
} property;

const property *property_list(size_t *count);

/* Those of `wanted` (bits in the order of the list), on one problem and direction: the first one that does not hold. */
check_result check_properties(const gconv_problem *problem, uint64_t seed, const char *kernel, const gconv_env *env,
                              unsigned wanted);

/* properties.c: the algebra of convolutions. */
void property_linear(experiment *e);
void property_impulse(experiment *e);
void property_shift(experiment *e);
void property_permute(experiment *e);
void property_apart(experiment *e);
void property_diagonal(experiment *e);
void property_batch(experiment *e);
void property_adjoint(experiment *e);

/* special.c: numbers that are not ordinary, and runs that must repeat. */
void property_bleed(experiment *e);
void property_reach(experiment *e);
void property_scale(experiment *e);
void property_repeat(experiment *e);

#endif
