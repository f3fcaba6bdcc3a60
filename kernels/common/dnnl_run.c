/* dnnl_run.c - runs a oneDNN convolution, for any number of user threads at once: primitives are stateless, but a
 * memory object holds one address and a stream belongs to one thread, so each call borrows a set of its own.
 *
 * The sets are made with the plan, since making them allocates, and the first free one is taken: who calls alone finds
 * the one with the addresses of the last call, which spares version 2 zeroing the padding lanes again. */
/* SPDX-License-Identifier: Apache-2.0 */
#if GCONV_WITH_DNNL
#include "common/dnnl_conv.h"
#include "core/error.h"
#include "core/parallel.h"
#include "core/workspace.h"

#include <dnnl_debug.h>
#include <omp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Calls that are served at once; further ones make and destroy a set, which takes them about a microsecond. */
enum { SLOTS = 8, ARGS = GCONV_TENSORS + 1 };

struct gconv_dnnl_slot {
  _Alignas(GCONV_ALIGN) atomic_flag busy;
  dnnl_stream_t stream;
  dnnl_memory_t memory[ARGS]; /* src, wei, dst, scratchpad */
};

static int arg_of(const gconv_dnnl_conv *c, int i) { return i < GCONV_TENSORS ? c->arg[i] : DNNL_ARG_SCRATCHPAD; }

static dnnl_status_t fill_slot(const gconv_dnnl_conv *c, gconv_dnnl_slot *slot) {
  atomic_flag_clear(&slot->busy);
  dnnl_status_t status = dnnl_stream_create(&slot->stream, c->engine, dnnl_stream_default_flags);
  for (int i = 0; i < ARGS && !status; i++)
    status = dnnl_memory_create(&slot->memory[i], gconv_dnnl_conv_md(c, arg_of(c, i)), c->engine, DNNL_MEMORY_NONE);
  return status;
}

static void empty_slot(gconv_dnnl_slot *slot) {
  for (int i = 0; i < ARGS; i++)
    if (slot->memory[i]) dnnl_memory_destroy(slot->memory[i]);
  if (slot->stream) dnnl_stream_destroy(slot->stream);
}

dnnl_status_t gconv_dnnl_slots_create(gconv_dnnl_conv *c) {
  c->slots = aligned_alloc(_Alignof(gconv_dnnl_slot), SLOTS * sizeof *c->slots);
  if (!c->slots) return dnnl_out_of_memory;
  memset(c->slots, 0, SLOTS * sizeof *c->slots);
  dnnl_status_t status = dnnl_success;
  for (int i = 0; i < SLOTS && !status; i++) status = fill_slot(c, &c->slots[i]);
  return status;
}

void gconv_dnnl_slots_destroy(gconv_dnnl_conv *c) {
  for (int i = 0; i < SLOTS && c->slots; i++) empty_slot(&c->slots[i]);
  free(c->slots);
}

static dnnl_status_t run_in(const gconv_dnnl_conv *c, gconv_dnnl_slot *slot, void *const data[ARGS]) {
  dnnl_exec_arg_t args[ARGS];
  dnnl_status_t status = dnnl_success;
  for (int i = 0; i < ARGS && !status; i++) {
    args[i] = (dnnl_exec_arg_t){arg_of(c, i), slot->memory[i]};
    status = gconv_dnnl_set_handle(slot->memory[i], data[i], slot->stream);
  }
  if (!status) status = dnnl_primitive_execute(c->primitive, slot->stream, ARGS, args);
  return status ? status : dnnl_stream_wait(slot->stream);
}

static dnnl_status_t run_in_any(const gconv_dnnl_conv *c, void *const data[ARGS]) {
  for (int i = 0; i < SLOTS; i++) {
    if (atomic_flag_test_and_set_explicit(&c->slots[i].busy, memory_order_acquire)) continue;
    const dnnl_status_t status = run_in(c, &c->slots[i], data);
    atomic_flag_clear_explicit(&c->slots[i].busy, memory_order_release);
    return status;
  }
  gconv_dnnl_slot own = {0};
  dnnl_status_t status = fill_slot(c, &own);
  if (!status) status = run_in(c, &own, data);
  empty_slot(&own);
  return status;
}

gconv_status gconv_dnnl_check_team(int threads) {
  const char *refused = gconv_team_refused(threads);
  if (!refused) return GCONV_OK;
  return gconv_error(
      GCONV_FAILED,
      "oneDNN divides the work among the plan's %d threads, and OpenMP gives fewer (%s): what they should "
      "write would be left unwritten",
      threads, refused);
}

/* The thread count that is set is the calling thread's own, so that calls from several threads leave each other's
 * alone. */
gconv_status gconv_dnnl_conv_run(const gconv_dnnl_conv *c, void *src, void *wei, void *dst, void *scratchpad) {
  void *const data[ARGS] = {src, wei, dst, scratchpad};
  const gconv_status refused = gconv_dnnl_check_team(c->threads);
  if (refused) return refused;
  const int outer_threads = omp_get_max_threads();
  omp_set_num_threads(c->threads);
  const dnnl_status_t status = run_in_any(c, data);
  omp_set_num_threads(outer_threads);
  if (!status) return GCONV_OK;
  return gconv_error(GCONV_FAILED, "oneDNN's %s failed: %s", c->implementation, dnnl_status2str(status));
}
#endif
