/* strict.c - runs one kernel as a strict caller would; see strict.h. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "strict.h"
#include "data.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PACKED = GCONV_TENSORS, WORKSPACE, BUFFERS };

static const char *const buffer_names[BUFFERS] = {"src", "wei", "dst", "packed", "workspace"};

typedef struct {
  const gconv_plan *plan;
  const float *const *plain;
  gconv_tensor written;
  strict_conditions how;
  const char *step;
  guarded_buffer buffer[BUFFERS];
  uint64_t fingerprint[BUFFERS];
} run;

check_result strict_verdict(check_verdict v, const char *format, ...) {
  check_result r = {.verdict = v, .worst = -1};
  va_list args;
  va_start(args, format);
  vsnprintf(r.reason, sizeof r.reason, format, args);
  va_end(args);
  return r;
}

/* What a crash is attributed to, whichever thread it happens in: the run under way, of several the last that began. */
static const run *_Atomic current;
static void (*report_crash)(const char *what);
static int crash_code;

/* Says the nearest buffer, unless that is more than a few pages away. Formatting is not safe in a handler, but the
 * process is lost anyway: should it crash again, the default action ends it. */
static void crashed(int number, siginfo_t *info, void *context) {
  enum { FAR = 1 << 16 };
  (void)context;
  const run *const of = current;
  int nearest = -1;
  int64_t distance = FAR;
  for (int b = 0; of && b < BUFFERS; b++) {
    const int64_t d = guarded_distance(&of->buffer[b], info->si_addr);
    if (llabs(d) < llabs(distance)) nearest = b, distance = d;
  }
  char where[64] = "", what[160];
  if (number == SIGSEGV && nearest >= 0 && !distance)
    snprintf(where, sizeof where, ", inside %s, which it may not touch", buffer_names[nearest]);
  else if (number == SIGSEGV && nearest >= 0)
    snprintf(where, sizeof where, ", byte %lld %s %s", (long long)llabs(distance), distance < 0 ? "before" : "after",
             buffer_names[nearest]);
  snprintf(what, sizeof what, "%s: %s with signal %d (%s)%s", of ? of->step : "outside of kernels",
           number == SIGALRM ? "took too long, ended" : "crashed", number, strsignal(number), where);
  report_crash(what);
  _exit(crash_code);
}

void strict_catch_crashes(void (*report)(const char *what), int code) {
  static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM};
  struct sigaction action = {.sa_sigaction = crashed, .sa_flags = (int)(SA_SIGINFO | SA_RESETHAND)};
  report_crash = report;
  crash_code = code;
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, NULL);
}

static bool allocate_buffer(run *r, int buffer, size_t bytes) {
  enum { ALIGN_OWN = 64, ALIGN_TENSOR = sizeof(float) };
  const bool tensor = buffer < GCONV_TENSORS;
  if (r->how.place == GUARD_ZONES) return guarded_alloc(&r->buffer[buffer], bytes, tensor ? r->how.skew : 0);
  return guarded_alloc_page(&r->buffer[buffer], bytes, r->how.place, tensor ? ALIGN_TENSOR : ALIGN_OWN);
}

/* What execute writes. */
static int result_buffer(const run *r) {
  return r->written == GCONV_WEI && r->plan->packed_bytes ? PACKED : (int)r->written;
}

static void leave(run *r, int buffer) {
  const gconv_buffer user = r->buffer[buffer].user;
  guarded_poison(&r->buffer[buffer]);
  if (r->how.leftovers == STRICT_NUMBERS)
    data_fill_real(user.data, (int64_t)(user.bytes / sizeof(float)), data_seed(0, buffer));
  else if (r->how.leftovers == STRICT_ZEROS)
    memset(user.data, 0, user.bytes);
}

static bool allocate(run *r) {
  bool ok = true;
  for (int t = 0; t < GCONV_TENSORS; t++)
    ok &= allocate_buffer(r, t, gconv_plan_tensor_bytes(r->plan, (gconv_tensor)t));
  ok &= allocate_buffer(r, PACKED, r->plan->packed_bytes);
  ok &= allocate_buffer(r, WORKSPACE, r->plan->workspace_bytes);
  if (ok) leave(r, WORKSPACE);
  return ok;
}

static gconv_layout layout_of(const gconv_plan *plan, gconv_tensor tensor) {
  return tensor == GCONV_SRC ? plan->src_layout : plan->dst_layout;
}

static void fill_inputs(run *r) {
  const gconv_tensor activations[] = {GCONV_SRC, GCONV_DST};
  for (int i = 0; i < 2; i++) {
    const gconv_tensor t = activations[i];
    if (t != r->written)
      gconv_layout_convert(gconv_tensor_dims(&r->plan->problem, t), GCONV_NCHW, r->plain[t], layout_of(r->plan, t),
                           r->buffer[t].user.data, r->plan->env.threads);
  }
  if (r->written != GCONV_WEI)
    memcpy(r->buffer[GCONV_WEI].user.data, r->plain[GCONV_WEI], r->buffer[GCONV_WEI].user.bytes);
}

static void begin(run *r, const char *step) {
  r->step = step;
  for (int b = 0; b < BUFFERS; b++) r->fingerprint[b] = guarded_fingerprint(&r->buffer[b]);
}

/* Red zones intact, and every buffer as remembered but those in `writable` (a bit mask). */
static check_result inspect(const run *r, unsigned writable) {
  for (int b = 0; b < BUFFERS; b++) {
    const char *side = guarded_damage(&r->buffer[b]);
    if (side)
      return strict_verdict(CHECK_FAIL, "%s wrote outside %s, %s its %zu bytes", r->step, buffer_names[b], side,
                            r->buffer[b].user.bytes);
    if (!(writable & 1u << b) && guarded_fingerprint(&r->buffer[b]) != r->fingerprint[b])
      return strict_verdict(CHECK_FAIL, "%s changed %s, which it may only read", r->step, buffer_names[b]);
  }
  return strict_verdict(CHECK_PASS, "%s", "");
}

static check_result failed_call(const run *r, gconv_status status) {
  return strict_verdict(CHECK_FAIL, "%s: %s: %s", r->step, gconv_status_name(status), gconv_last_error());
}

/* Where the plan says 0 bytes the interface allows {0}, so that is what kernels get. */
static gconv_buffer granted(const run *r, int buffer) {
  return r->buffer[buffer].user.bytes ? r->buffer[buffer].user : (gconv_buffer){0};
}

static check_result pack(run *r) {
  begin(r, "pack");
  const gconv_status status = gconv_pack_weights(r->plan, r->buffer[GCONV_WEI].user, granted(r, PACKED));
  return status ? failed_call(r, status) : inspect(r, 1u << PACKED);
}

static check_result execute(run *r, const strict_observer *observer) {
  const bool packed = r->plan->packed_bytes > 0;
  const gconv_args args = {.src = r->buffer[GCONV_SRC].user,
                           .dst = r->buffer[GCONV_DST].user,
                           .wei = packed ? (gconv_buffer){0} : r->buffer[GCONV_WEI].user,
                           .packed = granted(r, PACKED),
                           .workspace = granted(r, WORKSPACE)};
  const bool withheld = packed && r->written != GCONV_WEI; /* whoever kept a pointer to them reads poison or crashes */
  char sentence[256];
  if (withheld) guarded_poison(&r->buffer[GCONV_WEI]);
  leave(r, result_buffer(r));
  begin(r, "execute");
  if (withheld) guarded_withhold(&r->buffer[GCONV_WEI]);
  if (observer) observer->begin();
  const gconv_status status = gconv_execute(r->plan, &args);
  const bool objection = observer && observer->end(r->plan, sentence, sizeof sentence);
  if (withheld) guarded_allow(&r->buffer[GCONV_WEI]);
  if (objection) return strict_verdict(CHECK_FAIL, "%s", sentence);
  return status ? failed_call(r, status) : inspect(r, 1u << result_buffer(r) | 1u << WORKSPACE);
}

/* The same call again and again. */
static check_result execute_often(run *r) {
  const guarded_buffer *result = &r->buffer[result_buffer(r)];
  check_result verdict = execute(r, NULL);
  const uint64_t first = guarded_fingerprint(result);
  for (int call = 2; call <= r->how.calls && verdict.verdict == CHECK_PASS; call++) {
    verdict = execute(r, r->how.observer);
    if (verdict.verdict == CHECK_PASS && r->plan->deterministic && guarded_fingerprint(result) != first)
      verdict = strict_verdict(CHECK_FAIL, "call %d on the same inputs gives another result than the first", call);
  }
  return verdict;
}

static check_result unpack(run *r) {
  begin(r, "unpack");
  const gconv_status status = gconv_unpack_weights(r->plan, granted(r, PACKED), r->buffer[GCONV_WEI].user);
  const unsigned writable = r->plan->packed_bytes ? 1u << GCONV_WEI : 0;
  return status ? failed_call(r, status) : inspect(r, writable);
}

static void take_result(const run *r, float *result) {
  const guarded_buffer *b = &r->buffer[r->written];
  if (r->written == GCONV_WEI)
    memcpy(result, b->user.data, b->user.bytes);
  else
    gconv_layout_convert(gconv_tensor_dims(&r->plan->problem, r->written), layout_of(r->plan, r->written), b->user.data,
                         GCONV_NCHW, result, r->plan->env.threads);
}

static check_result run_steps(run *r, float *result) {
  fill_inputs(r);
  check_result verdict = {.verdict = CHECK_PASS, .worst = -1};
  if (r->written != GCONV_WEI) verdict = pack(r);
  if (verdict.verdict == CHECK_PASS) verdict = execute_often(r);
  if (verdict.verdict == CHECK_PASS && r->written == GCONV_WEI) verdict = unpack(r);
  if (verdict.verdict == CHECK_PASS) take_result(r, result);
  return verdict;
}

check_result strict_run(const gconv_plan *plan, const float *const plain[GCONV_TENSORS], strict_conditions how,
                        float *result) {
  run r = {.plan = plan,
           .plain = plain,
           .written = gconv_written_tensor(plan->problem.direction),
           .how = how,
           .step = "allocation"};
  current = &r;
  const check_result verdict =
      allocate(&r) ? run_steps(&r, result)
                   : strict_verdict(CHECK_SKIPPED, "no memory for packed weights of %zu and workspace of %zu bytes",
                                    plan->packed_bytes, plan->workspace_bytes);
  current = NULL;
  for (int b = 0; b < BUFFERS; b++) guarded_free(&r.buffer[b]);
  return verdict;
}
