/* scalar.h - the vocabulary on one lane: the portable fallback, and the proof that kernels do not depend on the
 * width. */
/* SPDX-License-Identifier: Apache-2.0 */

#define VL           1
#define V_ISA        GCONV_ISA_SCALAR
#define V_REGISTERS  16
#define V_HAS_SPREAD 0
#define V_HAS_FOURS  0
#define V_HAS_HALF   0
#define V_HAS_FMA    0
typedef float v_f32;
typedef int32_t v_index;
typedef bool v_mask;

INLINE v_f32 v_zero(void) { return 0.0f; }
INLINE v_f32 v_load(const float *p) { return *p; }
INLINE v_f32 v_load_once(const float *p) { return *p; }
INLINE void v_store(float *p, v_f32 x) { *p = x; }
INLINE void v_stream(float *p, v_f32 x) { v_store(p, x); } /* less than a cache line: nothing is spared */
INLINE void v_stream_end(void) {}
INLINE v_f32 v_bcast(const float *p) { return *p; }
INLINE v_f32 v_add(v_f32 a, v_f32 b) { return a + b; }
INLINE v_f32 v_sub(v_f32 a, v_f32 b) { return a - b; }
INLINE v_f32 v_mul(v_f32 a, v_f32 b) { return a * b; }
INLINE v_f32 v_fma(v_f32 a, v_f32 b, v_f32 c) { return a * b + c; } /* baseline CPUs have no fused instruction */
INLINE v_f32 v_fma_kept(v_f32 a, v_f32 b, v_f32 c) { return v_fma(a, b, c); }
INLINE v_f32 v_fma_bcast(const float *p, v_f32 b, v_f32 c) { return v_fma_kept(v_bcast(p), b, c); }
INLINE v_index v_index_load(const int32_t *p) { return *p; }
INLINE v_f32 v_permute(v_index index, v_f32 x) { return (void)index, x; } /* one lane: the index is 0 */
INLINE v_f32 v_permute2(v_index index, v_f32 a, v_f32 b) { return index ? b : a; }
INLINE v_f32 v_shuffle4(v_index index, v_f32 x) { return (void)index, x; }
INLINE v_mask v_mask_of(uint32_t bits) { return bits & 1; }
INLINE v_mask v_mask_all(bool on) { return on; }
INLINE void v_sum4(float *to, v_f32 a, v_f32 b, v_f32 c, v_f32 d) {
  to[0] = a;
  to[1] = b;
  to[2] = c;
  to[3] = d;
}
INLINE v_f32 v_load_masked(v_mask m, const float *p) { return m ? *p : 0.0f; }
INLINE void v_store_masked(v_mask m, float *p, v_f32 x) {
  if (m) *p = x;
}
INLINE v_f32 v_bcast_masked(v_mask m, const float *p) { return m ? *p : 0.0f; }
INLINE v_f32 v_bcast_into(v_f32 x, v_mask m, const float *p) { return m ? *p : x; }
INLINE v_f32 v_select(v_mask m, v_f32 a, v_f32 b) { return m ? a : b; }
