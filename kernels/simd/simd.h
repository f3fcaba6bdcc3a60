/* simd.h - one vocabulary of vector operations; a kernel source is compiled once per ISA (GCONV_ISA) and sees one of
 * the headers.
 *
 *   VL               lanes of a vector                      v_load v_store        any alignment of a float
 *   v_load_once(p)   v_load that stays one where several FMAs use it: compilers fold it into each of them as its memory
 *                    operand, and a core that loads one vector a cycle then loads as often as it multiplies
 *   v_stream(p,x)    v_store past the caches, p on a cache line; v_stream_end() before other threads may read
 *   v_bcast(p)       *p in every lane                       v_bcast_into(x,m,p)   ... only in the lanes of m
 *   v_fma(a,b,c)     a*b + c                                v_permute(index,x)    lane l = x[index[l]]
 *   v_add v_sub v_mul                                   lane by lane
 *   v_permute2(index,a,b)   the same from 2 * VL lanes, a's before b's
 *   v_shuffle4       the same where no lane leaves its four; cheaper: it does not compete with FMAs for a port
 *   v_mask           a set of lanes                         v_mask_of(bits), v_mask_all(bool)
 *   v_select(m,a,b)  a in the lanes of m, b elsewhere
 *   v_load_masked    zero where the mask is clear; masked-off addresses are not touched (v_bcast_masked: all or none)
 *
 * Not with one lane:
 *   v_spread2 v_spread4(x,i)   lane i of every two or four in all of them; as cheap as v_shuffle4
 * Only with 16 lanes, where a vector has many fours of them:
 *   v_bcast2 v_bcast4 (_into)  two or four floats again and again; _into: m has whole pairs or fours
 *   v_swap4(x)                 each four changes places with its neighbour
 *
 * A new ISA (NEON, SVE, ...) is one more header and one line here. */
#ifndef GCONV_SIMD_H
#define GCONV_SIMD_H

#include <stdbool.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))
/* A loop of constant count written out whole: arrays indexed by its variable live in registers. Under the address
 * sanitizer it stays a loop, so that instrumented builds take seconds instead of minutes and every index is checked. */
#ifdef __SANITIZE_ADDRESS__
#define UNROLLED(i, count) for (int i = 0; i < (count); i++)
#else
#define UNROLLED(i, count) _Pragma("GCC unroll 64") for (int i = 0; i < (count); i++)
#endif

/* The same address, which the compiler takes for another one: it loads again instead of keeping, and spilling, what it
 * loaded before. */
INLINE const float *v_forget(const float *p) {
  __asm__("" : "+r"(p));
  return p;
}

/* name_isa, so that the same source compiled for each ISA exports distinct symbols */
#define ISA_NAME(name)        ISA_NAME_(name, GCONV_ISA)
#define ISA_NAME_(name, isa)  ISA_NAME__(name, isa)
#define ISA_NAME__(name, isa) name##_##isa

#if defined(GCONV_ISA_IS_avx512)
#include "simd/avx512.h"
#elif defined(GCONV_ISA_IS_avx2)
#include "simd/avx2.h"
#else
#include "simd/scalar.h"
#endif

#endif
