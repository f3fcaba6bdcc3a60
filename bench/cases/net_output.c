/* net_output.c - results and gradients, gathered in plain layout. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "net_output.h"

#include "core/error.h"
#include "train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where a library promises no bits: far more than rounding does to a whole network, far less than what is not computed.
 */
static const double tolerance = 1e-3;

static int64_t count_values(const net *n, bool train) {
  int64_t count = gconv_layout_elems(GCONV_NCHW, net_result(n).dims);
  for (int i = 0; i < net_graph(n)->count && train; i++) count += net_weight_count(net_graph(n), i);
  return count;
}

static void gather(const net *n, bool train, float *to) {
  const tensor result = net_result(n);
  gconv_layout_convert(result.dims, result.layout, result.data, GCONV_NCHW, to, net_threads(n));
  to += gconv_layout_elems(GCONV_NCHW, result.dims);
  for (int i = 0; i < net_graph(n)->count && train; i++) {
    const int64_t count = net_weight_count(net_graph(n), i);
    if (count) memcpy(to, net_gradients(n)->wei[i], (size_t)count * sizeof *to);
    to += count;
  }
}

static bool all_deterministic(const net *n) {
  bool all = true;
  for (int i = 0; i < net_step_count(n); i++) {
    const gconv_plan *plan = net_step_at(n, i).plan;
    all = all && (!plan || plan->deterministic);
  }
  return all;
}

gconv_status net_output_take(net_output *o, const net *n, bool train) {
  o->count = count_values(n, train), o->exact = all_deterministic(n);
  o->values = malloc(2 * (size_t)o->count * sizeof *o->values);
  if (!o->values) return gconv_error(GCONV_NO_MEMORY, "no memory for two results of %lld floats", (long long)o->count);
  gather(n, train, o->values);
  return GCONV_OK;
}

void net_output_spoil(const net *n) {
  const tensor result = net_result(n);
  for (int64_t i = 0; i < tensor_elems(&result); i++) result.data[i] = NAN;
}

gconv_status net_output_verify(const net_output *o, const net *n, bool train) {
  if (!o->values) return GCONV_OK;
  const float *want = o->values;
  float *got = o->values + o->count, largest = 0;
  gather(n, train, got);
  if (!memcmp(want, got, (size_t)o->count * sizeof *got)) return GCONV_OK;
  for (int64_t i = 0; i < o->count; i++) largest = fmaxf(largest, fabsf(want[i]));
  const double allowed = o->exact ? 0 : tolerance * (double)largest;
  for (int64_t i = 0; i < o->count; i++)
    if (!(fabs((double)got[i] - (double)want[i]) <= allowed))
      return gconv_error(
          GCONV_FAILED, "right when verified, wrong when timed: value %lld of %lld (result%s) is %.9g, was %.9g",
          (long long)i, (long long)o->count, train ? ", gradients" : "", (double)got[i], (double)want[i]);
  return GCONV_OK;
}

void net_output_free(net_output *o) {
  free(o->values);
  o->values = NULL;
}
