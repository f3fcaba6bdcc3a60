/* verify.h - proves a net right on the run that is going to be timed: each node's result against the definition, in
 * double precision, of what the node was really given. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_NET_VERIFY_H
#define GCONV_NET_VERIFY_H

#include "net.h"
#include "reference.h"

#include <math.h>

enum { VERIFY_ALL = 0 };

typedef struct {
  double err; /* largest error / bound */
  int node;   /* where */
} verify_result;

/* Runs `n`, loaded with `weights`, on `image` (NCHW). Of each node at most `samples` elements are compared, spread
 * evenly over all images (eight whole planes where the kernel computes in a transformed domain), or all. GCONV_FAILED,
 * with the node and element in the sentence, if one is off by more than its bound. A net that trains must do so at
 * rate 0. */
gconv_status verify_net(net *n, const net_weights *weights, const float *image, int64_t samples, verify_result *result);

/* Of verify_net: a step's gradient of a convolution, whose weights were `weights`. Other steps pass. */
gconv_status verify_backward(const net *n, int step, const net_weights *weights, int64_t samples, double *worst);
/* Number i of `samples` spread evenly over `elems`: multiples of the golden ratio, modulo 1. */
static inline int64_t verify_spread(int64_t i, int64_t samples, int64_t elems) {
  if (samples >= elems) return i;
  static const double golden = 0.6180339887498949;
  const double at = (double)i * golden;
  return (int64_t)((at - floor(at)) * (double)elems);
}

#endif
