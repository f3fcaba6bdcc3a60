/* test_rotation.c - the buffers a kernel is timed on: how many copies a cache mode takes, that no two share a byte,
 * that each holds the same data, and that a mode which cannot be kept is refused. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
#include "rotation.h"

static const char layer[] = "g2mb1_ic32oc32_ih14kh3ph1";
static const gconv_caches caches = {
    .l1d = 32 << 10, .l2 = 1 << 20, .l3 = 4 << 20, .l1d_known = true, .l2_known = true, .l3_known = true};

static gconv_plan *plan_of(const char *kernel, const char *descriptor, gconv_env env) {
  gconv_plan *plan;
  const gconv_problem p = problem_of(descriptor, GCONV_FWD);
  if (!env.caches.l1d) env.caches = caches;
  assert_ok(gconv_plan_create(kernel, &p, &env, &plan), kernel);
  return plan;
}

static void test_sizes(void **state) {
  (void)state;
  gconv_plan *plan = plan_of("naive_split", layer, (gconv_env){.threads = 1});
  const size_t tensor = 32 * 14 * 14 * sizeof(float), weights = 32 * 16 * 9 * sizeof(float); /* whole cache lines */
  const size_t pass = 2 * caches.l3;
  rotation_size size;
  assert_ok(rotation_choose(plan, CACHE_WARM, &size), "warm");
  assert_int_equal(size.tensors, 1);
  assert_int_equal(size.weights, 1);
  assert_ok(rotation_choose(plan, CACHE_COLD, &size), "cold");
  assert_int_equal(size.tensors, 1 + pass / (2 * tensor + weights));
  assert_int_equal(size.weights, size.tensors);
  assert_true(rotation_bytes(plan, size) > pass);
  assert_ok(rotation_choose(plan, CACHE_COLD_WEIGHTS, &size), "cold weights");
  assert_int_equal(size.tensors, 1);
  assert_int_equal(size.weights, 1 + pass / weights);
  assert_true(size.weights * weights > pass);
  gconv_plan_destroy(plan);
}

/* The smallest layer takes lines, not bytes, of a cache; one larger than the cache needs no copy. */
static void test_extreme_sizes(void **state) {
  (void)state;
  rotation_size size;
  gconv_plan *plan = plan_of("naive_split", "mb1ic1ih1oc1kh1", (gconv_env){.threads = 1});
  assert_ok(rotation_choose(plan, CACHE_COLD, &size), "smallest");
  assert_int_equal(size.weights, 1 + 2 * caches.l3 / (3 * 64));
  gconv_plan_destroy(plan);
  plan = plan_of("naive_split", "mb4_ic256oc256_ih64kh1", (gconv_env){.threads = 1});
  assert_ok(rotation_choose(plan, CACHE_COLD, &size), "larger than the cache");
  assert_int_equal(size.tensors, 1);
  gconv_plan_destroy(plan);
}

static void test_hidden_cache(void **state) {
  (void)state;
  const gconv_caches hidden = {.l1d = 32 << 10, .l2 = 1 << 20, .l3 = 1 << 20, .l1d_known = true, .l2_known = true};
  assert_int_equal(cache_last_level(&hidden), 64 << 20);
  assert_int_equal(cache_last_level(&caches), 4 << 20);
  const gconv_caches none = {.l1d = 32 << 10, .l2 = 2 << 20, .l3 = 1 << 20, .l3_known = true}; /* no third level */
  assert_int_equal(cache_last_level(&none), 2 << 20);
}

/* 8 MB of copies on a machine with 16 MB: a quarter is not enough, and fewer copies would not be cold. */
static void test_refusal(void **state) {
  (void)state;
  gconv_plan *plan = plan_of("naive_split", layer, (gconv_env){.threads = 1, .memory_bytes = 16 << 20});
  rotation_size size;
  assert_refused(rotation_choose(plan, CACHE_COLD, &size), GCONV_NO_MEMORY,
                 "cold: 123 copies, to pass 2 times a last-level cache of 4194304 bytes, need more than 4194304 bytes",
                 "cold");
  assert_ok(rotation_choose(plan, CACHE_WARM, &size), "warm");
  gconv_plan_destroy(plan);
}

static bool apart(gconv_buffer a, gconv_buffer b) {
  const char *x = a.data, *y = b.data;
  return x + a.bytes <= y || y + b.bytes <= x;
}

static void check_copies(const rotation *r, bool shared_tensors) {
  for (int i = 0; i < r->copies; i++) {
    const gconv_args *a = &r->args[i];
    const gconv_buffer weights = a->packed.data ? a->packed : a->wei;
    assert_true((uintptr_t)a->src.data % 64 == 0 && (uintptr_t)a->dst.data % 64 == 0);
    assert_int_equal((uintptr_t)weights.data % 64, 0);
    assert_true(apart(a->src, a->dst) && apart(a->src, weights) && apart(a->dst, weights));
    assert_ptr_equal(a->workspace.data, r->args[0].workspace.data);
    if (!i) continue;
    const gconv_args *b = &r->args[i - 1];
    const gconv_buffer before = b->packed.data ? b->packed : b->wei;
    assert_true(apart(weights, before));
    assert_memory_equal(weights.data, before.data, weights.bytes);
    assert_memory_equal(a->src.data, b->src.data, a->src.bytes);
    assert_true(shared_tensors ? a->src.data == b->src.data : apart(a->src, b->src) && apart(a->src, b->dst));
    assert_true(shared_tensors ? a->dst.data == b->dst.data : apart(a->dst, b->dst) && apart(a->dst, b->src));
  }
}

static void test_copies(void **state) {
  (void)state;
  static const char *const kernels[] = {"naive_split", "direct"}; /* plain weights, packed weights */
  for (size_t k = 0; k < ROWS(kernels); k++) {
    gconv_plan *plan = plan_of(kernels[k], layer, (gconv_env){.threads = 1});
    check_case *data;
    arena memory = {.ask_huge = k > 0};
    assert_ok(check_case_create(&plan->problem, CHECK_REAL, 1, 1, &data), "data");
    for (int cache = 0; cache < CACHES; cache++) {
      rotation r;
      rotation_size size;
      assert_ok(rotation_choose(plan, (cache_mode)cache, &size), cache_name((cache_mode)cache));
      assert_ok(rotation_set_up(&r, &memory, plan, data, size), cache_name((cache_mode)cache));
      assert_int_equal(r.copies, size.weights);
      assert_true(memory.used <= memory.bytes);
      assert_true(memory.huge_bytes <= (int64_t)memory.bytes);
      check_copies(&r, cache == CACHE_COLD_WEIGHTS);
      for (int i = 0; i < r.copies; i += 50) assert_ok(gconv_execute(plan, &r.args[i]), kernels[k]);
    }
    arena_free(&memory);
    check_case_free(data);
    gconv_plan_destroy(plan);
  }
}

/* Tensors begin exactly where they were asked to, and everything lies in the reservation. */
static void test_places(void **state) {
  (void)state;
  static const arena_offsets places[] = {{0, 0}, {0, 2048}, {4, 324}, {4092, 4}};
  gconv_plan *plan = plan_of("naive_split", layer, (gconv_env){.threads = 1});
  check_case *data;
  arena memory = {0};
  assert_ok(check_case_create(&plan->problem, CHECK_REAL, 1, 1, &data), "data");
  for (size_t i = 0; i < ROWS(places); i++) {
    rotation r;
    memory.offsets = &places[i];
    assert_ok(rotation_set_up(&r, &memory, plan, data, (rotation_size){1, 1}), "set up");
    const gconv_args *a = &r.args[0];
    assert_int_equal((uintptr_t)a->src.data % ARENA_PAGE, places[i].src);
    assert_int_equal((uintptr_t)a->dst.data % ARENA_PAGE, places[i].dst);
    assert_true(apart(a->src, a->dst) && apart(a->src, a->wei) && apart(a->dst, a->wei));
    assert_true(memory.used <= memory.bytes);
    assert_ok(gconv_execute(plan, a), "execute");
  }
  check_case_free(data);
  arena_free(&memory);
  gconv_plan_destroy(plan);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sizes),   cmocka_unit_test(test_extreme_sizes), cmocka_unit_test(test_hidden_cache),
      cmocka_unit_test(test_refusal), cmocka_unit_test(test_copies),        cmocka_unit_test(test_places),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
