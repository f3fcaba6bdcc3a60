/* test_api.c - wrong calls of the public interface: each gives a status and a sentence that names what is wrong, and
 * nothing crashes or is written. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"

#include <limits.h>

static const char *const good = "g2mb1_ic8oc8_ih6kh3ph1";

/* A field of a valid problem set to a wrong value. */
static void test_problem_fields(void **state) {
  (void)state;
  const gconv_problem valid = problem_of(good, GCONV_FWD);
  const struct {
    size_t offset;
    int value;
    const char *fragment;
  } rows[] = {
#define ROW(field, value, fragment) {offsetof(gconv_problem, field), value, fragment}
      ROW(groups, 0, "g is 0"),
      ROW(groups, -2, "g is -2"),
      ROW(groups, 3, "g is 3, does not divide ic 8"),
      ROW(oc, 9, "g is 2, does not divide oc 9"),
      ROW(batch, 0, "mb is 0"),
      ROW(batch, INT_MIN, "mb is -2147483648"),
      ROW(ic, 0, "ic is 0"),
      ROW(oc, -8, "oc is -8"),
      ROW(ih, 0, "ih is 0"),
      ROW(iw, -1, "iw is -1"),
      ROW(kh, 0, "kh is 0"),
      ROW(kw, -3, "kw is -3"),
      ROW(stride_h, -1, "sh is -1"),
      ROW(stride_w, -1, "sw is -1"),
      ROW(dilation_h, -1, "dh is -1"),
      ROW(dilation_w, INT_MIN, "dw is -2147483648"),
      ROW(multiplicity, -1, "multiplicity is -1"),
      ROW(pad_top, -9, "height: the dilated kernel covers 3 but the padded input only -2"),
      ROW(pad_right, INT_MIN, "width: the dilated kernel covers 3"),
      ROW(kw, 9, "width: the dilated kernel covers 9 but the padded input only 8"),
      ROW(batch, INT_MAX, NULL),
      ROW(ic, 1 << 30, NULL),
      ROW(direction, 3, "direction is 3"),
      ROW(direction, -1, "direction is -1"),
      ROW(dtype, 1, "dtype is 1"),
#undef ROW
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    gconv_problem p = valid;
    memcpy((char *)&p + rows[i].offset, &rows[i].value, sizeof(int));
    gconv_plan *plan = (gconv_plan *)&p;
    if (!rows[i].fragment) { /* valid in itself, and more than any machine has: refused with the bytes */
      assert_ok(gconv_problem_init(&p), "large problem");
      assert_refused(gconv_plan_create("ref", &p, NULL, &plan), GCONV_NO_MEMORY, "bytes", "large problem");
      assert_null(plan);
      continue;
    }
    gconv_problem copy = p;
    assert_refused(gconv_problem_init(&copy), GCONV_INVALID, rows[i].fragment, "init");
    assert_refused(gconv_plan_create("ref", &p, NULL, &plan), GCONV_INVALID, rows[i].fragment, "plan");
    assert_null(plan);
  }
  assert_refused(gconv_problem_init(NULL), GCONV_INVALID, "problem is NULL", "NULL");
}

static void test_plan_arguments(void **state) {
  (void)state;
  const gconv_problem p = problem_of(good, GCONV_FWD);
  gconv_plan *const untouched = (gconv_plan *)&p;
  const struct {
    const char *kernel;
    const gconv_problem *problem;
    gconv_env env;
    gconv_status status;
    const char *fragment;
  } rows[] = {
      {NULL, &p, {0}, GCONV_INVALID, "kernel_name is NULL"},
      {"ref", NULL, {0}, GCONV_INVALID, "problem is NULL"},
      {"no_such_kernel", &p, {0}, GCONV_INVALID, "no kernel is called 'no_such_kernel'"},
      {"", &p, {0}, GCONV_INVALID, "no kernel is called ''"},
      {"ref@m4", &p, {0}, GCONV_INVALID, "ref takes no parameter, '@m4' was given"},
      {"ref@0123456789012345678901234567890123456789", &p, {0}, GCONV_INVALID, "is longer than 31 characters"},
      {"ref", &p, {.threads = -1}, GCONV_INVALID, "threads is -1"},
      {"ref", &p, {.threads = 4097}, GCONV_INVALID, "threads is 4097"},
      {"ref", &p, {.threads = INT_MIN}, GCONV_INVALID, "threads is -2147483648"},
      {"ref", &p, {.layout = GCONV_LAYOUTS}, GCONV_INVALID, "layout is 6"},
      {"ref", &p, {.layout = (gconv_layout)-1}, GCONV_INVALID, "layout is -1"},
      {"ref", &p, {.memory_bytes = 1}, GCONV_NO_MEMORY, "the limit is 1"},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    gconv_plan *plan = untouched;
    assert_refused(gconv_plan_create(rows[i].kernel, rows[i].problem, &rows[i].env, &plan), rows[i].status,
                   rows[i].fragment, rows[i].fragment);
    assert_null(plan);
  }
  assert_refused(gconv_plan_create("ref", &p, NULL, NULL), GCONV_INVALID, "plan is NULL", "NULL");
  gconv_plan_destroy(NULL);
}

/* Every kernel is refused when it needs one byte more than there is, and says how many. */
static void test_memory_limit(void **state) {
  (void)state;
  size_t count;
  const gconv_entry *entries = gconv_registry(&count);
  for (size_t e = 0; e < count; e++)
    for (int layout = 0; layout <= GCONV_NHWC; layout++) {
      const gconv_problem p = problem_of(good, GCONV_FWD);
      gconv_env env = {.layout = (gconv_layout)layout};
      gconv_plan *plan;
      if (gconv_plan_create(entries[e].name, &p, &env, &plan)) {
        assert_true(*gconv_last_error());
        continue;
      }
      size_t need = plan->packed_bytes + plan->workspace_bytes;
      for (int t = 0; t < GCONV_TENSORS; t++) need += gconv_plan_tensor_bytes(plan, (gconv_tensor)t);
      gconv_plan_destroy(plan);
      env.memory_bytes = need - 1;
      char bytes[32];
      snprintf(bytes, sizeof bytes, "the limit is %zu", need - 1);
      assert_refused(gconv_plan_create(entries[e].name, &p, &env, &plan), GCONV_NO_MEMORY, bytes, entries[e].name);
      assert_null(plan);
    }
}

/* Buffers of one execute call, to be made wrong one at a time. */
typedef struct {
  gconv_plan *plan;
  gconv_args args;
  void *memory;
} call;

static call make_call(const char *descriptor, gconv_direction direction) {
  call c = {0};
  gconv_problem p = problem_of(descriptor, direction);
  assert_ok(gconv_plan_create("ref", &p, &(gconv_env){.threads = 2, .layout = GCONV_NHWC}, &c.plan), "ref");
  enum { ROOM = 1 << 20 };
  c.memory = aligned_alloc(64, 5 * ROOM);
  assert_non_null(c.memory);
  memset(c.memory, 0, 5 * ROOM);
  gconv_buffer *const buffers[] = {&c.args.src, &c.args.wei, &c.args.dst};
  for (int t = 0; t < GCONV_TENSORS; t++)
    *buffers[t] = (gconv_buffer){(char *)c.memory + t * ROOM, gconv_plan_tensor_bytes(c.plan, (gconv_tensor)t)};
  c.args.workspace = (gconv_buffer){(char *)c.memory + 3 * ROOM, c.plan->workspace_bytes};
  assert_true(c.plan->workspace_bytes > 0 && c.plan->workspace_bytes < ROOM);
  return c;
}

static void free_call(call *c) {
  gconv_plan_destroy(c->plan);
  free(c->memory);
}

static void test_execute_buffers(void **state) {
  (void)state;
  static const struct {
    const char *name;
    size_t offset, align;
  } buffers[] = {{"src", offsetof(gconv_args, src), 4},
                 {"wei", offsetof(gconv_args, wei), 4},
                 {"dst", offsetof(gconv_args, dst), 4},
                 {"workspace", offsetof(gconv_args, workspace), 64}};
  for (int d = 0; d < GCONV_DIRECTIONS; d++) {
    call c = make_call(good, (gconv_direction)d);
    assert_ok(gconv_execute(c.plan, &c.args), "correct call");
    for (size_t b = 0; b < ROWS(buffers); b++) {
      gconv_buffer *buffer = (gconv_buffer *)((char *)&c.args + buffers[b].offset);
      const gconv_buffer saved = *buffer;
      char fragment[96];
      buffer->bytes = saved.bytes - 1;
      snprintf(fragment, sizeof fragment, "%s has %zu bytes, %zu are needed", buffers[b].name, saved.bytes - 1,
               saved.bytes);
      assert_refused(gconv_execute(c.plan, &c.args), GCONV_INVALID, fragment, fragment);
      *buffer = (gconv_buffer){NULL, saved.bytes};
      snprintf(fragment, sizeof fragment, "%s is NULL", buffers[b].name);
      assert_refused(gconv_execute(c.plan, &c.args), GCONV_INVALID, fragment, fragment);
      *buffer = (gconv_buffer){(char *)saved.data + buffers[b].align / 2, saved.bytes};
      snprintf(fragment, sizeof fragment, "not aligned to %zu bytes", buffers[b].align);
      assert_refused(gconv_execute(c.plan, &c.args), GCONV_INVALID, fragment, buffers[b].name);
      *buffer = saved;
    }
    assert_ok(gconv_execute(c.plan, &c.args), "correct call");
    free_call(&c);
  }
}

static void test_execute_arguments(void **state) {
  (void)state;
  call c = make_call(good, GCONV_FWD);
  assert_refused(gconv_execute(NULL, &c.args), GCONV_INVALID, "plan is NULL", "NULL");
  assert_refused(gconv_execute(c.plan, NULL), GCONV_INVALID, "args is NULL", "NULL");
  gconv_clock_lane lanes[2] = {0};
  gconv_clock clock = {.lanes = 1, .lane = lanes};
  c.args.clock = &clock;
  assert_refused(gconv_execute(c.plan, &c.args), GCONV_INVALID, "clock has 1 lanes, the plan 2 threads", "lanes");
  clock = (gconv_clock){.lanes = 2, .lane = NULL};
  assert_refused(gconv_execute(c.plan, &c.args), GCONV_INVALID, "clock", "NULL lanes");
  clock.lane = lanes;
  assert_ok(gconv_execute(c.plan, &c.args), "two lanes");
  free_call(&c);
}

static void test_weights_arguments(void **state) {
  (void)state;
  const gconv_buffer none = {0};
  call forward = make_call(good, GCONV_FWD), weights = make_call(good, GCONV_BWD_W);
  assert_refused(gconv_pack_weights(NULL, forward.args.wei, none), GCONV_INVALID, "plan is NULL", "NULL");
  assert_refused(gconv_unpack_weights(NULL, none, forward.args.wei), GCONV_INVALID, "plan is NULL", "NULL");
  assert_refused(gconv_pack_weights(forward.plan, none, none), GCONV_INVALID, "wei is NULL", "NULL");
  assert_refused(gconv_unpack_weights(weights.plan, none, none), GCONV_INVALID, "wei is NULL", "NULL");
  assert_refused(gconv_pack_weights(weights.plan, weights.args.wei, none), GCONV_INVALID, "bwd_w writes", "bwd_w");
  assert_refused(gconv_unpack_weights(forward.plan, none, forward.args.wei), GCONV_INVALID, "only bwd_w", "fwd");
  gconv_buffer small = forward.args.wei;
  small.bytes--;
  assert_refused(gconv_pack_weights(forward.plan, small, none), GCONV_INVALID, "wei has", "too small");
  assert_ok(gconv_pack_weights(forward.plan, forward.args.wei, none), "nothing to pack");
  assert_ok(gconv_unpack_weights(weights.plan, none, weights.args.wei), "nothing to unpack");
  free_call(&forward);
  free_call(&weights);
}

/* Packed weights of whichever kernels have them: too small, misaligned, missing. */
static void test_packed_buffers(void **state) {
  (void)state;
  size_t count;
  const gconv_entry *entries = gconv_registry(&count);
  for (size_t e = 0; e < count; e++) {
    const gconv_problem p = problem_of("g2mb1_ic32oc32_ih8kh3ph1", GCONV_FWD);
    gconv_plan *plan;
    if (gconv_plan_create(entries[e].name, &p, NULL, &plan)) continue;
    const size_t need = plan->packed_bytes;
    float *wei = calloc(1, gconv_plan_tensor_bytes(plan, GCONV_WEI));
    char *packed = aligned_alloc(64, need / 64 * 64 + 128);
    const gconv_buffer plain = {wei, gconv_plan_tensor_bytes(plan, GCONV_WEI)};
    if (need) {
      assert_refused(gconv_pack_weights(plan, plain, (gconv_buffer){packed, need - 1}), GCONV_INVALID, "packed has",
                     entries[e].name);
      assert_refused(gconv_pack_weights(plan, plain, (gconv_buffer){packed + 4, need}), GCONV_INVALID,
                     "not aligned to 64 bytes", entries[e].name);
      assert_refused(gconv_pack_weights(plan, plain, (gconv_buffer){0}), GCONV_INVALID, "packed is NULL",
                     entries[e].name);
    }
    assert_ok(gconv_pack_weights(plan, plain, (gconv_buffer){packed, need}), entries[e].name);
    free(packed);
    free(wei);
    gconv_plan_destroy(plan);
  }
}

/* Parameters no kernel can mean: a plan or a sentence, never a crash. */
static void test_parameters(void **state) {
  (void)state;
  static const char *const params[] = {"", "m", "m0", "m-1", "m999999999999", "m2x", "x", "@", "%s%s%s"};
  size_t count;
  const gconv_entry *entries = gconv_registry(&count);
  const gconv_problem p = problem_of("g4mb1_ic8oc8_ih6kh3ph1", GCONV_FWD);
  for (size_t e = 0; e < count; e++)
    for (size_t i = 0; i < ROWS(params); i++) {
      char name[128];
      snprintf(name, sizeof name, "%s@%s", entries[e].name, params[i]);
      gconv_plan *plan;
      const gconv_status status = gconv_plan_create(name, &p, NULL, &plan);
      if (entries[e].missing || !*params[i]) {
        gconv_plan_destroy(plan);
        continue;
      }
      if (status != GCONV_INVALID && status != GCONV_UNSUPPORTED)
        fail_msg("%s: status is '%s', the parameter makes no sense", name, gconv_status_name(status));
      const char *value = params[i] + (params[i][0] == 'm' && params[i][1]); /* "m is 0" names m0 as well */
      if (!strstr(gconv_last_error(), value)) fail_msg("%s: '%s' does not name the value", name, gconv_last_error());
    }
}

static void test_names(void **state) {
  (void)state;
  static const gconv_status statuses[] = {GCONV_OK, GCONV_INVALID, GCONV_UNSUPPORTED, GCONV_NO_MEMORY, GCONV_FAILED};
  for (size_t i = 0; i < ROWS(statuses); i++) assert_true(*gconv_status_name(statuses[i]));
  assert_string_equal(gconv_status_name((gconv_status)99), "unknown status");
  assert_string_equal(gconv_direction_name(GCONV_BWD_D), "bwd_d");
  assert_string_equal(gconv_direction_name(GCONV_DIRECTIONS), "unknown");
  assert_string_equal(gconv_stage_name(GCONV_STAGE_UNPACK_DST), "unpack_dst");
  assert_string_equal(gconv_stage_name(GCONV_STAGES), "unknown");
  assert_true(strlen(gconv_version()) >= 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_problem_fields),
      cmocka_unit_test(test_plan_arguments),
      cmocka_unit_test(test_memory_limit),
      cmocka_unit_test(test_execute_buffers),
      cmocka_unit_test(test_execute_arguments),
      cmocka_unit_test(test_weights_arguments),
      cmocka_unit_test(test_packed_buffers),
      cmocka_unit_test(test_parameters),
      cmocka_unit_test(test_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
