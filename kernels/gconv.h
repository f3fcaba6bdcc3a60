/* gconv.h - everything a user of libgconv needs: describe a problem, make a plan, execute it. gconv_kernel.h is for
 * those who write kernels, in the library or as plug-ins.
 *
 *   problem   sizes, from a descriptor or from numbers           gconv_problem_parse, gconv_problem_init
 *   plan      a kernel chosen for it; it says what it needs      gconv_plan_create, gconv_plan_...
 *   execute   on memory of the caller, as often as wanted        gconv_pack_weights, gconv_execute
 *
 * Three tensors, always called src, wei and dst; the direction says which one is written:
 *   fwd     dst = conv(src, wei):
 *           dst[n, g*OCG + o, y, x] =
 *             sum_{i,r,s} src[n, g*ICG + i, y*SH - PT + r*(DH+1), x*SW - PL + s*(DW+1)] * wei[g, o, i, r, s]
 *   bwd_d   src = d loss / d src: the transpose of fwd in src; dst holds d loss / d dst
 *   bwd_w   wei = d loss / d wei: the transpose of fwd in wei; src as in fwd, dst as in bwd_d
 * Cross-correlation (no kernel flip) and terms as in oneDNN. All three are dense IEEE binary32: src and dst in a
 * gconv_layout, wei as GOIHW, outermost first. The library does no I/O, never allocates while executing (libraries
 * underneath may) and keeps no state but its list of kernels.
 *
 * Threads: all calls may be made from any thread and from several at once, also with the same plan, of any kernel.
 * Then each call has its own written tensor, workspace and clock (and packed weights, where they are written); what
 * is only read may be shared. A plan is destroyed when no call uses it. Each call runs on as many threads as its
 * plan.
 *
 * Versions: the library's SONAME is libgconv.so.MAJOR.MINOR while MAJOR is 0, then libgconv.so.MAJOR. Under one SONAME
 * functions are added and gconv_env grows at its end; all other types stay as they are. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_H
#define GCONV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "isas.inc"

#define GCONV_VERSION_MAJOR 0 /* of this header; gconv_version() is that of the library */
#define GCONV_VERSION_MINOR 1
#define GCONV_VERSION_PATCH 0

#if defined(__GNUC__)
#define GCONV_API __attribute__((visibility("default"))) /* exported; everything else is hidden */
#else
#define GCONV_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

GCONV_API const char *gconv_version(void); /* "0.1.0" */

/* ---- Status: every call that can fail returns one, and sets the sentence. ---- */

typedef enum {
  GCONV_OK = 0,
  GCONV_INVALID,     /* an argument is wrong; the sentence names it and its value */
  GCONV_UNSUPPORTED, /* valid, but this kernel does not do it (or was not built); the sentence says why */
  GCONV_NO_MEMORY,   /* needs more memory than there is; the sentence says how many bytes */
  GCONV_FAILED       /* a library underneath reported an error */
} gconv_status;

/* What was wrong with the last call on this thread that failed; "" before any did. Each thread has a sentence of its
 * own, which holds until this thread's next call: copy what is to last longer. */
GCONV_API const char *gconv_last_error(void);
GCONV_API const char *gconv_status_name(gconv_status status); /* "ok", "invalid argument", ... */

/* ---- Problem ---- */

typedef enum { GCONV_FWD, GCONV_BWD_D, GCONV_BWD_W, GCONV_DIRECTIONS } gconv_direction;
typedef enum { GCONV_F32, GCONV_DTYPES } gconv_dtype;
typedef enum { GCONV_SRC, GCONV_WEI, GCONV_DST, GCONV_TENSORS } gconv_tensor;

enum { GCONV_NAME_MAX = 96, GCONV_TEXT_MAX = 256 }; /* bytes with the 0 at the end */

/* Sizes in elements. Fill the first block (zero strides mean 1), then call gconv_problem_init, which validates and
 * fills the second. Dilation counts inserted zeros: 0 = dense. Pads may be negative: that input is not read. */
typedef struct {
  int groups, batch, ic, oc; /* ic and oc are totals over all groups */
  int ih, iw, kh, kw;
  int stride_h, stride_w, dilation_h, dilation_w;
  int pad_top, pad_bottom, pad_left, pad_right;
  gconv_direction direction; /* fwd writes dst, bwd_d src, bwd_w wei */
  gconv_dtype dtype;
  char name[GCONV_NAME_MAX]; /* optional */
  int multiplicity;          /* how often the layer occurs in its network; from a name ending in *N */

  int oh, ow, icg, ocg; /* derived; pad_bottom and pad_right are reduced to what oh and ow use */
} gconv_problem;

/* Validates and derives. GCONV_INVALID on sizes < 1, negative dilation, groups not dividing ic or oc, a window larger
 * than the padded input, or a tensor of 2^47 bytes and more. */
GCONV_API gconv_status gconv_problem_init(gconv_problem *problem);

/* Parses a descriptor in benchdnn's syntax, for the direction fwd; GCONV_INVALID names what cannot be read:
 * [gX][mbX][_]icXihX[iwX]ocX[ohX][owX]khX[kwX][shX][swX][dhX][dwX][phX][pwX][_][n"name"], any order, '_' ignored, g 1,
 * mb 2, stride 1, dilation 0. A missing w value is taken from h, but iw and kw together make an axis of their own with
 * these defaults; only w values: h is 1. A missing oh is computed from ph (0 if missing); oh without ph gives
 * ph = ((oh-1)*sh - ih + (kh-1)*(dh+1) + 1) / 2. Pads after the image are what oh needs, or equal to those before it.
 * nNAME without quotes reaches to the end. Source: tests/benchdnn/doc/driver_conv.md and knobs_desc.md of oneDNN. */
GCONV_API gconv_status gconv_problem_parse(const char *descriptor, gconv_problem *problem);

/* Prints the canonical descriptor without the name; parses back to the same problem. Returns what snprintf does. */
GCONV_API int gconv_problem_print(const gconv_problem *problem, char *text, size_t size);

typedef struct {
  int64_t macs;         /* multiply-adds whose input is inside the image, whole batch */
  int64_t macs_nominal; /* ... with padded taps counted too: the figure papers print */
  int64_t params;       /* weights, no bias */
  int64_t src_elems, dst_elems;
  int64_t min_bytes; /* every tensor moved once: src + wei + dst */
  int64_t sum_terms; /* K: the most terms any written element sums up */
} gconv_counts;

/* Of a problem that gconv_problem_init took; a count of more than 63 bits is INT64_MAX. */
GCONV_API gconv_counts gconv_problem_count(const gconv_problem *problem);
GCONV_API const char *gconv_dtype_name(gconv_dtype dtype);             /* "f32" */
GCONV_API size_t gconv_dtype_bytes(gconv_dtype dtype);                 /* of an element */
GCONV_API const char *gconv_direction_name(gconv_direction direction); /* "fwd", "bwd_d", "bwd_w" */
GCONV_API gconv_tensor gconv_written_tensor(gconv_direction direction);

/* ---- Layouts of activations ---- */

typedef enum {
  GCONV_NATIVE, /* asked of a plan: whatever its kernel likes. The calls of this section take it for GCONV_NCHW */
  GCONV_NCHW,
  GCONV_NHWC,
  GCONV_NCHW4C, /* blocks of 4, 8, 16 channels side by side: N, C/16, H, W, 16 */
  GCONV_NCHW8C,
  GCONV_NCHW16C,
  GCONV_LAYOUTS
} gconv_layout;

GCONV_API const char *gconv_layout_name(gconv_layout layout); /* "native", "nchw", "nhwc", ... */

typedef struct {
  int n, c, h, w;
} gconv_dims;

GCONV_API gconv_dims gconv_tensor_dims(const gconv_problem *problem, gconv_tensor tensor); /* src or dst */
/* Elements including the zero padding of the last channel block, and the place of one among them. */
GCONV_API int64_t gconv_layout_elems(gconv_layout layout, gconv_dims dims);
GCONV_API int64_t gconv_layout_offset(gconv_layout layout, gconv_dims dims, int n, int c, int h, int w);
/* Copies a tensor from one layout to another on `threads` threads; padding lanes of blocked layouts become zero.
 * GCONV_INVALID, and nothing is written, where in and out overlap. */
GCONV_API gconv_status gconv_layout_convert(gconv_dims dims, gconv_layout from, const float *in, gconv_layout to,
                                            float *out, int threads);

/* ---- CPU ---- */

/* GCONV_ISA_SCALAR, ..., the best last: the lines of isas.inc. */
#define GCONV_ISA_CONSTANT(name, constant, where, bytes, fma, onednn, features, extra) GCONV_ISA_##constant,
typedef enum { GCONV_EACH_ISA(GCONV_ISA_CONSTANT, ) GCONV_ISAS } gconv_isa;
#undef GCONV_ISA_CONSTANT

/* What CPU and operating system support: bits 1u << gconv_isa, that of GCONV_ISA_SCALAR always. */
GCONV_API unsigned gconv_isa_detect(void);
GCONV_API const char *gconv_isa_name(gconv_isa isa); /* "scalar", "avx2", ... */
GCONV_API gconv_isa gconv_isa_best(unsigned mask);

typedef struct {
  size_t l1d, l2, l3; /* bytes one core sees; 0 never: a stated default where nothing tells */
  bool l1d_known, l2_known, l3_known;
} gconv_caches;

GCONV_API gconv_caches gconv_caches_detect(void); /* CPUID leaves 4 (Intel), 0x8000001D and 0x80000005 (AMD) */
GCONV_API uint64_t gconv_memory_bytes(void);      /* physical memory */

/* ---- Plan ---- */

/* What a plan is made for. Zero-initialise; zero means the default. */
typedef struct {
  size_t size;         /* sizeof(gconv_env) of the header a program was compiled with, so that the library knows which
                          fields it has; 0: those of version 0.1, which are all below */
  int threads;         /* default 1, at most 4096 */
  unsigned isa_mask;   /* bits 1u << gconv_isa; default: everything detected; bits the CPU lacks are ignored, but a mask
                          of which it has nothing is GCONV_UNSUPPORTED. Kernels that are compiled once ignore it. */
  gconv_layout layout; /* of src and dst as the caller has them; GCONV_NATIVE, the default: as the kernel likes them,
                          which gconv_plan_layout then says */
  gconv_caches caches; /* default: detected */
  uint64_t memory_bytes; /* plans that need more are refused; default: physical memory */
} gconv_env;

typedef struct gconv_plan gconv_plan;

/* `kernel_name` is NAME or NAME@PARAM; env may be NULL. On success *plan is to be freed with gconv_plan_destroy, which
 * takes NULL too; on failure it is NULL. Planning may allocate, and that memory counts against memory_bytes. It takes
 * microseconds, but tenths of a second where implementations are run and raced (onednn, direct@measure), longer for
 * images of more than a billion multiply-adds. */
GCONV_API gconv_status gconv_plan_create(const char *kernel_name, const gconv_problem *problem, const gconv_env *env,
                                         gconv_plan **plan);
GCONV_API void gconv_plan_destroy(gconv_plan *plan);

/* What a plan says; all of it stays as it is while the plan lives, and so do the texts. */
GCONV_API const gconv_problem *gconv_plan_problem(const gconv_plan *plan);
GCONV_API const char *gconv_plan_kernel(const gconv_plan *plan); /* NAME */
GCONV_API gconv_isa gconv_plan_isa(const gconv_plan *plan);      /* of the variant that was chosen */
GCONV_API const char *gconv_plan_text(const gconv_plan *plan);   /* one line: blocking, library implementation, ... */
GCONV_API int gconv_plan_threads(const gconv_plan *plan);
/* Of src or dst, as execute takes or gives it; never GCONV_NATIVE. */
GCONV_API gconv_layout gconv_plan_layout(const gconv_plan *plan, gconv_tensor tensor);
/* Bytes that execute needs of src, wei (plain GOIHW) and dst; of packed weights, 0 where the kernel reads (bwd_w:
 * writes) plain ones; and of scratch for one call. */
GCONV_API size_t gconv_plan_tensor_bytes(const gconv_plan *plan, gconv_tensor tensor);
GCONV_API size_t gconv_plan_packed_bytes(const gconv_plan *plan);
GCONV_API size_t gconv_plan_workspace_bytes(const gconv_plan *plan);
GCONV_API int64_t gconv_plan_executed_macs(const gconv_plan *plan); /* padding and zero blocks included */
GCONV_API bool gconv_plan_deterministic(const gconv_plan *plan);    /* the same bits for any number of threads */
/* How many times gconv_reference's bound the error may be: 1, or more for kernels that transform. */
GCONV_API double gconv_plan_amplification(const gconv_plan *plan);

/* ---- Execution ---- */

typedef enum {
  GCONV_STAGE_PACK_SRC,
  GCONV_STAGE_TRANSFORM,
  GCONV_STAGE_COMPUTE,
  GCONV_STAGE_UNTRANSFORM,
  GCONV_STAGE_UNPACK_DST,
  GCONV_STAGES
} gconv_stage;

GCONV_API const char *gconv_stage_name(gconv_stage stage); /* "pack_src", ... */

/* One thread's nanoseconds and calls; execute adds to them. What a whole team did together is entered in each of its
 * lanes: the mean over the lanes is the stage's share of the call's time, and what the sum of the stages leaves of it
 * was spent waiting or outside stages. */
typedef struct {
  uint64_t ns[GCONV_STAGES], calls[GCONV_STAGES];
  char pad[48]; /* lanes of two threads never share a cache line pair */
} gconv_clock_lane;

typedef struct {
  int lanes; /* >= the plan's threads */
  gconv_clock_lane *lane;
} gconv_clock;

typedef struct {
  void *data;
  size_t bytes;
} gconv_buffer;

/* Caller-owned memory of one execute call. packed and workspace must be 64-byte aligned (may be {0} where the plan says
 * 0 bytes), tensors 4-byte aligned. What is written (the written tensor, or packed in its place, the workspace, the
 * clock's lanes) must not overlap anything else, or GCONV_INVALID: there is no call in place. What is only read may be
 * the same memory. Only the bytes that the plan asks for count. */
typedef struct {
  gconv_buffer src, dst;  /* layouts as the plan says; the one not written is only read */
  gconv_buffer wei;       /* plain GOIHW; needed where the plan has no packed bytes */
  gconv_buffer packed;    /* fwd, bwd_d: read; bwd_w: written */
  gconv_buffer workspace; /* contents do not matter */
  gconv_clock *clock;     /* or NULL, for headline times: then it costs one branch a stage */
} gconv_args;

/* fwd, bwd_d: plain weights -> packed, which must not overlap. A no-op where the plan has no packed bytes. */
GCONV_API gconv_status gconv_pack_weights(const gconv_plan *plan, gconv_buffer wei, gconv_buffer packed);
/* bwd_w: packed gradient -> plain GOIHW, which must not overlap. A no-op where the plan has no packed bytes. */
GCONV_API gconv_status gconv_unpack_weights(const gconv_plan *plan, gconv_buffer packed, gconv_buffer wei);
/* The written tensor is set, not added to. GCONV_INVALID for memory that is missing, too small, misaligned or
 * overlaps; GCONV_FAILED where a library underneath fails: then what is written has no defined contents. */
GCONV_API gconv_status gconv_execute(const gconv_plan *plan, const gconv_args *args);

/* The reference: textbook loops over plain tensors (NCHW, GOIHW), summed in double. `result` is the written tensor;
 * `bound` (or NULL) is gamma_K * sum |a||b| per element with K = sum_terms and u = 2^-24: the most that a binary32 sum
 * of the same products may differ in any order, rounding of the result included. The tensor that is written may be
 * passed as NULL; result and bound must not overlap the others, nor each other. */
GCONV_API gconv_status gconv_reference(const gconv_problem *problem, const float *src, const float *wei,
                                       const float *dst, double *result, double *bound, int threads);

/* ---- Kernels there are, and the libraries they are built on ---- */

typedef struct gconv_kernel gconv_kernel;

typedef struct {
  const char *name, *idea;
  const char *missing;                     /* NULL, or why the kernel is not in this build */
  const char *plugin;                      /* NULL, or the file it was loaded from */
  const gconv_kernel *variant[GCONV_ISAS]; /* one per instruction set it was compiled for */
} gconv_entry;

/* The built-in ones, then those of plug-ins. Entries stay where they are while the process lives. */
GCONV_API const gconv_entry *gconv_registry(size_t *count);

/* Adds the kernels of a plug-in, which stays loaded: all of them, or none and a status. GCONV_INVALID: no such file, no
 * plug-in, rows that are not complete, or a name that is taken; GCONV_UNSUPPORTED: made for another version of
 * gconv_kernel.h. A path without '/' is a file in the current folder. Its code runs in this process: load what you
 * trust. Others may make plans meanwhile. */
GCONV_API gconv_status gconv_load(const char *path);

typedef struct {
  const char *name;          /* "blas", "batched_sgemm", "onednn" */
  char text[GCONV_TEXT_MAX]; /* vendor, version, core type or ISA, threading; or that it is not in this build */
} gconv_library;

/* Describes up to `max` of them and returns how many there are. isa_mask (0: everything detected) is the one of later
 * plans: some libraries choose their code when they are first asked. */
GCONV_API int gconv_libraries(unsigned isa_mask, gconv_library *libraries, int max);

#ifdef __cplusplus
}
#endif
#endif
