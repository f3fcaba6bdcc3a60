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

/* With the weights of `c`, the grouped form, or new ones where it is NULL; with a reference if there is an image. */
static inline form make_form(const bottleneck *shape, char name, const form *c, weights_mode mode, uint64_t seed,
                             int batch, const float *image) {
  form f = {0};
  assert_ok(bottleneck_build(shape, name, &f.m), "bottleneck");
  if (c)
    assert_ok(bottleneck_split_weights(c->m, c->w, f.m, &f.w), "weights");
  else
    assert_ok(net_weights_create(f.m, mode, seed, &f.w), "weights");
  if (image) assert_ok(reference_run(f.m, f.w, batch, image, &f.r), "reference");
  return f;
}

static inline void free_form(form *f) {
  reference_free(&f->r);
  net_weights_free(f->w);
  model_free(f->m);
}

#endif
