/* avx512.h - the vocabulary on 16 lanes (AVX-512 F, BW, DQ, VL); masks live in k registers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <immintrin.h>

#define VL           16
#define V_ISA        GCONV_ISA_AVX512
#define V_REGISTERS  32
#define V_HAS_SPREAD 1
#define V_HAS_FOURS  1
#define V_HAS_HALF   1
#define V_HAS_FMA    1
typedef __m512 v_f32;
typedef __m256 v_half;
typedef __m512i v_index;
typedef __mmask16 v_mask;

INLINE v_f32 v_zero(void) { return _mm512_setzero_ps(); }
INLINE v_f32 v_load(const float *p) { return _mm512_loadu_ps(p); }
INLINE v_f32 v_load_once(const float *p) {
  v_f32 x = v_load(p);
  __asm__("" : "+v"(x));
  return x;
}
INLINE void v_store(float *p, v_f32 x) { _mm512_storeu_ps(p, x); }
INLINE void v_stream(float *p, v_f32 x) { _mm512_stream_ps(p, x); }
INLINE void v_stream_end(void) { _mm_sfence(); }
INLINE v_f32 v_bcast(const float *p) { return _mm512_set1_ps(*p); }
INLINE v_f32 v_add(v_f32 a, v_f32 b) { return _mm512_add_ps(a, b); }
INLINE v_f32 v_sub(v_f32 a, v_f32 b) { return _mm512_sub_ps(a, b); }
INLINE v_f32 v_mul(v_f32 a, v_f32 b) { return _mm512_mul_ps(a, b); }
INLINE v_f32 v_fma(v_f32 a, v_f32 b, v_f32 c) { return _mm512_fmadd_ps(a, b, c); }
INLINE v_half v_half_of(v_f32 x) { return _mm512_castps512_ps256(x); }
INLINE v_f32 v_of_half(v_half x) { return _mm512_zextps256_ps512(x); }
INLINE v_half v_half_fma(v_half a, v_half b, v_half c) { return _mm256_fmadd_ps(a, b, c); }
INLINE v_f32 v_fma_kept(v_f32 a, v_f32 b, v_f32 c) {
  __asm__("vfmadd231ps %2, %1, %0" : "+v"(c) : "v"(a), "v"(b));
  return c;
}
INLINE v_f32 v_fma_bcast(const float *p, v_f32 b, v_f32 c) {
  __asm__("vfmadd231ps %2%{1to16%}, %1, %0" : "+v"(c) : "v"(b), "m"(*p));
  return c;
}
INLINE v_index v_index_load(const int32_t *p) { return _mm512_loadu_si512(p); }
INLINE v_f32 v_permute(v_index index, v_f32 x) { return _mm512_permutexvar_ps(index, x); }
INLINE v_f32 v_permute2(v_index index, v_f32 a, v_f32 b) { return _mm512_permutex2var_ps(a, index, b); }
INLINE v_f32 v_shuffle4(v_index index, v_f32 x) { return _mm512_permutevar_ps(x, index); }
INLINE v_mask v_mask_of(uint32_t bits) { return (__mmask16)bits; }
INLINE v_mask v_mask_all(bool on) { return (__mmask16) - (int)on; }
INLINE void v_sum4(float *to, v_f32 a, v_f32 b, v_f32 c, v_f32 d) {
  const __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b)),
               cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d)),
               x = _mm512_add_ps(_mm512_shuffle_ps(ab, cd, 0x44), _mm512_shuffle_ps(ab, cd, 0xEE));
  const __m256 half = _mm256_add_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
  _mm_storeu_ps(to, _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1)));
}
INLINE v_f32 v_load_masked(v_mask m, const float *p) { return _mm512_maskz_loadu_ps(m, p); }
INLINE void v_store_masked(v_mask m, float *p, v_f32 x) { _mm512_mask_storeu_ps(p, m, x); }
INLINE v_f32 v_bcast_masked(v_mask m, const float *p) {
  return _mm512_broadcastss_ps(_mm_maskz_load_ss((__mmask8)(m & 1), p));
}
INLINE v_f32 v_bcast_into(v_f32 x, v_mask m, const float *p) {
  return _mm512_mask_broadcastss_ps(x, m, _mm_load_ss(p));
}
INLINE v_f32 v_select(v_mask m, v_f32 a, v_f32 b) { return _mm512_mask_blend_ps(m, b, a); }

INLINE v_f32 v_bcast4(const float *p) { return _mm512_broadcast_f32x4(_mm_loadu_ps(p)); }
INLINE v_f32 v_bcast4_into(v_f32 x, v_mask m, const float *p) {
  return _mm512_mask_broadcast_f32x4(x, m, _mm_loadu_ps(p));
}
INLINE v_f32 v_bcast2(const float *p) {
  return _mm512_castpd_ps(_mm512_broadcastsd_pd(_mm_load_sd((const double *)p)));
}
INLINE v_f32 v_bcast2_into(v_f32 x, v_mask m, const float *p) {
  uint32_t pairs = m & 0x5555u; /* every second bit, moved together */
  pairs = (pairs | pairs >> 1) & 0x3333u;
  pairs = (pairs | pairs >> 2) & 0x0f0fu;
  pairs = (pairs | pairs >> 4) & 0x00ffu;
  const __m512d two = _mm512_mask_broadcastsd_pd(_mm512_castps_pd(x), (__mmask8)pairs, _mm_load_sd((const double *)p));
  return _mm512_castpd_ps(two);
}
INLINE v_f32 v_spread2(v_f32 x, int i) { return i ? _mm512_permute_ps(x, 0xF5) : _mm512_permute_ps(x, 0xA0); }
INLINE v_f32 v_spread4(v_f32 x, int i) {
  switch (i) {
  case 0:
    return _mm512_permute_ps(x, 0x00);
  case 1:
    return _mm512_permute_ps(x, 0x55);
  case 2:
    return _mm512_permute_ps(x, 0xAA);
  default:
    return _mm512_permute_ps(x, 0xFF);
  }
}
INLINE v_f32 v_swap4(v_f32 x) { return _mm512_shuffle_f32x4(x, x, 0xB1); }
