/* output.c - bits first: equal ones need no more than a look. Where they differ, elements in plain layout decide. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include "buffer.h"
#include "core/error.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SPOT = 256 }; /* floats from one to the next: a cache line in sixteen */

static gconv_layout layout_of(const gconv_plan *plan, gconv_tensor tensor) {
  return tensor == GCONV_SRC ? plan->src_layout : plan->dst_layout;
}

static gconv_status make_plain(const gconv_plan *plan, gconv_buffer raw, float *plain) {
  const gconv_tensor written = gconv_written_tensor(plan->problem.direction);
  if (written == GCONV_WEI && plan->packed_bytes)
    return gconv_unpack_weights(plan, raw, (gconv_buffer){plain, gconv_plan_tensor_bytes(plan, GCONV_WEI)});
  if (written == GCONV_WEI)
    memcpy(plain, raw.data, raw.bytes);
  else
    gconv_layout_convert(gconv_tensor_dims(&plan->problem, written), layout_of(plan, written), raw.data, GCONV_NCHW,
                         plain, plan->env.threads);
  return GCONV_OK;
}

static int64_t elems_of(const gconv_plan *plan) {
  const gconv_counts counts = gconv_problem_count(&plan->problem);
  const int64_t elems[GCONV_TENSORS] = {counts.src_elems, counts.params, counts.dst_elems};
  return elems[gconv_written_tensor(plan->problem.direction)];
}

/* Two right results are no farther apart than both may be from the truth. */
static double slack_of(const gconv_plan *plan, const check_case *data) {
  double largest = 0;
  if (plan->deterministic) return 0;
  for (int64_t i = 0; i < data->elems[gconv_written_tensor(plan->problem.direction)]; i++)
    largest = fmax(largest, data->bound[i]);
  return 2 * largest * (plan->kernel->amplification ? plan->kernel->amplification(&plan->problem) : 1);
}

static gconv_status compare_with_reference(const gconv_plan *plan, const check_case *data, gconv_buffer raw) {
  float *plain = malloc((size_t)elems_of(plan) * sizeof *plain);
  if (!plain) return gconv_error(GCONV_NO_MEMORY, "no memory for the result in plain layout");
  const gconv_status status = make_plain(plan, raw, plain);
  const check_result result = status ? (check_result){0} : check_compare(data, plan->kernel, plain);
  free(plain);
  if (status || result.verdict == CHECK_PASS) return status;
  return gconv_error(GCONV_FAILED, "right when checked, wrong when called again: %s", result.reason);
}

gconv_status output_take(output *o, const rotation *r, const gconv_plan *plan, const check_case *data, bool unknown) {
  const gconv_buffer raw = rotation_output(plan, &r->args[0]);
  o->bytes = malloc(raw.bytes);
  if (!o->bytes) return gconv_error(GCONV_NO_MEMORY, "no memory for a result of %zu bytes", raw.bytes);
  memcpy(o->bytes, raw.data, raw.bytes);
  o->slack = slack_of(plan, data);
  return unknown ? GCONV_OK : compare_with_reference(plan, data, raw);
}

void output_spoil(const rotation *r, const gconv_plan *plan) {
  static const uint32_t poison = GUARD_POISON;
  for (int i = 0; i < r->copies; i++) {
    const gconv_buffer raw = rotation_output(plan, &r->args[i]);
    for (size_t at = 0; at + sizeof poison <= raw.bytes; at += SPOT * sizeof poison)
      memcpy((char *)raw.data + at, &poison, sizeof poison);
  }
}

/* Bits differ: the filling of a blocked layout may, elements may by the slack. */
static gconv_status compare_elements(const gconv_plan *plan, int copy, const float *got, const float *want,
                                     double slack) {
  const int64_t elems = elems_of(plan);
  int64_t first = -1, wrong = 0;
  for (int64_t i = 0; i < elems; i++)
    if (!(fabs((double)got[i] - (double)want[i]) <= slack)) wrong++, first = first < 0 ? i : first; /* NaN is, too */
  if (!wrong) return GCONV_OK;
  char element[96];
  check_name_element(&plan->problem, first, element, sizeof element);
  return gconv_error(
      GCONV_FAILED,
      "right when checked, wrong when timed: %s of copy %d is %.9g, was %.9g before (%lld of %lld elements "
      "are wrong)",
      element, copy, (double)got[first], (double)want[first], (long long)wrong, (long long)elems);
}

static gconv_status look_closer(const output *o, const gconv_plan *plan, int copy, gconv_buffer raw) {
  const size_t elems = (size_t)elems_of(plan);
  float *plain = malloc(2 * elems * sizeof *plain);
  if (!plain) return gconv_error(GCONV_NO_MEMORY, "no memory for two results in plain layout");
  gconv_status status = make_plain(plan, raw, plain);
  if (!status) status = make_plain(plan, (gconv_buffer){o->bytes, raw.bytes}, plain + elems);
  if (!status) status = compare_elements(plan, copy, plain, plain + elems, o->slack);
  free(plain);
  return status;
}

gconv_status output_verify(const output *o, const rotation *r, const gconv_plan *plan) {
  gconv_status status = GCONV_OK;
  const void *first = rotation_output(plan, &r->args[0]).data;
  for (int i = 0; i < r->used && o->bytes && !status; i++) {
    const gconv_buffer raw = rotation_output(plan, &r->args[i]);
    const bool seen = i && raw.data == first; /* weights alone rotate */
    if (!seen && memcmp(raw.data, o->bytes, raw.bytes)) status = look_closer(o, plan, i, raw);
  }
  return status;
}

void output_free(output *o) {
  free(o->bytes);
  o->bytes = NULL;
}
