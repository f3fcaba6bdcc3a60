/* steps.c - how each kind of step runs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include "core/clock.h"
#include "gconv_kernel.h"

static gconv_status run_convert(const net *n, const net_step *s) {
  const uint64_t start = gconv_tick(n->clock);
  gconv_layout_convert(s->out.dims, s->in[0].layout, s->in[0].data, s->out.layout, s->out.data, n->request.threads);
  gconv_tock_all(n->clock, GCONV_STAGE_PACK_SRC, start);
  return GCONV_OK;
}

static gconv_buffer buffer_of(const tensor *t) {
  return (gconv_buffer){t->data, (size_t)tensor_elems(t) * sizeof(float)};
}

static gconv_status run_conv(const net *n, const net_step *s) {
  const bool packed = s->plan->packed_bytes > 0;
  const gconv_args args = {.src = buffer_of(&s->in[0]),
                           .dst = buffer_of(&s->out),
                           .wei = packed ? (gconv_buffer){0} : s->packed,
                           .packed = packed ? s->packed : (gconv_buffer){0},
                           .workspace = n->workspace,
                           .clock = n->clock};
  return gconv_execute(s->plan, &args);
}

static gconv_status run_fc(const net *n, const net_step *s) {
  op_fc(&s->in[0], s->packed.data, s->bias, s->relu, &s->out, n->request.threads);
  return GCONV_OK;
}

static gconv_status run_sum(const net *n, const net_step *s) {
  op_sum(s->in, s->input_count, s->bias, s->relu, &s->out, n->request.threads);
  return GCONV_OK;
}

static gconv_status run_scale(const net *n, const net_step *s) {
  op_scale(&s->in[0], &s->in[1], &s->out, n->request.threads);
  return GCONV_OK;
}

static gconv_status run_sigmoid(const net *n, const net_step *s) {
  op_sigmoid(&s->in[0], &s->out, n->request.threads);
  return GCONV_OK;
}

static gconv_status run_pool(const net *n, const net_step *s) {
  op_pool(&s->in[0], s->window, &s->out, n->workspace.data, n->request.threads);
  return GCONV_OK;
}

static gconv_status run_global_avg_pool(const net *n, const net_step *s) {
  op_global_avg_pool(&s->in[0], &s->out, n->request.threads);
  return GCONV_OK;
}

static gconv_status run_channels(const net *n, const net_step *s) {
  op_channels(s->in, s->runs, s->run_count, &s->out, n->request.threads);
  return GCONV_OK;
}

const step_kind step_convert = {"convert", run_convert, false, false}, step_conv = {"conv", run_conv, false, false},
                step_fc = {"fc", run_fc, false, false}, step_sum = {"sum", run_sum, true, false},
                step_scale = {"scale", run_scale, true, false}, step_sigmoid = {"sigmoid", run_sigmoid, true, false},
                step_pool = {"pool", run_pool, false, false},
                step_global_avg_pool = {"global_avg_pool", run_global_avg_pool, false, false},
                step_channels = {"channels", run_channels, false, false};
