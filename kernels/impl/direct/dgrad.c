/* dgrad.c - bwd_d as forward passes: input and output change places, the kernel is flipped.
 *
 * With stride 1 it is one forward pass from dst to src. With stride S the pixels of src fall into S phases along each
 * axis; every S-th kernel tap serves a phase, so that a phase is a forward pass of stride 1 with some of the taps whose
 * outputs lie S pixels apart. Along one axis, with i = f + S j the pixels of phase f and o S = i + P - k D:
 *
 *   k = k0 + m q   q = S / gcd(S, D), k0 the smallest tap with k0 D = f + P (mod S); none: the phase is zero
 *   o = j + base - m e            base = (f + P - k0 D) / S, e = D / gcd(S, D)
 *
 * which is a convolution of dst with kernel K' = number of such k, dilation e and padding (K' - 1) e - base. Source:
 * the transposed convolution by parts of Dumoulin and Visin, arXiv:1603.07285, section 4. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/choose.h"
#include "impl/direct/dgrad.h"
#include "impl/direct/dgrad_stride2.h"

#include "core/clock.h"
#include "core/error.h"
#include "core/parallel.h"
#include "core/saturate.h"
#include "core/workspace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One axis of a phase as a forward pass; taps is 0 where no tap serves it. */
typedef struct {
  int pixels, taps, distance, pad; /* distance: between taps, 1 = dense */
  int first_tap, tap_step;         /* the last tap comes first */
} axis;

static axis axis_of(int in, int kernel, int stride, int dilation, int pad, int phase) {
  const int step = dilation + 1, common = gconv_gcd(stride, step), q = stride / common, e = step / common;
  axis a = {.pixels = (int)gconv_ceil_div((int64_t)in - phase, stride), .distance = e, .tap_step = -q};
  int64_t offset = (int64_t)phase + pad;
  for (int k = 0; k < kernel && k < q; k++, offset -= step) {
    if (offset % stride) continue;
    a.taps = (kernel - 1 - k) / q + 1;
    a.first_tap = k + (a.taps - 1) * q;
    a.pad = (a.taps - 1) * e - (int)(offset / stride);
    return a;
  }
  return a;
}

typedef struct {
  gconv_plan plan; /* of the forward pass */
  size_t packed;   /* where its weights are, in bytes */
  ptrdiff_t first; /* its first pixel in src, in floats */
} phase;

typedef struct {
  const direct_method *method;
  double cost;
  int phases;
  bool gaps;            /* some pixels of src meet no tap */
  dgrad_stride2 *whole; /* all phases in one pass; then there are none here */
  phase phase[];
} dgrad_state;

/* The forward pass of a phase. GCONV_OK without one where it has no taps or no pixels. */
static gconv_status plan_phase(gconv_plan *plan, dgrad_state *state, int fy, int fx) {
  const gconv_problem *p = &plan->problem;
  const axis y = axis_of(p->ih, p->kh, p->stride_h, p->dilation_h, p->pad_top, fy);
  const axis x = axis_of(p->iw, p->kw, p->stride_w, p->dilation_w, p->pad_left, fx);
  if (y.pixels <= 0 || x.pixels <= 0) return GCONV_OK;
  if (!y.taps || !x.taps) {
    state->gaps = true;
    return GCONV_OK;
  }
  phase *f = &state->phase[state->phases];
  f->plan = (gconv_plan){.kernel = plan->kernel, .env = plan->env};
  f->plan.problem = (gconv_problem){
      .groups = p->groups,
      .batch = p->batch,
      .ic = p->oc,
      .oc = p->ic,
      .ih = p->oh,
      .iw = p->ow,
      .kh = y.taps,
      .kw = x.taps,
      .dilation_h = y.distance - 1,
      .dilation_w = x.distance - 1,
      .pad_top = y.pad,
      .pad_left = x.pad,
      .pad_bottom = y.pixels + (y.taps - 1) * y.distance - p->oh - y.pad,
      .pad_right = x.pixels + (x.taps - 1) * x.distance - p->ow - x.pad,
  };
  const gconv_status status = gconv_problem_init(&f->plan.problem);
  if (status) return status;
  const direct_pass pass = {
      .wei = {.group = (ptrdiff_t)p->ocg * p->icg * p->kh * p->kw,
              .oc = (ptrdiff_t)p->kh * p->kw,
              .ic = (ptrdiff_t)p->icg * p->kh * p->kw,
              .first = (ptrdiff_t)y.first_tap * p->kw + x.first_tap,
              .row = (ptrdiff_t)y.tap_step * p->kw,
              .column = x.tap_step},
      .dst_stride_h = p->stride_h,
      .dst_stride_w = p->stride_w,
      .ih = p->ih,
      .iw = p->iw,
  };
  f->packed = plan->packed_bytes;
  f->first = ((ptrdiff_t)fy * p->iw + fx) * direct_pixel(state->method->layout, p->ic);
  state->phases++;
  return state->method->plan(&f->plan, state->method, &pass);
}

static gconv_status plan_phases(gconv_plan *plan, dgrad_state *state) {
  const gconv_problem *p = &plan->problem;
  plan->executed_macs = 0;
  for (int fy = 0; fy < p->stride_h && fy < p->ih; fy++)
    for (int fx = 0; fx < p->stride_w && fx < p->iw; fx++) {
      const int before = state->phases;
      const gconv_status status = plan_phase(plan, state, fy, fx);
      if (status) return status;
      if (state->phases == before) continue;
      const gconv_plan *forward = &state->phase[before].plan;
      if (forward->kernel_workspace_bytes > plan->kernel_workspace_bytes)
        plan->kernel_workspace_bytes = forward->kernel_workspace_bytes;
      state->cost += state->method->cost(forward);
      plan->packed_bytes += (size_t)gconv_round_up((int64_t)forward->packed_bytes, GCONV_ALIGN);
      plan->executed_macs = gconv_saturated_sum(plan->executed_macs, forward->executed_macs);
      plan->lane_use = forward->lane_use;
    }
  snprintf(plan->text, sizeof plan->text, "%d forward pass%s: %.180s", state->phases, state->phases == 1 ? "" : "es",
           state->phases ? state->phase[0].plan.text : "no tap meets a pixel");
  return GCONV_OK;
}

static void drop_phases(dgrad_state *state) {
  for (int i = 0; i < state->phases; i++) free(state->phase[i].plan.state);
  state->phases = 0;
  state->gaps = false;
}

/* One pass over all phases at once, where that costs less than a pass for each of them. */
static gconv_status consider_whole(gconv_plan *plan, dgrad_state *state) {
  gconv_plan whole = *plan;
  const gconv_status status = ISA_NAME(dgrad_stride2_plan)(&whole, &state->whole);
  if (status || !state->whole) return status;
  const double cost = ISA_NAME(dgrad_stride2_cost)(&whole, state->whole);
  if (cost < state->cost) {
    drop_phases(state);
    state->cost = cost;
    *plan = whole;
    return GCONV_OK;
  }
  free(state->whole);
  state->whole = NULL;
  return GCONV_OK;
}

static gconv_status plan_by(gconv_plan *plan, const direct_method *method) {
  const gconv_problem *p = &plan->problem;
  const size_t most = (size_t)gconv_min(p->stride_h, p->ih) * (size_t)gconv_min(p->stride_w, p->iw);
  dgrad_state *state = calloc(1, sizeof *state + most * sizeof *state->phase);
  if (!state) return gconv_error(GCONV_NO_MEMORY, "no memory for the %zu phases of the strides", most);
  plan->state = state;
  state->method = method;
  plan->native_src_layout = plan->native_dst_layout = method->layout;
  gconv_status status = plan_phases(plan, state);
  if (!status && method == &ISA_NAME(direct_blocks)) status = consider_whole(plan, state);
  plan->kernel_workspace_bytes *= (size_t)plan->env.threads;
  return status;
}

static double cost_of(const gconv_plan *plan) { return ((const dgrad_state *)plan->state)->cost; }

gconv_status ISA_NAME(dgrad_plan)(gconv_plan *plan) {
  return ISA_NAME(direct_choose_method)(plan, &(direct_planner){plan_by, cost_of, ISA_NAME(dgrad_release)});
}

void ISA_NAME(dgrad_release)(gconv_plan *plan) {
  dgrad_state *state = plan->state;
  if (state) drop_phases(state);
  if (state) free(state->whole);
  free(state);
}

void ISA_NAME(dgrad_pack)(const gconv_plan *plan, const float *wei, void *packed) {
  const dgrad_state *state = plan->state;
  if (state->whole) ISA_NAME(dgrad_stride2_pack)(plan, state->whole, wei, packed);
  for (int i = 0; i < state->phases; i++)
    state->method->pack(&state->phase[i].plan, wei, (char *)packed + state->phase[i].packed);
}

typedef struct {
  const gconv_plan *plan;
  const gconv_args *args;
} pass;

static void clear_share(const pass *s, int thread, int threads) {
  const int64_t floats =
      gconv_layout_elems(s->plan->native_src_layout, gconv_tensor_dims(&s->plan->problem, GCONV_SRC));
  const int64_t first = floats * thread / threads, end = floats * (thread + 1) / threads;
  memset((float *)s->args->src.data + first, 0, (size_t)(end - first) * sizeof(float));
}

static void run_share(const void *arg, int thread, int threads) {
  const pass *s = arg;
  const dgrad_state *state = s->plan->state;
  if (state->whole) ISA_NAME(dgrad_stride2_share)(s->plan, state->whole, s->args, thread, threads);
  if (state->gaps) {
    clear_share(s, thread, threads);
#pragma omp barrier
  }
  for (int i = 0; i < state->phases; i++) {
    const phase *f = &state->phase[i];
    const direct_tensors tensors = {.src = s->args->dst.data,
                                    .wei = (const float *)((const char *)s->args->packed.data + f->packed),
                                    .dst = (float *)s->args->src.data + f->first,
                                    .workspace = direct_own(s->plan, s->args, thread)};
    state->method->share(&f->plan, &tensors, thread, threads);
  }
}

gconv_status ISA_NAME(dgrad_execute)(const gconv_plan *plan, const gconv_args *args) {
  const uint64_t start = gconv_tick(args->clock);
  gconv_parallel(plan->env.threads, run_share, &(pass){plan, args});
  gconv_tock_all(args->clock, GCONV_STAGE_COMPUTE, start);
  return GCONV_OK;
}
