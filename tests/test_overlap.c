/* test_overlap.c - buffers of one call that share memory: refused where one of them is written, whatever the pair and
 * the side, with a sentence that names both; taken where both are only read, or where they just touch. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"

enum { BUFFERS = 5, CLOCK = BUFFERS, REGIONS, ROOM = 1 << 18, THREADS = 2 };
static const char *const names[REGIONS] = {"src", "dst", "wei", "packed", "workspace", "the clock"};

typedef struct {
  gconv_plan *plan;
  char *memory;
  size_t need[REGIONS];
  bool written[REGIONS];
} call;

static call make_call(const char *kernel, gconv_direction direction) {
  call c = {.memory = aligned_alloc(64, (2 * REGIONS + 1) * ROOM)};
  const gconv_problem p = problem_of("g2mb1_ic32oc32_ih8kh3ph1", direction);
  assert_non_null(c.memory);
  memset(c.memory, 0, (2 * REGIONS + 1) * ROOM);
  assert_ok(gconv_plan_create(kernel, &p, &(gconv_env){.threads = THREADS, .layout = GCONV_NHWC}, &c.plan), kernel);
  const size_t need[REGIONS] = {c.plan->tensor_bytes[GCONV_SRC],
                                c.plan->tensor_bytes[GCONV_DST],
                                c.plan->packed_bytes ? 0 : c.plan->tensor_bytes[GCONV_WEI],
                                c.plan->packed_bytes,
                                c.plan->workspace_bytes,
                                THREADS * sizeof(gconv_clock_lane)};
  const gconv_tensor written = gconv_written_tensor(direction);
  const bool write[REGIONS] = {
      written == GCONV_SRC, written == GCONV_DST, written == GCONV_WEI, written == GCONV_WEI, true, true};
  memcpy(c.need, need, sizeof need);
  memcpy(c.written, write, sizeof write);
  for (int i = 0; i < REGIONS; i++) assert_true(need[i] < ROOM);
  return c;
}

/* Every region in a room of its own, but `moved` at `offset` from the beginning of `base`. */
static gconv_status execute(const call *c, int base, int moved, ptrdiff_t offset) {
  char *at[REGIONS];
  for (int i = 0; i < REGIONS; i++) at[i] = c->memory + (2 * i + 1) * ROOM;
  at[moved] = at[base] + offset;
  gconv_clock clock = {THREADS, (gconv_clock_lane *)at[CLOCK]};
  gconv_buffer b[BUFFERS];
  for (int i = 0; i < BUFFERS; i++) b[i] = (gconv_buffer){at[i], c->need[i]};
  return gconv_execute(c->plan, &(gconv_args){b[0], b[1], b[2], b[3], b[4], &clock});
}

static void try_pair(const call *c, int base, int moved) {
  const ptrdiff_t need = (ptrdiff_t)c->need[base], own = (ptrdiff_t)c->need[moved];
  const ptrdiff_t offsets[] = {0, (need - 1) / 64 * 64, -(own - 1) / 64 * 64};
  const ptrdiff_t touching[] = {(need + 63) / 64 * 64, -((own + 63) / 64 * 64)};
  char what[64], fragment[64];
  snprintf(what, sizeof what, "%s on %s", names[moved], names[base]);
  for (size_t i = 0; i < ROWS(offsets); i++) {
    const gconv_status status = execute(c, base, moved, offsets[i]);
    if (!c->written[base] && !c->written[moved]) {
      assert_ok(status, what);
      continue;
    }
    assert_refused(status, GCONV_INVALID, "overlap", what);
    snprintf(fragment, sizeof fragment, "%s (%zu bytes at", names[base], c->need[base]);
    assert_refused(status, GCONV_INVALID, fragment, what);
    snprintf(fragment, sizeof fragment, "%s (%zu bytes at", names[moved], c->need[moved]);
    assert_refused(status, GCONV_INVALID, fragment, what);
  }
  for (size_t i = 0; i < ROWS(touching); i++) assert_ok(execute(c, base, moved, touching[i]), what);
}

static void test_execute(void **state) {
  (void)state;
  static const char *const kernels[] = {"ref", "direct"}; /* plain weights, packed weights */
  for (size_t k = 0; k < ROWS(kernels); k++)
    for (int d = 0; d < GCONV_DIRECTIONS; d++) {
      const call c = make_call(kernels[k], (gconv_direction)d);
      int pairs = 0;
      for (int base = 0; base < REGIONS; base++)
        for (int moved = 0; moved < REGIONS; moved++) {
          if (base == moved || !c.need[base] || !c.need[moved]) continue;
          try_pair(&c, base, moved);
          pairs++;
        }
      assert_int_equal(pairs, 20); /* src, dst, weights of one kind, workspace, clock */
      gconv_plan_destroy(c.plan);
      free(c.memory);
    }
}

/* A refused call writes nothing. */
static void test_nothing_is_written(void **state) {
  (void)state;
  const call c = make_call("ref", GCONV_FWD);
  memset(c.memory, 0x5a, (2 * REGIONS + 1) * ROOM);
  assert_refused(execute(&c, 0, 1, 64), GCONV_INVALID, "dst is written", "dst on src");
  for (size_t i = 0; i < (2 * REGIONS + 1) * ROOM; i++) assert_int_equal(c.memory[i], 0x5a);
  gconv_plan_destroy(c.plan);
  free(c.memory);
}

static void test_weights(void **state) {
  (void)state;
  const call forward = make_call("direct", GCONV_FWD), weights = make_call("direct", GCONV_BWD_W);
  const size_t plain = forward.plan->tensor_bytes[GCONV_WEI];
  const gconv_buffer wei = {forward.memory + ROOM, plain}, packed = {wei.data, forward.need[3]},
                     apart = {forward.memory + 3 * ROOM, forward.need[3]}, gradient = {wei.data, weights.need[3]};
  assert_true(packed.bytes > 0 && gradient.bytes > 0);
  assert_refused(gconv_pack_weights(forward.plan, wei, packed), GCONV_INVALID, "packed is written", "pack");
  assert_refused(gconv_unpack_weights(weights.plan, gradient, wei), GCONV_INVALID, "wei is written", "unpack");
  assert_ok(gconv_pack_weights(forward.plan, wei, apart), "apart");
  gconv_plan_destroy(forward.plan);
  gconv_plan_destroy(weights.plan);
  free(forward.memory);
  free(weights.memory);
}

static void test_convert(void **state) {
  (void)state;
  const gconv_dims dims = {1, 3, 2, 2};
  enum { IN = 12, OUT = 64 }; /* NCHW, NCHW16C */
  float memory[2 * OUT] = {0};
  const struct {
    int in, out;
    bool apart;
  } rows[] = {{0, 0, false}, {0, IN - 1, false}, {OUT - 1, 0, false}, {0, IN, true}, {OUT, 0, true}};
  for (size_t i = 0; i < ROWS(rows); i++) {
    const gconv_status status =
        gconv_layout_convert(dims, GCONV_NCHW, memory + rows[i].in, GCONV_NCHW16C, memory + rows[i].out, 1);
    if (rows[i].apart)
      assert_ok(status, "apart");
    else
      assert_refused(status, GCONV_INVALID, "overlap, and out is written", "overlapping");
  }
  assert_refused(gconv_layout_convert(dims, GCONV_NCHW, NULL, GCONV_NHWC, memory, 1), GCONV_INVALID, "in is NULL",
                 "in");
  assert_refused(gconv_layout_convert(dims, GCONV_NCHW, memory, GCONV_NHWC, NULL, 1), GCONV_INVALID, "out is NULL",
                 "out");
  assert_refused(gconv_layout_convert(dims, GCONV_LAYOUTS, memory, GCONV_NHWC, memory + OUT, 1), GCONV_INVALID,
                 "layout is 6", "layout");
  assert_refused(gconv_layout_convert(dims, GCONV_NCHW, memory, GCONV_NHWC, memory + OUT, 0), GCONV_INVALID,
                 "threads is 0", "threads");
}

static void test_reference(void **state) {
  (void)state;
  const gconv_problem p = problem_of("mb1_ic1oc1_ih4kh3ph1", GCONV_FWD);
  double memory[64] = {0};
  float wei[9] = {0};
  float *const src = (float *)memory; /* 16 floats: 8 doubles */
  assert_refused(gconv_reference(&p, src, wei, NULL, memory, NULL, 1), GCONV_INVALID, "result is written", "result");
  assert_refused(gconv_reference(&p, src, wei, NULL, memory + 16, memory + 7, 1), GCONV_INVALID, "bound", "bound");
  assert_refused(gconv_reference(&p, src, wei, NULL, memory + 16, memory + 31, 1), GCONV_INVALID, "bound", "sums");
  assert_ok(gconv_reference(&p, src, wei, NULL, memory + 8, memory + 24, 1), "apart");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_execute), cmocka_unit_test(test_nothing_is_written), cmocka_unit_test(test_weights),
      cmocka_unit_test(test_convert), cmocka_unit_test(test_reference),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
