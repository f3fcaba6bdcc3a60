/* avx2.h - the vocabulary on 8 lanes (AVX2 and FMA); masks are vectors of all-ones lanes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <immintrin.h>

#define VL           8
#define V_ISA        GCONV_ISA_AVX2
#define V_REGISTERS  16
#define V_HAS_SPREAD 1
#define V_HAS_FOURS  0
#define V_HAS_HALF   0
#define V_HAS_FMA    1
typedef __m256 v_f32;
typedef __m256i v_index;
typedef __m256i v_mask;

INLINE v_f32 v_zero(void) { return _mm256_setzero_ps(); }
INLINE v_f32 v_load(const float *p) { return _mm256_loadu_ps(p); }
INLINE v_f32 v_load_once(const float *p) {
  v_f32 x = v_load(p);
  __asm__("" : "+x"(x));
  return x;
}
INLINE void v_store(float *p, v_f32 x) { _mm256_storeu_ps(p, x); }
INLINE void v_stream(float *p, v_f32 x) { v_store(p, x); } /* less than a cache line: nothing is spared */
INLINE void v_stream_end(void) {}
INLINE v_f32 v_bcast(const float *p) { return _mm256_broadcast_ss(p); }
INLINE v_f32 v_add(v_f32 a, v_f32 b) { return _mm256_add_ps(a, b); }
INLINE v_f32 v_sub(v_f32 a, v_f32 b) { return _mm256_sub_ps(a, b); }
INLINE v_f32 v_mul(v_f32 a, v_f32 b) { return _mm256_mul_ps(a, b); }
INLINE v_f32 v_fma(v_f32 a, v_f32 b, v_f32 c) { return _mm256_fmadd_ps(a, b, c); }
INLINE v_f32 v_fma_kept(v_f32 a, v_f32 b, v_f32 c) {
  __asm__("vfmadd231ps %2, %1, %0" : "+x"(c) : "x"(a), "x"(b));
  return c;
}
INLINE v_f32 v_fma_bcast(const float *p, v_f32 b, v_f32 c) { return v_fma_kept(v_bcast(p), b, c); }
INLINE v_index v_index_load(const int32_t *p) { return _mm256_loadu_si256((const __m256i *)p); }
INLINE v_f32 v_permute(v_index index, v_f32 x) { return _mm256_permutevar8x32_ps(x, index); }
INLINE v_f32 v_permute2(v_index index, v_f32 a, v_f32 b) { /* bit 3 of a lane number, shifted to the sign: b */
  return _mm256_blendv_ps(v_permute(index, a), v_permute(index, b), _mm256_castsi256_ps(_mm256_slli_epi32(index, 28)));
}
INLINE v_f32 v_shuffle4(v_index index, v_f32 x) { return _mm256_permutevar_ps(x, index); }
INLINE v_mask v_mask_of(uint32_t bits) {
  const __m256i lane = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  return _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32((int)bits), lane), lane);
}
INLINE v_mask v_mask_all(bool on) { return _mm256_set1_epi32(-(int)on); }
INLINE void v_sum4(float *to, v_f32 a, v_f32 b, v_f32 c, v_f32 d) {
  const __m256 ab = _mm256_add_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b)),
               cd = _mm256_add_ps(_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d)),
               x = _mm256_add_ps(_mm256_shuffle_ps(ab, cd, 0x44), _mm256_shuffle_ps(ab, cd, 0xEE));
  _mm_storeu_ps(to, _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1)));
}
INLINE v_f32 v_load_masked(v_mask m, const float *p) { return _mm256_maskload_ps(p, m); }
INLINE void v_store_masked(v_mask m, float *p, v_f32 x) { _mm256_maskstore_ps(p, m, x); }
INLINE v_f32 v_bcast_masked(v_mask m, const float *p) {
  const __m128i first =
      _mm_and_si128(_mm256_castsi256_si128(m), _mm_setr_epi32(-1, 0, 0, 0)); /* never read beyond *p */
  return _mm256_broadcastss_ps(_mm_maskload_ps(p, first));
}
INLINE v_f32 v_bcast_into(v_f32 x, v_mask m, const float *p) {
  return _mm256_blendv_ps(x, _mm256_broadcast_ss(p), _mm256_castsi256_ps(m));
}
INLINE v_f32 v_select(v_mask m, v_f32 a, v_f32 b) { return _mm256_blendv_ps(b, a, _mm256_castsi256_ps(m)); }
INLINE v_f32 v_spread2(v_f32 x, int i) { return i ? _mm256_permute_ps(x, 0xF5) : _mm256_permute_ps(x, 0xA0); }
INLINE v_f32 v_spread4(v_f32 x, int i) {
  switch (i) {
  case 0:
    return _mm256_permute_ps(x, 0x00);
  case 1:
    return _mm256_permute_ps(x, 0x55);
  case 2:
    return _mm256_permute_ps(x, 0xAA);
  default:
    return _mm256_permute_ps(x, 0xFF);
  }
}
