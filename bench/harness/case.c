/* case.c - the inputs of a check and the reference result, computed once for all kernels. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "core/error.h"
#include "data.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

const char *check_mode_name(check_mode mode) {
  static const char *const names[CHECK_MODES] = {"exact", "real"};
  return (unsigned)mode < CHECK_MODES ? names[mode] : "unknown";
}

/* What the reference and one checked kernel take: two inputs twice, the result once plain, once guarded, and as want
 * and bound in double. */
gconv_status check_memory(const check_case *c, size_t more) {
  const gconv_tensor written = gconv_written_tensor(c->problem.direction);
  double bytes = (double)more;
  for (int t = 0; t < GCONV_TENSORS; t++)
    bytes += (double)c->elems[t] * (2 * sizeof(float) + (t == (int)written ? 2 * sizeof(double) : 0));
  if (bytes <= (double)gconv_memory_bytes()) return GCONV_OK;
  return gconv_error(GCONV_NO_MEMORY, "checking this problem takes %.0f bytes, the machine has %llu", bytes,
                     (unsigned long long)gconv_memory_bytes());
}

static gconv_status fill_inputs(check_case *c, gconv_tensor written) {
  const int64_t terms = gconv_problem_count(&c->problem).sum_terms;
  for (int t = 0; t < GCONV_TENSORS; t++) {
    if (t == (int)written) continue;
    c->tensor[t] = malloc((size_t)c->elems[t] * sizeof(float));
    if (!c->tensor[t]) return gconv_error(GCONV_NO_MEMORY, "no memory for %lld floats", (long long)c->elems[t]);
    const uint64_t seed = data_seed(c->seed, t);
    if (c->mode == CHECK_REAL)
      data_fill_real(c->tensor[t], c->elems[t], seed);
    else
      data_fill_exact(c->tensor[t], c->elems[t], seed, terms);
  }
  if (c->mode == CHECK_DENORMAL) {
    const gconv_tensor activations = written == GCONV_SRC ? GCONV_DST : GCONV_SRC;
    data_scale(c->tensor[activations], c->elems[activations], FLT_TRUE_MIN);
  }
  return GCONV_OK;
}

static gconv_status fill_case(check_case *c, int threads) {
  const gconv_tensor written = gconv_written_tensor(c->problem.direction);
  const gconv_counts counts = gconv_problem_count(&c->problem);
  memcpy(c->elems, (int64_t[]){counts.src_elems, counts.params, counts.dst_elems}, sizeof c->elems);
  if (counts.sum_terms >= 1 << 24)
    return gconv_error(GCONV_UNSUPPORTED, "sums of %lld terms: from 2^24 on binary32 gives no error bound",
                       (long long)counts.sum_terms);
  gconv_status status = check_memory(c, 0);
  if (!status) status = fill_inputs(c, written);
  if (status) return status;
  const int64_t elems = c->elems[written];
  c->want = malloc((size_t)elems * sizeof *c->want);
  c->bound = malloc((size_t)elems * sizeof *c->bound);
  if (!c->want || !c->bound) return gconv_error(GCONV_NO_MEMORY, "no memory for %lld doubles", 2 * (long long)elems);
  return gconv_reference(&c->problem, c->tensor[GCONV_SRC], c->tensor[GCONV_WEI], c->tensor[GCONV_DST], c->want,
                         c->bound, threads);
}

gconv_status check_case_create(const gconv_problem *problem, check_mode mode, uint64_t seed, int threads,
                               check_case **out) {
  *out = NULL;
  check_case *c = calloc(1, sizeof *c);
  if (!c) return gconv_error(GCONV_NO_MEMORY, "no memory for a case of %zu bytes", sizeof *c);
  c->problem = *problem;
  c->mode = mode;
  c->seed = seed;
  gconv_status status = gconv_problem_init(&c->problem);
  if (!status) status = fill_case(c, threads);
  if (status)
    check_case_free(c);
  else
    *out = c;
  return status;
}

void check_case_free(check_case *c) {
  if (!c) return;
  for (int t = 0; t < GCONV_TENSORS; t++) free(c->tensor[t]);
  free(c->want);
  free(c->bound);
  free(c);
}
