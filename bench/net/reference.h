/* reference.h - a model in double precision, node by node and element by element, with what binary32 may make of it.
 *
 * Each value comes with a bound on how far a binary32 computation may be off, which grows from node to node by one
 * rule: what the inputs may be off, carried through the node, plus what the node's own rounding may add. With
 * u = 2^-24 and gamma_k = k u / (1 - k u) (Higham, ASNA 2002, lemma 3.1: k roundings in any order), for inputs x known
 * up to e:
 *
 *   convolution, fc     sum |w| e + gamma_(K+1) (sum |w| (|x| + e) + |b|)     K terms and the bias b
 *   sum of n            sum e + gamma_(2n-1) (sum (|x| + e) + |b|)            n - 1 additions, up to n moved biases
 *   average of k        sum e / k + gamma_(k+1) sum (|x| + e) / k             the reciprocal is rounded too
 *   scale               |f| e + |x| e_f + e e_f + gamma_1 (|x| + e)(|f| + e_f)
 *   sigmoid             e / 4 + gamma_4                                       slope <= 1/4, values <= 1
 *   max                 the largest e of the window
 *   ReLU                e, and 0 where x + e <= 0
 *   concat, slice, ...  e
 *
 * The bound is sharp for a few nodes. Through dozens it outgrows the values (each convolution multiplies it by
 * sum |w| where the values grow by the root of sum w^2), so a deep network is judged node by node instead, each by what
 * it makes of the inputs it really got (verify.h); by the same rule the two are equivalent, and the second loses
 * nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_NET_REFERENCE_H
#define GCONV_NET_REFERENCE_H

#include "tensor.h"
#include "weights.h"

typedef struct {
  double value, bound;
} approximation;

/* A node's result: computed here (plain NCHW), or, where `given` has data, taken from elsewhere as exact, in any layout
 * and not copied. */
typedef struct {
  double *value, *bound;
  tensor given;
} reference_tensor;

typedef struct {
  const model *graph;
  const net_weights *weights;
  int batch;
  reference_tensor *results;   /* by node */
  const bool *moved;           /* by node: its bias belongs to the sum it feeds; NULL: none */
  const double *amplification; /* by node: of gamma in convolutions that compute in a transformed domain; NULL: 1 */
} reference;

approximation reference_element(const reference *r, int node, int n, int c, int y, int x);
approximation reference_before_relu(const reference *r, int node, int n, int c, int y, int x);

/* All nodes, for input `image`, which stays the caller's and is read as long as the reference is. The caller frees with
 * reference_free. */
gconv_status reference_run(const model *m, const net_weights *weights, int batch, const float *image, reference *r);
void reference_free(reference *r);
int64_t reference_elems(const reference *r, int node);

#endif
