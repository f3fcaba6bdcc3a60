/* mutant.c - a convolution that is wrong in one way, which its parameter names. What gconv-check would let pass here,
 * it would let pass in a real kernel. The faults are those that kernels have had, written as their authors wrote
 * them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/parallel.h"
#include "fault.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef enum {
  NONE,
  DROPS_LAST_CHANNEL,
  IGNORES_GROUP,
  SWAPS_KH_KW,
  READS_AFTER,
  READS_BEFORE,
  WRITES_AFTER,
  WRITES_BEFORE,
  FORGETS_TAIL,
  MULTIPLIES_TAIL_LANES,
  WRONG_AT_TWO_THREADS,
  RACES,
  READS_UNSET,
  STALE_WORKSPACE,
  TRUSTS_WORKSPACE,
  UNEVEN_PAD,
  NEEDS_ALIGNMENT,
  SCRIBBLES_ON_INPUT,
  ALWAYS_FIRST_IMAGE,
  FLIPS_BACKWARD,
  CLIPS,
  FAVOURS_ODD_COLUMNS,
  MIXES_GROUPS,
  LOSES_NAN,
  FLUSHES_DENORMALS,
  ORDER_OF_THREADS,
  REMEMBERS,
  SKIPS_REPEATS,
  WRITES_FIRST_COPY,
  TIRES,
  KEEPS_WEIGHTS,
  FILLS_POISON,
  EVERY_50TH,
  DIES,
  HANGS,
  FAULTS
} fault;

static const char *const names[FAULTS] = {
    [NONE] = "none",
    [DROPS_LAST_CHANNEL] = "drops_last_channel",
    [IGNORES_GROUP] = "ignores_group",
    [SWAPS_KH_KW] = "swaps_kh_kw",
    [READS_AFTER] = "reads_after",
    [READS_BEFORE] = "reads_before",
    [WRITES_AFTER] = "writes_after",
    [WRITES_BEFORE] = "writes_before",
    [FORGETS_TAIL] = "forgets_tail",
    [MULTIPLIES_TAIL_LANES] = "multiplies_tail_lanes",
    [WRONG_AT_TWO_THREADS] = "wrong_at_two_threads",
    [RACES] = "races",
    [READS_UNSET] = "reads_unset",
    [STALE_WORKSPACE] = "stale_workspace",
    [TRUSTS_WORKSPACE] = "trusts_workspace",
    [UNEVEN_PAD] = "uneven_pad",
    [NEEDS_ALIGNMENT] = "needs_alignment",
    [SCRIBBLES_ON_INPUT] = "scribbles_on_input",
    [ALWAYS_FIRST_IMAGE] = "always_first_image",
    [FLIPS_BACKWARD] = "flips_backward",
    [CLIPS] = "clips",
    [FAVOURS_ODD_COLUMNS] = "favours_odd_columns",
    [MIXES_GROUPS] = "mixes_groups",
    [LOSES_NAN] = "loses_nan",
    [FLUSHES_DENORMALS] = "flushes_denormals",
    [ORDER_OF_THREADS] = "order_of_threads",
    [REMEMBERS] = "remembers",
    [SKIPS_REPEATS] = "skips_repeats",
    [WRITES_FIRST_COPY] = "writes_first_copy",
    [TIRES] = "tires",
    [KEEPS_WEIGHTS] = "keeps_weights",
    [FILLS_POISON] = "fills_poison",
    [EVERY_50TH] = "every_50th",
    [DIES] = "dies",
    [HANGS] = "hangs",
};

typedef struct {
  const gconv_problem *p;
  fault f;
  int threads;
  float *tensor[GCONV_TENSORS];
  size_t elems[GCONV_TENSORS];
  float *out, *workspace;
} job;

enum { VECTOR = 4 };

/* Input channel, tap and position as the fault has them. */
static int64_t src_index(const job *j, int n, int g, int i, int ih, int iw) {
  const gconv_problem *p = j->p;
  if (j->f == ALWAYS_FIRST_IMAGE && p->direction == GCONV_FWD) n = 0;
  const int channel = (j->f == IGNORES_GROUP ? 0 : g * p->icg) + i;
  return (((int64_t)n * p->ic + channel) * p->ih + ih) * p->iw + iw;
}

static int64_t wei_index(const job *j, int oc, int i, int r, int s) {
  const gconv_problem *p = j->p;
  const int64_t plane = ((int64_t)oc * p->icg + i) * p->kh * p->kw;
  if (j->f == FLIPS_BACKWARD && p->direction == GCONV_BWD_D) r = p->kh - 1 - r, s = p->kw - 1 - s;
  return plane + (j->f == SWAPS_KH_KW ? s * p->kh + r : r * p->kw + s);
}

static float term(const job *j, const int64_t at[GCONV_TENSORS], int iw) {
  const gconv_tensor out = gconv_written_tensor(j->p->direction);
  float product = 1;
  for (int t = 0; t < GCONV_TENSORS; t++)
    if ((gconv_tensor)t != out) product *= j->tensor[t][at[t]];
  if (j->f == LOSES_NAN && isnan(product)) return 0;
  if (j->f == FLUSHES_DENORMALS && fpclassify(product) == FP_SUBNORMAL) return 0;
  return j->f == FAVOURS_ODD_COLUMNS && iw % 2 ? 2 * product : product;
}

static void add_position(const job *j, int n, int g, int o, int y, int x) {
  const gconv_problem *p = j->p;
  const int oc = g * p->ocg + o, channels = p->icg - (j->f == DROPS_LAST_CHANNEL);
  const int left = p->pad_left + (j->f == UNEVEN_PAD && p->pad_left != p->pad_right);
  const gconv_tensor out = gconv_written_tensor(p->direction);
  if (j->f == FORGETS_TAIL && x >= p->ow / VECTOR * VECTOR) return;
  for (int i = 0; i < channels; i++)
    for (int r = 0; r < p->kh; r++)
      for (int s = 0; s < p->kw; s++) {
        const int ih = y * p->stride_h - p->pad_top + r * (p->dilation_h + 1);
        const int iw = x * p->stride_w - left + s * (p->dilation_w + 1);
        if (ih < 0 || ih >= p->ih || iw < 0 || iw >= p->iw) continue;
        const int64_t at[GCONV_TENSORS] = {src_index(j, n, g, i, ih, iw), wei_index(j, oc, i, r, s),
                                           (((int64_t)n * p->oc + oc) * p->oh + y) * p->ow + x};
        j->out[at[out]] += term(j, at, iw);
      }
}

/* Half of the images from the end: another order of the same sums where threads, or a counter, are odd. */
static void add_group(const job *j, int g) {
  static int calls;
  const gconv_problem *p = j->p;
  const bool backwards = (j->f == ORDER_OF_THREADS && j->threads > 1) || (j->f == REMEMBERS && calls++ / p->groups % 2);
  const int positions = p->batch * p->ocg * p->oh * p->ow;
  for (int k = 0; k < positions; k++) {
    const int at = backwards ? positions - 1 - k : k;
    const int x = at % p->ow, y = at / p->ow % p->oh, o = at / p->ow / p->oh % p->ocg;
    add_position(j, at / p->ow / p->oh / p->ocg, g, o, y, x);
  }
}

static void run_share(const void *arg, int thread, int threads) {
  const job *j = arg;
  const int groups = j->p->groups, first = groups * thread / threads;
  if (j->f == RACES) j->workspace[0] = 1; /* nobody reads it: only the thread sanitizer can object */
  for (int g = first + (j->f == WRONG_AT_TWO_THREADS && thread == 1); g < groups * (thread + 1) / threads; g++)
    add_group(j, g);
}

/* Whatever is decided, no result changes: only valgrind can object. */
static void decide_by_chance(void) {
  static volatile int positive;
  volatile int *unset = malloc(sizeof *unset);
  // NOLINTNEXTLINE(clang-analyzer-core.*): this is the fault
  if (unset && *unset > 0) positive++; // cppcheck-suppress uninitdata
  (void)positive;
  free((void *)unset);
}

/* Faults that have nothing to do with the sums. */
static void spoil(const job *j, gconv_tensor out) {
  const gconv_tensor in = out == GCONV_SRC ? GCONV_DST : GCONV_SRC;
  const size_t last = j->elems[out] - 1;
  const float zero = 0;
  static int calls;
  float *result = j->tensor[out];
  switch (j->f) {
  case READS_AFTER:
    (void)*(volatile float *)&j->tensor[in][j->elems[in]];
    break;
  case READS_BEFORE:
    // cppcheck-suppress negativeIndex // this is the fault
    (void)*(volatile float *)&j->tensor[in][-1];
    break;
  case WRITES_AFTER:
    result[last + 1] = 1;
    break;
  case WRITES_BEFORE:
    result[-1] = 1;
    break;
  case MULTIPLIES_TAIL_LANES:
    result[last] += zero * j->tensor[in][j->elems[in]];
    break;
  case SCRIBBLES_ON_INPUT:
    j->tensor[in][0] += 1;
    break;
  case NEEDS_ALIGNMENT:
    result[last] += (uintptr_t)j->tensor[in] % 64 != 0;
    break;
  case TRUSTS_WORKSPACE:
    result[last] += j->workspace[0] < 2;
    break; /* false for the poison of an untouched one */
  case READS_UNSET:
    decide_by_chance();
    break;
  case CLIPS:
    result[last] = fminf(result[last], 0);
    break;
  case MIXES_GROUPS:
    result[0] += zero * j->tensor[in][j->elems[in] - 1];
    break;
  case EVERY_50TH:
    result[last] += ++calls % 50 == 0;
    break;
  case DIES:
    raise(SIGSEGV);
    break;
  case HANGS:
    for (;;) pause();
  default:
    break;
  }
}

/* Faults of a kernel that takes its workspace for its own: right in the first call, the only one that most checks
 * make. */
static bool keeps_notes(job *j, gconv_tensor out) {
  static const char note[] = "computed";
  static int calls;
  struct {
    char note[sizeof note];
    float *result;
  } *const kept = (void *)j->workspace;
  const bool again = !memcmp(kept->note, note, sizeof note);
  if (j->f == WRITES_FIRST_COPY && again) j->tensor[out] = kept->result;
  if (j->f == SKIPS_REPEATS || j->f == WRITES_FIRST_COPY) {
    memcpy(kept->note, note, sizeof note);
    kept->result = j->tensor[out];
  }
  if (j->f == TIRES && calls++ > 100) {
    memset(j->tensor[out], 0, j->elems[out] * sizeof(float));
    return true;
  }
  return j->f == SKIPS_REPEATS && again;
}

static const float *kept_weights;

/* Packs in name only: what it reads later is the caller's. */
static void pack(const gconv_plan *plan, const float *wei, void *packed) {
  memcpy(packed, wei, plan->packed_bytes);
  kept_weights = wei;
}

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  const gconv_problem *p = &plan->problem;
  const gconv_tensor out = gconv_written_tensor(p->direction);
  job j = {.p = p,
           .f = (fault)(intptr_t)plan->state,
           .threads = plan->env.threads,
           .tensor = {args->src.data, args->wei.data, args->dst.data},
           .workspace = args->workspace.data};
  for (int t = 0; t < GCONV_TENSORS; t++) j.elems[t] = plan->tensor_bytes[t] / sizeof(float);
  if (j.f == KEEPS_WEIGHTS && plan->packed_bytes) j.tensor[GCONV_WEI] = (float *)kept_weights;
  if (keeps_notes(&j, out) || (j.f == FILLS_POISON && !isnan(j.tensor[out][0]))) return GCONV_OK;
  j.out = j.f == STALE_WORKSPACE ? j.workspace : j.tensor[out];
  if (j.f != STALE_WORKSPACE) memset(j.out, 0, plan->tensor_bytes[out]);
  gconv_parallel(plan->env.threads, run_share, &j);
  if (j.f == STALE_WORKSPACE) memcpy(j.tensor[out], j.workspace, plan->tensor_bytes[out]);
  spoil(&j, out);
  return GCONV_OK;
}

static gconv_status plan(gconv_plan *plan) {
  plan->kernel_workspace_bytes = plan->tensor_bytes[gconv_written_tensor(plan->problem.direction)];
  const gconv_status status = plan_fault(plan, names, FAULTS);
  if (!status && (fault)(intptr_t)plan->state == KEEPS_WEIGHTS && plan->problem.direction != GCONV_BWD_W)
    plan->packed_bytes = plan->tensor_bytes[GCONV_WEI];
  return status;
}

const gconv_kernel gconv_kernel_mutant_scalar = {
    .name = "mutant",
    .summary = "plain loops that are wrong in one way",
    .reference = "checkasm's and benchdnn's tests of themselves",
    .params = "the fault, or none",
    .dtypes = 1u << GCONV_F32,
    .directions = 1u << GCONV_FWD | 1u << GCONV_BWD_D | 1u << GCONV_BWD_W,
    .numeric = GCONV_SUM_ANY_ORDER,
    .plan = plan,
    .pack = pack,
    .execute = execute,
};
