/* simd.h - one vocabulary of vector operations; a kernel source is compiled once per ISA (GCONV_ISA) and sees one of
 * the headers. Everything there is:
 *
 *   V_ISA            the ISA of this compilation, GCONV_ISA_AVX2, ...; ISA_NAME(f) is f_avx2, SIMD_KERNEL writes a row
 *   VL               lanes of a vector: 1, 4, 8, 16
 *   V_REGISTERS      vector registers, which decide how large a tile may be: 16 or 32
 *   V_HAS_FMA        1: v_fma is one instruction     V_HAS_SPREAD V_HAS_FOURS V_HAS_HALF   1: there is what is listed
 *                    for it below. Kernels ask for all these and for VL > 1 (groups share a vector), never for an ISA
 *   v_f32            VL floats                              v_index               VL lane numbers, int32_t
 *   v_mask           a set of lanes                         v_mask_of(bits)       bit l: lane l; v_mask_all(bool)
 *   v_zero()         zero in every lane                     v_bcast(p)            *p in every lane
 *   v_load v_store   any alignment of a float               v_index_load(p)       VL lane numbers from memory
 *   v_load_once(p)   v_load that stays one where several FMAs use it: compilers fold it into each of them as its memory
 *                    operand, and a core that loads one vector a cycle then loads as often as it multiplies
 *   v_stream(p,x)    v_store past the caches, p on a cache line; v_stream_end() before other threads may read
 *   v_fma(a,b,c)     a*b + c                                v_add v_sub v_mul     lane by lane
 *   v_fma_kept(a,b,c)       the same, the sum in the register of c and in the order written: with 16 registers GCC else
 *                           moves sums about in unrolled loops until it spills them
 *   v_fma_bcast(p,b,c)      the same with *p in every lane, without a broadcast of its own where the ISA has that: on
 *                           Zen 4 more than one broadcast for two FMAs takes the place of FMAs
 *   v_permute(index,x)      lane l = x[index[l]]
 *   v_permute2(index,a,b)   the same from 2 * VL lanes, a's before b's
 *   v_shuffle4(index,x)     the same where no lane leaves its four; cheaper: it does not compete with FMAs for a port
 *   v_select(m,a,b)         a in the lanes of m, b elsewhere
 *   v_sum4(to,a,b,c,d)      to[0] to [3] = the sum of all lanes of a, of b, of c, of d
 *   v_load_masked(m,p)      zero where the mask is clear; masked-off addresses are not touched
 *   v_store_masked(m,p,x)   the lanes of m; other addresses are not touched
 *   v_bcast_masked(m,p)     v_bcast where the mask is full, zero where it is empty: *p is not touched. No other masks
 *   v_bcast_into(x,m,p)     *p in the lanes of m, x elsewhere; *p is read
 *   v_forget(p)             the same address, from which the compiler loads again what it had loaded before
 *   INLINE                  a function that is always inlined
 *   UNROLLED(i,count)       a for loop of constant count written out whole
 *
 * V_HAS_SPREAD:
 *   v_spread2 v_spread4(x,i)   lane i of every two or four in all of them; as cheap as v_shuffle4
 * V_HAS_FOURS, for vectors of several fours:
 *   v_bcast2 v_bcast4(p)       two or four floats again and again
 *   v_bcast2_into(x,m,p) v_bcast4_into   ... only in the lanes of m, which has whole pairs or fours
 *   v_swap4(x)                 each four changes places with its neighbour
 * V_HAS_HALF:
 *   v_half                     VL / 2 lanes: v_half_of(x) the lower ones, v_of_half(h) zero above, v_half_fma(a,b,c)
 *
 * A new ISA (NEON, SVE, ...) is one more header, simd/NAME.h, and one line in isas.inc. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_SIMD_H
#define GCONV_SIMD_H

#include "gconv_kernel.h"

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

/* The row of a kernel that is compiled once per ISA: SIMD_KERNEL(direct, .summary = "...", .plan = plan, ...);
 * names it and says its ISA, so that neither can be forgotten; core refuses a row that says another ISA than it was
 * compiled for. */
#define SIMD_KERNEL(kernel, ...)                                                                                       \
  const gconv_kernel ISA_NAME(gconv_kernel_##kernel) = {.name = #kernel, .isa = V_ISA, __VA_ARGS__}

// clang-format off
#define SIMD_HEADER(isa) SIMD_TEXT(simd/isa.h)
#define SIMD_TEXT(path)  #path
#include SIMD_HEADER(GCONV_ISA)
// clang-format on

#endif
