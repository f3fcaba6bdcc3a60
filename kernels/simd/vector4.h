/* vector4.h - the vocabulary on 4 lanes in the compilers' own vectors, without a word of any processor: SSE2 on x86-64,
 * NEON on ARM. Faster than scalar code on every CPU, and the proof that kernels depend on abilities alone. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#define VL           4
#define V_ISA        GCONV_ISA_VECTOR4
#define V_REGISTERS  16
#define V_HAS_SPREAD 1
#define V_HAS_FOURS  0
#define V_HAS_HALF   0
#define V_HAS_FMA    0
typedef float v_f32 __attribute__((vector_size(16)));
typedef int32_t v_index __attribute__((vector_size(16)));
typedef int32_t v_mask __attribute__((vector_size(16))); /* all-ones lanes */

INLINE v_f32 v_zero(void) { return (v_f32){0, 0, 0, 0}; }
INLINE v_f32 v_load(const float *p) {
  v_f32 x;
  memcpy(&x, p, sizeof x);
  return x;
}
INLINE v_f32 v_load_once(const float *p) { return v_load(p); }
INLINE void v_store(float *p, v_f32 x) { memcpy(p, &x, sizeof x); }
INLINE void v_stream(float *p, v_f32 x) { v_store(p, x); } /* less than a cache line: nothing is spared */
INLINE void v_stream_end(void) {}
INLINE v_f32 v_bcast(const float *p) { return (v_f32){*p, *p, *p, *p}; }
INLINE v_f32 v_add(v_f32 a, v_f32 b) { return a + b; }
INLINE v_f32 v_sub(v_f32 a, v_f32 b) { return a - b; }
INLINE v_f32 v_mul(v_f32 a, v_f32 b) { return a * b; }
INLINE v_f32 v_fma(v_f32 a, v_f32 b, v_f32 c) { return a * b + c; } /* baseline CPUs have no fused instruction */
INLINE v_f32 v_fma_kept(v_f32 a, v_f32 b, v_f32 c) { return v_fma(a, b, c); }
INLINE v_f32 v_fma_bcast(const float *p, v_f32 b, v_f32 c) { return v_fma_kept(v_bcast(p), b, c); }
INLINE v_index v_index_load(const int32_t *p) {
  v_index x;
  memcpy(&x, p, sizeof x);
  return x;
}
INLINE v_f32 v_permute(v_index index, v_f32 x) { return (v_f32){x[index[0]], x[index[1]], x[index[2]], x[index[3]]}; }
INLINE v_f32 v_permute2(v_index index, v_f32 a, v_f32 b) {
  const float both[2 * VL] = {a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3]};
  return (v_f32){both[index[0]], both[index[1]], both[index[2]], both[index[3]]};
}
INLINE v_f32 v_shuffle4(v_index index, v_f32 x) { return v_permute(index, x); }
INLINE v_mask v_mask_of(uint32_t bits) {
  const v_mask lane = {1, 2, 4, 8};
  return (v_mask)(((int32_t)bits & lane) == lane);
}
INLINE v_mask v_mask_all(bool on) { return (v_mask){-on, -on, -on, -on}; }
INLINE v_f32 v_select(v_mask m, v_f32 a, v_f32 b) { return (v_f32)((m & (v_mask)a) | (~m & (v_mask)b)); }
INLINE float sum_of_lanes(v_f32 x) { return (x[0] + x[2]) + (x[1] + x[3]); }
INLINE void v_sum4(float *to, v_f32 a, v_f32 b, v_f32 c, v_f32 d) {
  v_store(to, (v_f32){sum_of_lanes(a), sum_of_lanes(b), sum_of_lanes(c), sum_of_lanes(d)});
}
INLINE v_f32 v_load_masked(v_mask m, const float *p) {
  return (v_f32){m[0] ? p[0] : 0, m[1] ? p[1] : 0, m[2] ? p[2] : 0, m[3] ? p[3] : 0};
}
INLINE void v_store_masked(v_mask m, float *p, v_f32 x) {
  UNROLLED (l, VL)
    if (m[l]) p[l] = x[l];
}
INLINE v_f32 v_bcast_masked(v_mask m, const float *p) { return m[0] ? v_bcast(p) : v_zero(); }
INLINE v_f32 v_bcast_into(v_f32 x, v_mask m, const float *p) { return v_select(m, v_bcast(p), x); }
INLINE v_f32 v_spread2(v_f32 x, int i) { return (v_f32){x[i], x[i], x[2 + i], x[2 + i]}; }
INLINE v_f32 v_spread4(v_f32 x, int i) { return (v_f32){x[i], x[i], x[i], x[i]}; }
