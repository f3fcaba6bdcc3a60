/* form.h - a bottleneck in one of its three forms, with weights, and what the reference computes of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TESTS_FORM_H
#define GCONV_TESTS_FORM_H

#include "blocks.h"
#include "common.h"
#include "reference.h"

typedef struct {
  model *m;
  net_weights *w;
  reference r;
} form;

/* With new weights. */
static inline form make_form(const bottleneck *shape, char name, weights_mode mode, uint64_t seed) {
  form f = {0};
  assert_ok(bottleneck_build(shape, name, &f.m), "bottleneck");
  assert_ok(net_weights_create(f.m, mode, seed, &f.w), "weights");
  return f;
}

/* With the weights of `c`, the grouped form. */
static inline form make_form_of(const bottleneck *shape, char name, const form *c) {
  form f = {0};
  assert_ok(bottleneck_build(shape, name, &f.m), "bottleneck");
  assert_ok(bottleneck_split_weights(c->m, c->w, f.m, &f.w), "weights");
  return f;
}

static inline void compute_form(form *f, int batch, const float *image) {
  assert_ok(reference_run(f->m, f->w, batch, image, &f->r), "reference");
}

static inline void free_form(form *f) {
  reference_free(&f->r);
  net_weights_free(f->w);
  model_free(f->m);
}

#endif
