/* gconv_kernel.h - what the writer of a kernel needs: the row that describes it, the plan it fills in, and how to hand
 * out kernels as a plug-in. Built-in kernels and plug-ins are written alike: a kernel's file ends with its row.
 *
 * A kernel does no I/O, allocates nothing while it executes, keeps no state but the plan's, and gives the same bits for
 * any number of threads, or says that it does not. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_KERNEL_H
#define GCONV_KERNEL_H

#include "gconv.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Changes whenever the types below, or those of gconv.h that they contain, change: a plug-in that was compiled with
 * another number is refused. */
#define GCONV_KERNEL_ABI 1

/* Stores the sentence for this thread and returns `status`, so that a check in a kernel is one line. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
GCONV_API gconv_status
gconv_error(gconv_status status, const char *format, ...);

/* ---- The plan ---- */

/* Core fills in the first block and the defaults of the second before it calls a kernel's `plan`, which changes what is
 * otherwise with it; then core settles the third. */
struct gconv_plan {
  const gconv_kernel *kernel;
  gconv_problem problem;
  gconv_env env;       /* with the defaults filled in */
  char param[32];      /* what followed '@' in the kernel's name */
  int64_t useful_macs; /* of the problem: multiply-adds whose input is inside the image */

  gconv_layout native_src_layout, native_dst_layout; /* what the kernel works in: NCHW */
  size_t packed_bytes;                               /* 0: the kernel reads (bwd_w: writes) plain weights */
  size_t kernel_workspace_bytes;                     /* scratch of one execute call: 0 */
  int64_t executed_macs;     /* multiply-adds really done, padding and zero blocks included: macs_nominal */
  double lane_use;           /* share of vector lanes doing useful work: 0, not known */
  bool deterministic;        /* bitwise equal results for any thread count: true */
  char text[GCONV_TEXT_MAX]; /* one line: blocking, library implementation, ... */
  void *state;               /* the kernel's own; freed by its `release` */

  gconv_layout src_layout, dst_layout; /* what execute takes and gives; core converts where the native ones differ */
  size_t workspace_bytes;              /* the kernel's, and behind it what the conversions need */
  size_t staging[2];                   /* where in it the converted src and dst are */
  size_t tensor_bytes[GCONV_TENSORS];  /* what execute needs in src, wei (plain GOIHW) and dst */
};

/* ---- The row: one const gconv_kernel, at the bottom of the kernel's own file. Kernels compiled for each instruction
 * set write it with SIMD_KERNEL of simd/simd.h, which fills in name and isa. ---- */

/* Numbers that are not ordinary. GCONV_SUM_ANY_ORDER: an infinity or NaN reaches every result that depends on it and no
 * other; a tap outside the image multiplies zero or is left out, so a weight that is infinite or NaN may also spoil the
 * results for which its tap is outside. Denormals are exact. GCONV_TRANSFORM: it may spoil all results of its group,
 * and denormals lose their digits. Kernels that say mixes_groups spread it to other groups too. */
typedef enum {
  GCONV_SUM_ANY_ORDER, /* products summed in some order: |error| <= gamma_K * sum |a||b| (Higham, ASNA 2002,
                          section 3.1) */
  GCONV_TRANSFORM      /* computed in a transformed domain: the bound is multiplied by amplification(problem) */
} gconv_numeric;

/* The functions are called with arguments that core has checked, tensors in the native layouts. All but `plan` and
 * `release` may be called from several threads at once with one plan, and leave it as it is. */
struct gconv_kernel {
  const char *name, *summary; /* the name in a-z, 0-9 and _ */
  const char *reference;      /* paper, library or standard the method comes from */
  const char *params;         /* what may follow '@', or NULL */
  gconv_isa isa;              /* GCONV_ISA_SCALAR also for kernels whose library dispatches on its own */
  bool library;               /* a library underneath chooses the ISA */
  unsigned dtypes;            /* bits 1u << gconv_dtype: of all three tensors */
  unsigned directions;        /* bits 1u << gconv_direction */
  gconv_numeric numeric;
  double (*amplification)(const gconv_problem *problem); /* NULL for GCONV_SUM_ANY_ORDER */
  bool mixes_groups; /* multiplies other groups' inputs by zero: a NaN there spoils all */
  const char *(*supports)(const gconv_problem *problem); /* NULL, or the reason why not; may be missing: all of them */
  gconv_status (*plan)(gconv_plan *plan);                /* a status with a sentence where it cannot; may allocate */
  void (*pack)(const gconv_plan *plan, const float *wei, void *packed);   /* fwd, bwd_d; where it sets packed_bytes */
  void (*unpack)(const gconv_plan *plan, const void *packed, float *wei); /* bwd_w; where it sets packed_bytes */
  gconv_status (*execute)(const gconv_plan *plan, const gconv_args *args);
  void (*release)(gconv_plan *plan); /* frees state, also after `plan` failed; NULL where there is none */
};

/* The best variant of NAME or NAME@PARAM that isa_mask allows (as in gconv_env; 0: everything detected) and this CPU
 * has; NULL with a sentence if there is none. */
GCONV_API const gconv_kernel *gconv_kernel_find(const char *kernel_name, unsigned isa_mask);

/* ---- Plug-ins: a shared object that exports one function, gconv_plugin. It is not linked with libgconv: the program
 * that loads it has the library already, and a second one would have a second list of kernels. ---- */

typedef struct {
  unsigned abi; /* GCONV_KERNEL_ABI when it was compiled; stays the first member in every version */
  size_t count;
  const gconv_kernel *const *row; /* rows of the same name are one kernel, compiled for several instruction sets */
} gconv_rows;

typedef const gconv_rows *gconv_plugin_function(void);

#ifdef __cplusplus
}
#define GCONV_C_FUNCTION extern "C" GCONV_API
#else
#define GCONV_C_FUNCTION GCONV_API
#endif

/* GCONV_PLUGIN(&row, ...); writes the function. In the library's own build it is nothing, so that the same file is a
 * built-in kernel there. */
#ifdef GCONV_BUILT_IN
#define GCONV_PLUGIN(...) struct gconv_kernel
#else
#define GCONV_PLUGIN(...)                                                                                              \
  GCONV_C_FUNCTION const gconv_rows *gconv_plugin(void);                                                               \
  const gconv_rows *gconv_plugin(void) {                                                                               \
    static const gconv_kernel *const rows[] = {__VA_ARGS__};                                                           \
    static const gconv_rows plugin = {GCONV_KERNEL_ABI, sizeof rows / sizeof *rows, rows};                             \
    return &plugin;                                                                                                    \
  }                                                                                                                    \
  struct gconv_kernel
#endif

#endif
