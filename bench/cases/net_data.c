/* net_data.c - weights, images, labels and gradients, all from the run's seed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "net_data.h"

#include "core/error.h"
#include "data.h"
#include "train.h"

#include <stdlib.h>

enum { IMAGES, WEIGHTS, GRADIENT }; /* seeds of their own */

static int64_t elems_of(model_shape s, int batch) { return (int64_t)batch * s.c * s.h * s.w; }

size_t net_data_bytes(const model *m, int batch) {
  const model_counts counts = model_count(m);
  return sizeof(float) * (size_t)(model_params(&counts) + elems_of(m->nodes[0].shape, batch));
}

gconv_status net_data_make(net_data *d, const model *m, int batch, uint64_t seed) {
  if (d->images) return GCONV_OK;
  const gconv_status status =
      d->weights ? GCONV_OK : net_weights_create(m, WEIGHTS_REAL, data_seed(seed, WEIGHTS), &d->weights);
  if (status) return status;
  const int64_t elems = elems_of(m->nodes[0].shape, batch);
  if (!(d->images = malloc((size_t)elems * sizeof(float))))
    return gconv_error(GCONV_NO_MEMORY, "no memory for an input of %lld floats", (long long)elems);
  data_fill_real(d->images, elems, data_seed(seed, IMAGES));
  return GCONV_OK;
}

void net_data_free(net_data *d) {
  net_weights_free(d->weights);
  free(d->images);
}

static gconv_status give_labels(net *n, int batch, int classes) {
  int *labels = malloc((size_t)batch * sizeof *labels);
  if (!labels) return gconv_error(GCONV_NO_MEMORY, "no memory for %d labels", batch);
  for (int i = 0; i < batch; i++) labels[i] = i % classes;
  net_set_labels(n, labels);
  free(labels);
  return GCONV_OK;
}

gconv_status net_data_give_loss(net *n, int batch, uint64_t seed) {
  const model *m = net_graph(n);
  const model_shape out = m->nodes[m->count - 1].shape;
  if (net_has_labels(n)) return give_labels(n, batch, out.c);
  const int64_t elems = elems_of(out, batch);
  float *gradient = malloc((size_t)elems * sizeof *gradient);
  if (!gradient) return gconv_error(GCONV_NO_MEMORY, "no memory for a gradient of %lld floats", (long long)elems);
  data_fill_real(gradient, elems, data_seed(seed, GRADIENT));
  net_set_loss_gradient(n, gradient);
  free(gradient);
  return GCONV_OK;
}
