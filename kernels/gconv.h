/* gconv.h - grouped convolution on CPUs: the public interface of libgconv.
 *
 *   descriptor text -> gconv_problem -> gconv_plan (kernel chosen, memory stated) -> pack weights -> execute
 *
 * Three tensors, always called src, wei and dst; the direction says which one is written:
 *   fwd     dst = conv(src, wei):
 *           dst[n, g*OCG + o, y, x] =
 *             sum_{i,r,s} src[n, g*ICG + i, y*SH - PT + r*(DH+1), x*SW - PL + s*(DW+1)] * wei[g, o, i, r, s]
 *   bwd_d   src = d loss / d src: the transpose of fwd in src; dst holds d loss / d dst
 *   bwd_w   wei = d loss / d wei: the transpose of fwd in wei; src as in fwd, dst as in bwd_d
 *
 * Cross-correlation (no kernel flip), as in every deep-learning library; terms as in oneDNN
 * (oneapi-src.github.io/oneDNN). Floats are IEEE binary32. The library does no I/O, never allocates while executing
 * (libraries underneath may) and keeps no state but its registry.
 *
 * Threads: all calls may be made from any thread and from several at once, also with the same plan, of any kernel. Then
 * each call has its own written tensor, workspace and clock (and packed weights, where they are written); what is only
 * read may be shared. A plan is destroyed when no call uses it. gconv_last_error is each thread's own. Each call runs
 * on the plan's number of threads, so that n calls at once run on n times as many. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_H
#define GCONV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "isas.inc"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Status: every call that can fail returns one; gconv_last_error() then holds a sentence (per thread). ---- */

typedef enum {
  GCONV_OK = 0,
  GCONV_INVALID,     /* an argument is wrong; the sentence names it and its value */
  GCONV_UNSUPPORTED, /* valid, but this kernel does not do it (or was not built); the sentence says why */
  GCONV_NO_MEMORY,   /* needs more memory than there is; the sentence says how many bytes */
  GCONV_FAILED,      /* a library underneath reported an error */
} gconv_status;

const char *gconv_last_error(void);
const char *gconv_status_name(gconv_status status);

/* ---- Problem ---- */

typedef enum { GCONV_FWD, GCONV_BWD_D, GCONV_BWD_W, GCONV_DIRECTIONS } gconv_direction;
typedef enum { GCONV_F32, GCONV_DTYPES } gconv_dtype;
typedef enum { GCONV_SRC, GCONV_WEI, GCONV_DST, GCONV_TENSORS } gconv_tensor;

enum { GCONV_NAME_MAX = 96, GCONV_TEXT_MAX = 256 };

/* Sizes in elements. Fill the first block (zero strides mean 1), then call gconv_problem_init, which validates and
 * fills the second. Dilation counts inserted zeros: 0 = dense. Pads may be negative: that input is not read. */
typedef struct {
  int groups, batch, ic, oc; /* ic and oc are totals over all groups */
  int ih, iw, kh, kw;
  int stride_h, stride_w, dilation_h, dilation_w;
  int pad_top, pad_bottom, pad_left, pad_right;
  gconv_direction direction;
  gconv_dtype dtype;
  char name[GCONV_NAME_MAX]; /* optional */
  int multiplicity;          /* how often the layer occurs in its network; from a name ending in *N */

  int oh, ow, icg, ocg; /* derived; pad_bottom and pad_right are reduced to what oh and ow use */
} gconv_problem;

/* Validates and derives. GCONV_INVALID on sizes < 1, negative dilation, groups not dividing ic or oc, a window larger
 * than the padded input, or a tensor of 2^47 bytes and more. */
gconv_status gconv_problem_init(gconv_problem *problem);

/* Parses a descriptor in benchdnn's syntax:
 * [gX][mbX][_]icXihX[iwX]ocX[ohX][owX]khX[kwX][shX][swX][dhX][dwX][phX][pwX][_][n"name"], any order, '_' ignored, g 1,
 * mb 2, stride 1, dilation 0. A missing w value is taken from h, but iw and kw together make an axis of their own with
 * these defaults; only w values: h is 1. A missing oh is computed from ph (0 if missing); oh without ph gives
 * ph = ((oh-1)*sh - ih + (kh-1)*(dh+1) + 1) / 2. Pads after the image are what oh needs, or equal to those before it.
 * nNAME without quotes reaches to the end of the text. Source: oneDNN, tests/benchdnn/doc/driver_conv.md,
 * knobs_desc.md. Direction becomes fwd. */
gconv_status gconv_problem_parse(const char *descriptor, gconv_problem *problem);

/* Prints the canonical descriptor without the name; parses back to the same problem. Returns the length, as snprintf
 * does. */
int gconv_problem_print(const gconv_problem *problem, char *text, size_t size);

typedef struct {
  int64_t macs;         /* multiply-adds whose input is inside the image, whole batch */
  int64_t macs_nominal; /* ... with padded taps counted too: the figure papers print */
  int64_t params;       /* weights, no bias */
  int64_t src_elems, dst_elems;
  int64_t min_bytes; /* every tensor moved once: src + wei + dst */
  int64_t sum_terms; /* K: the most terms any written element sums up */
} gconv_counts;

gconv_counts gconv_problem_count(const gconv_problem *problem);
const char *gconv_dtype_name(gconv_dtype dtype);             /* "f32" */
size_t gconv_dtype_bytes(gconv_dtype dtype);                 /* of an element */
const char *gconv_direction_name(gconv_direction direction); /* "fwd", "bwd_d", "bwd_w" */
gconv_tensor gconv_written_tensor(gconv_direction direction);

/* ---- Layouts of activations. Weights come in as GOIHW (outermost first) and are packed once. ---- */

typedef enum {
  GCONV_NATIVE,
  GCONV_NCHW,
  GCONV_NHWC,
  GCONV_NCHW4C,
  GCONV_NCHW8C,
  GCONV_NCHW16C,
  GCONV_LAYOUTS
} gconv_layout;

const char *gconv_layout_name(gconv_layout layout); /* "native", "nchw", "nhwc", ... */

typedef struct {
  int n, c, h, w;
} gconv_dims;

gconv_dims gconv_tensor_dims(const gconv_problem *problem, gconv_tensor tensor); /* src or dst */
/* Elements including the zero padding of the last channel block. */
int64_t gconv_layout_elems(gconv_layout layout, gconv_dims dims);
int64_t gconv_layout_offset(gconv_layout layout, gconv_dims dims, int n, int c, int h, int w);
/* Copies a tensor from one layout to another on `threads` threads; padding lanes of blocked layouts become zero.
 * GCONV_INVALID, and nothing is written, where in and out overlap. */
gconv_status gconv_layout_convert(gconv_dims dims, gconv_layout from, const float *in, gconv_layout to, float *out,
                                  int threads);

/* ---- CPU ---- */

/* GCONV_ISA_SCALAR, ..., the best last: the lines of isas.inc. */
#define GCONV_ISA_CONSTANT(name, constant, ...) GCONV_ISA_##constant,
typedef enum { GCONV_EACH_ISA(GCONV_ISA_CONSTANT, ) GCONV_ISAS } gconv_isa;
#undef GCONV_ISA_CONSTANT

unsigned gconv_isa_detect(void); /* bit mask of what CPU and operating system support; 1u << GCONV_ISA_SCALAR always */
const char *gconv_isa_name(gconv_isa isa); /* "scalar", "avx2", ... */
gconv_isa gconv_isa_best(unsigned mask);

typedef struct {
  size_t l1d, l2, l3; /* bytes one core sees; 0 never: a stated default where nothing tells */
  bool l1d_known, l2_known, l3_known;
} gconv_caches;

gconv_caches gconv_caches_detect(void); /* CPUID leaves 4 (Intel), 0x8000001D and 0x80000005 (AMD) */
uint64_t gconv_memory_bytes(void);      /* physical memory */

/* ---- Stage clock: pass NULL for headline times; it then costs one branch a stage. ---- */

typedef enum {
  GCONV_STAGE_PACK_SRC,
  GCONV_STAGE_TRANSFORM,
  GCONV_STAGE_COMPUTE,
  GCONV_STAGE_UNTRANSFORM,
  GCONV_STAGE_UNPACK_DST,
  GCONV_STAGES
} gconv_stage;

/* One thread's time. What a whole team did together is entered in each of its lanes: the mean over the lanes is the
 * stage's share of the call's time, and what the sum of the stages leaves of it was spent waiting or outside stages. */
typedef struct {
  uint64_t ns[GCONV_STAGES], calls[GCONV_STAGES];
  char pad[48]; /* lanes of two threads never share a cache line pair */
} gconv_clock_lane;

typedef struct {
  int lanes; /* >= the plan's threads */
  gconv_clock_lane *lane;
} gconv_clock;

const char *gconv_stage_name(gconv_stage stage);

/* ---- Plan ---- */

typedef struct gconv_kernel gconv_kernel;

/* What a plan is made for. Zero-initialise; zero means the default. */
typedef struct {
  int threads; /* default 1 */
  /* Bits 1u << gconv_isa; default: everything detected. Bits the CPU lacks are ignored, but a mask of which it has
   * nothing is GCONV_UNSUPPORTED. Kernels that are compiled once ignore it. */
  unsigned isa_mask;
  gconv_layout layout;   /* of src and dst as the caller has them; GCONV_NATIVE: as the kernel likes them */
  gconv_caches caches;   /* default: detected */
  uint64_t memory_bytes; /* plans that need more are refused; default: physical memory */
} gconv_env;

typedef struct gconv_plan {
  const gconv_kernel *kernel;
  gconv_problem problem;
  gconv_env env;  /* with the defaults filled in */
  char param[32]; /* what followed '@' in the kernel's name */

  gconv_layout src_layout, dst_layout;               /* what execute takes and gives */
  gconv_layout native_src_layout, native_dst_layout; /* what the kernel works in; core converts where they differ */
  size_t packed_bytes;                               /* 0: the kernel reads (bwd_w: writes) plain weights */
  size_t workspace_bytes;                            /* scratch of one execute call */
  size_t kernel_workspace_bytes;                     /* ... without core's layout conversion */
  size_t staging[2];                                 /* ... where in it the converted src and dst are */
  size_t tensor_bytes[GCONV_TENSORS];                /* what execute needs in src, wei (plain GOIHW) and dst */
  int64_t executed_macs;                             /* multiply-adds really done, padding and zero blocks included */
  double lane_use;                                   /* share of vector lanes doing useful work, 0 where not known */
  bool deterministic;                                /* bitwise equal results for any thread count */
  char text[GCONV_TEXT_MAX];                         /* one line: blocking, library implementation, ... */
  void *state;                                       /* the kernel's own */
} gconv_plan;

/* `kernel_name` is NAME or NAME@PARAM. On success *plan is to be freed with gconv_plan_destroy; on failure it is NULL.
 * Planning may allocate. It takes microseconds, but a second where a library is tried first: onednn runs each candidate
 * and races them, up to a few tenths of a second for ordinary layers, longer for images of more than a billion
 * multiply-adds. That memory counts against memory_bytes. Nothing of it depends on tensor contents. */
gconv_status gconv_plan_create(const char *kernel_name, const gconv_problem *problem, const gconv_env *env,
                               gconv_plan **plan);
void gconv_plan_destroy(gconv_plan *plan);

/* plan->tensor_bytes, for other languages */
size_t gconv_plan_tensor_bytes(const gconv_plan *plan, gconv_tensor tensor);

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
  gconv_buffer wei;       /* plain GOIHW; needed where packed_bytes is 0 */
  gconv_buffer packed;    /* fwd, bwd_d: read; bwd_w: written */
  gconv_buffer workspace; /* contents do not matter */
  gconv_clock *clock;     /* or NULL */
} gconv_args;

/* fwd, bwd_d: plain weights -> packed, which must not overlap. A no-op where packed_bytes is 0. */
gconv_status gconv_pack_weights(const gconv_plan *plan, gconv_buffer wei, gconv_buffer packed);
/* bwd_w: packed gradient -> plain GOIHW, which must not overlap. A no-op where packed_bytes is 0. */
gconv_status gconv_unpack_weights(const gconv_plan *plan, gconv_buffer packed, gconv_buffer wei);
gconv_status gconv_execute(const gconv_plan *plan, const gconv_args *args);

/* The reference: textbook loops over plain tensors (NCHW, GOIHW), summed in double. `result` is the written tensor;
 * `bound` (or NULL) is gamma_K * sum |a||b| per element with K = sum_terms and u = 2^-24: the most that a binary32 sum
 * of the same products may differ in any order, rounding of the result included. The tensor that is written may be
 * passed as NULL; result and bound must not overlap the others, nor each other. */
gconv_status gconv_reference(const gconv_problem *problem, const float *src, const float *wei, const float *dst,
                             double *result, double *bound, int threads);

/* ---- Kernels: one const row each, at the bottom of the kernel's own file. Those compiled for each ISA write it with
 * SIMD_KERNEL of simd/simd.h, which fills in name and isa. ---- */

/* Numbers that are not ordinary. GCONV_SUM_ANY_ORDER: an infinity or NaN reaches every result that depends on it and no
 * other; a tap outside the image multiplies zero or is left out, so a weight that is infinite or NaN may also spoil the
 * results for which its tap is outside. Denormals are exact. GCONV_TRANSFORM: it may spoil all results of its group,
 * and denormals lose their digits. Kernels that say mixes_groups spread it to other groups too. */
typedef enum {
  GCONV_SUM_ANY_ORDER, /* summed in some order: |error| <= gamma_K * sum |a||b| (Higham, ASNA 2002, section 3.1) */
  GCONV_TRANSFORM,     /* computed in a transformed domain: the bound is multiplied by amplification(problem) */
} gconv_numeric;

struct gconv_kernel {
  const char *name, *summary;
  const char *reference; /* paper, library or standard the method comes from */
  const char *params;    /* what may follow '@', or NULL */
  gconv_isa isa;         /* GCONV_ISA_SCALAR also for kernels whose library dispatches on its own */
  bool library;          /* a library underneath chooses the ISA */
  unsigned dtypes;       /* bits 1u << gconv_dtype: of all three tensors */
  unsigned directions;   /* bits 1u << gconv_direction */
  gconv_numeric numeric;
  double (*amplification)(const gconv_problem *); /* NULL for GCONV_SUM_ANY_ORDER */
  bool mixes_groups;                              /* multiplies other groups' inputs by zero: a NaN there spoils all */
  const char *(*supports)(const gconv_problem *); /* NULL, or the reason why not */
  gconv_status (*plan)(gconv_plan *);             /* sets native layouts, bytes, executed_macs, text; may set state */
  void (*pack)(const gconv_plan *, const float *wei, void *packed);
  void (*unpack)(const gconv_plan *, const void *packed, float *wei);
  /* Tensors in native layout, arguments already checked. */
  gconv_status (*execute)(const gconv_plan *, const gconv_args *);
  void (*release)(gconv_plan *); /* frees state; NULL where there is none */
};

/* One line of kernels.inc: the variants of one kernel, one per ISA it was compiled for. */
typedef struct {
  const char *name, *idea;
  const char *missing; /* NULL, or why the kernel is not in this build */
  const gconv_kernel *variant[GCONV_ISAS];
} gconv_entry;

const gconv_entry *gconv_registry(size_t *count);
/* The best variant of NAME or NAME@PARAM that isa_mask allows (as in gconv_env; 0: everything detected) and this CPU
 * has; NULL with a sentence if there is none. */
const gconv_kernel *gconv_kernel_find(const char *kernel_name, unsigned isa_mask);

/* ---- Libraries the kernels are built on ---- */

typedef struct {
  const char *name;          /* "blas", "batched_sgemm", "onednn" */
  char text[GCONV_TEXT_MAX]; /* vendor, version, core type or ISA, threading; or that it is not in this build */
} gconv_library;

/* Describes up to `max` of them and returns how many there are. isa_mask (0: everything detected) is the one of later
 * plans: some libraries choose their code when they are first asked. */
int gconv_libraries(unsigned isa_mask, gconv_library *libraries, int max);

const char *gconv_version(void);

#ifdef __cplusplus
}
#endif
#endif
