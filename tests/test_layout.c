/* test_layout.c - layouts: offsets reach every place once, conversions keep every value, fill the padding lanes with
 * zeros and stay inside their buffers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "buffer.h"
#include "common.h"

static const gconv_dims shapes[] = {
    {1, 1, 1, 1},  {2, 3, 4, 5},  {1, 4, 3, 3},  {2, 5, 2, 7},  {1, 8, 4, 4},  {1, 15, 3, 2},
    {1, 16, 2, 3}, {2, 17, 3, 3}, {1, 31, 2, 2}, {1, 33, 1, 9}, {3, 40, 1, 1}, {1, 64, 2, 5},
};

static float value_at(int n, int c, int h, int w) { return (float)(((n * 64 + c) * 16 + h) * 16 + w + 1); }

static void test_offsets(void **state) {
  (void)state;
  for (int layout = 0; layout < GCONV_LAYOUTS; layout++)
    for (size_t s = 0; s < ROWS(shapes); s++) {
      const gconv_dims d = shapes[s];
      const int64_t elems = gconv_layout_elems((gconv_layout)layout, d);
      unsigned char *seen = calloc((size_t)elems, 1);
      assert_non_null(seen);
      for (int n = 0; n < d.n; n++)
        for (int c = 0; c < d.c; c++)
          for (int h = 0; h < d.h; h++)
            for (int w = 0; w < d.w; w++) {
              const int64_t offset = gconv_layout_offset((gconv_layout)layout, d, n, c, h, w);
              assert_between(offset, 0, elems - 1);
              assert_int_equal(seen[offset]++, 0);
            }
      free(seen);
    }
}

/* The definitions, written out. */
static void test_known_offsets(void **state) {
  (void)state;
  const gconv_dims d = {2, 19, 5, 7};
  const struct {
    gconv_layout layout;
    int64_t elems, offset; /* of n 1, c 18, h 3, w 4 */
  } rows[] = {
      {GCONV_NATIVE, 2 * 19 * 35, ((1 * 19 + 18) * 5 + 3) * 7 + 4},
      {GCONV_NCHW, 2 * 19 * 35, ((1 * 19 + 18) * 5 + 3) * 7 + 4},
      {GCONV_NHWC, 2 * 19 * 35, ((1 * 5 + 3) * 7 + 4) * 19 + 18},
      {GCONV_NCHW4C, 2 * 20 * 35, (((1 * 5 + 4) * 5 + 3) * 7 + 4) * 4 + 2},
      {GCONV_NCHW8C, 2 * 24 * 35, (((1 * 3 + 2) * 5 + 3) * 7 + 4) * 8 + 2},
      {GCONV_NCHW16C, 2 * 32 * 35, (((1 * 2 + 1) * 5 + 3) * 7 + 4) * 16 + 2},
  };
  assert_int_equal(ROWS(rows), GCONV_LAYOUTS);
  for (size_t i = 0; i < ROWS(rows); i++) {
    assert_int_equal(gconv_layout_elems(rows[i].layout, d), rows[i].elems);
    assert_int_equal(gconv_layout_offset(rows[i].layout, d, 1, 18, 3, 4), rows[i].offset);
  }
}

/* Values by their coordinates; padding lanes keep the poison. */
static void fill(guarded_buffer *b, gconv_layout layout, gconv_dims d) {
  float *data = b->user.data;
  for (int n = 0; n < d.n; n++)
    for (int c = 0; c < d.c; c++)
      for (int h = 0; h < d.h; h++)
        for (int w = 0; w < d.w; w++) data[gconv_layout_offset(layout, d, n, c, h, w)] = value_at(n, c, h, w);
}

/* Every value in its place, and all the rest zero. */
static void assert_filled(const guarded_buffer *b, gconv_layout layout, gconv_dims d) {
  float *data = b->user.data;
  for (int n = 0; n < d.n; n++)
    for (int c = 0; c < d.c; c++)
      for (int h = 0; h < d.h; h++)
        for (int w = 0; w < d.w; w++) {
          const int64_t offset = gconv_layout_offset(layout, d, n, c, h, w);
          if (data[offset] != value_at(n, c, h, w))
            fail_msg("%s [%d, %d, %d, %d] of %d x %d x %d x %d is %g", gconv_layout_name(layout), n, c, h, w, d.n, d.c,
                     d.h, d.w, (double)data[offset]);
          data[offset] = 0;
        }
  for (size_t i = 0; i < b->user.bytes / sizeof *data; i++)
    if (data[i] != 0) fail_msg("%s: padding lane at %zu is %g", gconv_layout_name(layout), i, (double)data[i]);
}

static void check_conversion(gconv_layout from, gconv_layout to, gconv_dims d, int threads) {
  guarded_buffer in, out;
  assert_true(guarded_alloc(&in, (size_t)gconv_layout_elems(from, d) * sizeof(float), sizeof(float)));
  assert_true(guarded_alloc(&out, (size_t)gconv_layout_elems(to, d) * sizeof(float), sizeof(float)));
  fill(&in, from, d);
  const uint64_t before = guarded_fingerprint(&in);
  gconv_layout_convert(d, from, in.user.data, to, out.user.data, threads);
  assert_null(guarded_damage(&in));
  assert_null(guarded_damage(&out));
  assert_true(guarded_fingerprint(&in) == before);
  assert_filled(&out, to, d);
  guarded_free(&in);
  guarded_free(&out);
}

static void test_conversions(void **state) {
  (void)state;
  for (int from = 0; from < GCONV_LAYOUTS; from++)
    for (int to = 0; to < GCONV_LAYOUTS; to++)
      for (size_t s = 0; s < ROWS(shapes); s++)
        for (int threads = 1; threads <= 3; threads++)
          check_conversion((gconv_layout)from, (gconv_layout)to, shapes[s], threads);
}

static void test_names(void **state) {
  (void)state;
  static const char *const names[GCONV_LAYOUTS] = {"native", "nchw", "nhwc", "nchw4c", "nchw8c", "nchw16c"};
  for (int layout = 0; layout < GCONV_LAYOUTS; layout++)
    assert_string_equal(gconv_layout_name((gconv_layout)layout), names[layout]);
  assert_string_equal(gconv_layout_name(GCONV_LAYOUTS), "unknown");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_offsets),
      cmocka_unit_test(test_known_offsets),
      cmocka_unit_test(test_conversions),
      cmocka_unit_test(test_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
