/* dnnl_proof.c - one run on known numbers between guards, with NaN in the scratchpad and in what is written.
 *
 * It sees what a run does: bytes written beside a buffer, up to 256 KiB past its end, inputs changed, outputs left as
 * they were or wrong among those that are sampled. It does not see what happens only now and then. An implementation
 * that ends the process ends it here: a planner that survived that would have to plan in another process. */
/* SPDX-License-Identifier: Apache-2.0 */
#if GCONV_WITH_DNNL
#include "common/dnnl_proof.h"
#include "common/dnnl_guarded.h"
#include "common/dnnl_sample.h"
#include "common/dnnl_weights.h"
#include "core/clock.h"
#include "core/error.h"

#include <stdlib.h>

enum { SCRATCHPAD = GCONV_TENSORS, BUFFERS };

static bool is_padded(const gconv_dnnl_conv *c, gconv_tensor tensor) {
  const gconv_dims d = gconv_tensor_dims(&c->problem, tensor);
  const int64_t elements =
      tensor == GCONV_WEI ? gconv_problem_count(&c->problem).params : (int64_t)d.n * d.c * d.h * d.w;
  return c->bytes[tensor] != (size_t)elements * sizeof(float);
}

/* Weights are packed as users' are where they have padding lanes, which must be zero; elsewhere the numbers are put
 * where they are to be, which takes a tenth of the time. */
static bool are_packed(const gconv_dnnl_conv *c) {
  return c->problem.direction != GCONV_BWD_W && (c->format->winograd || is_padded(c, GCONV_WEI));
}

static gconv_status pack_weights(const gconv_dnnl_conv *c, float *packed) {
  const int64_t count = gconv_problem_count(&c->problem).params;
  float *plain = malloc((size_t)count * sizeof *plain);
  if (!plain) return gconv_error(GCONV_NO_MEMORY, "no memory for %lld weights", (long long)count);
  gconv_sample_fill(GCONV_WEI, plain, count);
  gconv_status status = GCONV_OK;
  if (!c->format->winograd)
    gconv_dnnl_weights_pack(&c->problem, &c->blocking, plain, packed, c->bytes[GCONV_WEI]);
  else if (gconv_dnnl_weights_reorder(c, plain, packed))
    status = gconv_error(GCONV_FAILED, "oneDNN cannot pack weights for its %s", c->implementation);
  free(plain);
  return status;
}

static void zero_padding(const gconv_dnnl_conv *c, gconv_tensor tensor, float *data) {
  const gconv_dims d = gconv_tensor_dims(&c->problem, tensor);
  const int64_t pixels = (int64_t)d.n * d.h * d.w;
  const int64_t lanes = gconv_layout_elems(c->layout[tensor], d) / pixels - d.c;
  for (int n = 0; n < d.n && lanes; n++)
    for (int h = 0; h < d.h; h++)
      for (int w = 0; w < d.w; w++) {
        float *last = data + gconv_layout_offset(c->layout[tensor], d, n, d.c - 1, h, w);
        for (int64_t lane = 1; lane <= lanes; lane++) last[lane] = 0;
      }
}

static gconv_status fill(const gconv_dnnl_conv *c, gconv_tensor tensor, float *data) {
  if (tensor == GCONV_WEI && are_packed(c)) return pack_weights(c, data);
  gconv_sample_fill(tensor, data, (int64_t)(c->bytes[tensor] / sizeof *data));
  if (tensor != GCONV_WEI) zero_padding(c, tensor, data);
  return GCONV_OK;
}

/* FNV-1a, by words (Fowler, Noll and Vo); several of them, as one waits for each multiplication. */
static uint64_t digest(const gconv_guarded *g) {
  enum { LANES = 8 };
  const uint64_t basis = 0xcbf29ce484222325u, prime = 0x100000001b3u;
  const uint32_t *words = g->data;
  const size_t count = g->bytes / sizeof *words;
  uint64_t lane[LANES] = {0}, hash = basis;
  for (size_t i = 0; i + LANES <= count; i += LANES)
    for (int l = 0; l < LANES; l++) lane[l] = (lane[l] ^ words[i + (size_t)l]) * prime;
  for (size_t i = count / LANES * LANES; i < count; i++) hash = (hash ^ words[i]) * prime;
  for (int l = 0; l < LANES; l++) hash = (hash ^ lane[l]) * prime;
  return hash;
}

static const char *find_fault(const gconv_dnnl_conv *c, const gconv_guarded g[BUFFERS],
                              const uint64_t before[GCONV_TENSORS]) {
  static const char *const outside[BUFFERS] = {"writes outside src", "writes outside wei", "writes outside dst",
                                               "writes outside its scratchpad"};
  static const char *const changed[GCONV_TENSORS] = {"changes src", "changes wei", "changes dst"};
  const gconv_tensor written = gconv_written_tensor(c->problem.direction);
  for (int b = BUFFERS - 1; b >= 0; b--)
    if (gconv_guarded_is_hurt(&g[b])) return outside[b];
  for (int t = 0; t < GCONV_TENSORS; t++)
    if (t != (int)written && digest(&g[t]) != before[t]) return changed[t];
  if (!is_padded(c, written) && gconv_guarded_holds_poison(&g[written])) return "leaves results unwritten";
  /* A transform's constants grow with its tile: F(4x4, 3x3) keeps errors near 1e-5 of the magnitudes. */
  const double slack = c->format->winograd ? 1e-3 : 0;
  const bool plain = c->format->plain_weights || are_packed(c);
  const gconv_sample_view view = {
      c->problem, {c->layout[GCONV_SRC], GCONV_NATIVE, c->layout[GCONV_DST]}, plain ? NULL : &c->blocking};
  return gconv_sample_is_right(&view, g[written].data, slack) ? NULL : "computes wrong results";
}

static gconv_status try(gconv_dnnl_conv *c, const gconv_guarded g[BUFFERS], const char **fault) {
  const gconv_tensor written = gconv_written_tensor(c->problem.direction);
  uint64_t before[GCONV_TENSORS] = {0};
  gconv_status status = GCONV_OK;
  for (int t = 0; t < GCONV_TENSORS && !status; t++) {
    if (t == (int)written) continue;
    status = fill(c, (gconv_tensor)t, g[t].data);
    before[t] = digest(&g[t]);
  }
  if (status) return status;
  const uint64_t start = gconv_now_ns();
  status = gconv_dnnl_conv_run(c, g[GCONV_SRC].data, g[GCONV_WEI].data, g[GCONV_DST].data, g[SCRATCHPAD].data);
  c->seconds = gconv_seconds_since(start);
  *fault = status ? "fails" : find_fault(c, g, before);
  return GCONV_OK;
}

gconv_status gconv_dnnl_prove(gconv_dnnl_conv *c, uint64_t memory_bytes, const char **fault) {
  *fault = NULL;
  const size_t bytes[BUFFERS] = {c->bytes[GCONV_SRC], c->bytes[GCONV_WEI], c->bytes[GCONV_DST], c->scratchpad_bytes};
  uint64_t need = 0;
  for (int b = 0; b < BUFFERS; b++) need += bytes[b];
  if (need > memory_bytes) /* the guards, which are little, are not counted */
    return gconv_error(GCONV_NO_MEMORY, "trying oneDNN's %s takes %llu bytes, the limit is %llu", c->implementation,
                       (unsigned long long)need, (unsigned long long)memory_bytes);
  gconv_guarded g[BUFFERS] = {0};
  gconv_status status = GCONV_OK;
  for (int b = 0; b < BUFFERS && !status; b++) status = gconv_guarded_create(bytes[b], &g[b]);
  if (!status) status = try(c, g, fault);
  for (int b = 0; b < BUFFERS; b++) gconv_guarded_free(&g[b]);
  return status;
}
#endif
