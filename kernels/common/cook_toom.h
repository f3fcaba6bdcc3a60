/* cook_toom.h - the matrices of F(m x m, 3 x 3), made from interpolation points in exact rational arithmetic, and how
 * much they amplify rounding errors. Everything else about Winograd convolution follows from them.
 *
 * One dimension, m outputs of a 3-tap correlation from n = m + 2 inputs, n products:
 *   y = A^T [ (G g) * (B^T d) ]
 * for n - 1 points p and infinity (Toom-Cook; Lavin & Gray 2016, Blahut 2010). With N_p = prod_{q != p} (p - q):
 *   A^T column p: p^i      G row p: p^j / N_p      B^T row p: coefficients of prod_{q != p} (x - q)
 *   A^T column inf: e_m    G row inf: e_3          B^T row inf: coefficients of prod_q (x - q) */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_COMMON_COOK_TOOM_H
#define GCONV_COMMON_COOK_TOOM_H

#include "gconv_kernel.h"

enum { COOK_TOOM_TAPS = 3, COOK_TOOM_MAX = 6, COOK_TOOM_ALPHA_MAX = COOK_TOOM_MAX + COOK_TOOM_TAPS - 1 };

/* Always reduced, denominator positive. */
typedef struct {
  int64_t num, den;
} gconv_ratio;

typedef struct {
  int m, alpha; /* outputs and products of one dimension */
  gconv_ratio at[COOK_TOOM_MAX][COOK_TOOM_ALPHA_MAX];
  gconv_ratio g[COOK_TOOM_ALPHA_MAX][COOK_TOOM_TAPS];
  gconv_ratio bt[COOK_TOOM_ALPHA_MAX][COOK_TOOM_ALPHA_MAX];
} gconv_cook_toom;

gconv_ratio gconv_ratio_add(gconv_ratio a, gconv_ratio b);
gconv_ratio gconv_ratio_mul(gconv_ratio a, gconv_ratio b);
double gconv_ratio_value(gconv_ratio a);

/* `points`: m + 1 different ones; infinity is added. m is 2, 4 or 6. */
gconv_cook_toom gconv_cook_toom_make(int m, const gconv_ratio *points);

/* The factor of gconv_kernel.amplification. To first order in u, with |d| and |g| the magnitudes of a tile and of the
 * weights, a two-dimensional Winograd convolution errs by at most
 *   n u  sum_ic |A^T| [ (|G| |g| |G^T|) * (|B^T| |d| |B|) ] |A|,   n = 2 t_B + w + icg + 2 t_A,
 * where t_A and t_B are the most non-zeros in a row of A^T and B^T (each rounding once a term), w the roundings of the
 * transformed weights (1 if they are made in double) and icg the sum over the channels: the componentwise form of
 * Barabasz, Anderson, Soodhalter, Gregg, Error Analysis and Improving the Accuracy of Winograd Convolution for Deep
 * Neural Networks, ACM TOMS 46(4), 2020, theorem 2. The bracket holds every pair (g_rs, d_yx) of the tile with a factor
 * c. The pairs with the same (y - r, x - s) are the terms of one output of the same plane, whose magnitudes sum to at
 * most S, the largest sum |a||b| of the plane; so the bracket is at most S times the sum over (y - r, x - s) of the
 * largest c among them, which is the square of the one-dimensional figure `growth`. (Pairs that meet in no output
 * of the plane belong to outputs around it, which S includes.) Direct summation errs by gamma_K S, K = 9 icg: the
 * factor is growth n / K. */
double gconv_cook_toom_amplification(const gconv_cook_toom *t, const gconv_problem *problem, int weight_roundings);
double gconv_cook_toom_growth(const gconv_cook_toom *t); /* of two dimensions */

#endif
