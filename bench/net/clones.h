/* clones.h - loops compiled for several instruction sets, chosen when the program starts. What lies between the
 * convolutions is the same for all kernels, so it is as fast as the machine allows, whatever --isa leaves to them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_NET_CLONES_H
#define GCONV_NET_CLONES_H

#if defined(__x86_64__) && !defined(GCONV_SANITIZED) /* the choice is made before the sanitizer has started */
#define CLONES __attribute__((target_clones("avx512f", "avx2", "default"), optimize("O3")))
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))

#endif
