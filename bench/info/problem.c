/* problem.c - gconv-info problem: what a problem costs by counting, and what every kernel would make of it, without
 * running any. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "info.h"
#include "options.h"
#include "padding.h"
#include "table.h"

#include "gconv_kernel.h"

#include <string.h>

/* dims: up to a 0. */
static const char *dims_text(const int *dims, char *text, size_t size) {
  size_t length = 0;
  for (int i = 0; dims[i]; i++)
    length += (size_t)snprintf(text + length, size - length, "%s%d", i ? " x " : "", dims[i]);
  return text;
}

static void add_tensor(facts *f, const char *section, const char *key, gconv_dtype dtype, const int *dims,
                       int64_t elements) {
  char text[128], elems[DIGITS_MAX], bytes[DIGITS_MAX];
  facts_text(f, section, key, "%s = %s %s, %s bytes", dims_text(dims, text, sizeof text), digits(elements, elems),
             gconv_dtype_name(dtype), digits(elements * (int64_t)gconv_dtype_bytes(dtype), bytes));
}

static void add_geometry(facts *f, const char *section, const gconv_problem *p) {
  facts_text(f, section, "groups", "%d, each %d -> %d channels", p->groups, p->icg, p->ocg);
  facts_text(f, section, "kernel", "%d x %d, stride %d x %d, dilation %d x %d", p->kh, p->kw, p->stride_h, p->stride_w,
             p->dilation_h, p->dilation_w);
  facts_text(f, section, "pads", "top %d, bottom %d, left %d, right %d", p->pad_top, p->pad_bottom, p->pad_left,
             p->pad_right);
}

static void add_tensors(facts *f, const char *section, const gconv_problem *p, const gconv_counts *c) {
  add_tensor(f, section, "src", p->dtype, (int[]){p->batch, p->ic, p->ih, p->iw, 0}, c->src_elems);
  add_tensor(f, section, "wei", p->dtype, (int[]){p->groups, p->ocg, p->icg, p->kh, p->kw, 0}, c->params);
  add_tensor(f, section, "dst", p->dtype, (int[]){p->batch, p->oc, p->oh, p->ow, 0}, c->dst_elems);
}

static void add_costs(facts *f, const char *section, const gconv_problem *p, const gconv_counts *c) {
  char a[DIGITS_MAX], b[DIGITS_MAX];
  facts_text(f, section, "parameters", "%s", digits(c->params, a));
  facts_text(f, section, "MACs", "%s in bounds, %s with padded taps", digits(c->macs, a), digits(c->macs_nominal, b));
  facts_text(f, section, "intensity", "%.2f flops a byte (%s bytes: every tensor moved once)",
             2.0 * (double)c->macs / (double)c->min_bytes, digits(c->min_bytes, a));
  for (int d = 0; d < GCONV_DIRECTIONS; d++) {
    static const char *const keys[GCONV_DIRECTIONS] = {"K of fwd", "K of bwd_d", "K of bwd_w"};
    gconv_problem turned = *p;
    turned.direction = (gconv_direction)d;
    facts_text(f, section, keys[d], "%s terms in a sum", digits(gconv_problem_count(&turned).sum_terms, a));
  }
}

/* The same convolution without groups: what grouping saves. */
static void add_dense_twin(facts *f, const char *section, const gconv_problem *p, const gconv_counts *c) {
  gconv_problem dense = *p;
  dense.groups = 1;
  if (p->groups == 1) {
    facts_text(f, section, "dense twin", "this is dense");
    return;
  }
  if (gconv_problem_init(&dense)) {
    facts_text(f, section, "dense twin", "not possible: %s", gconv_last_error());
    return;
  }
  const gconv_counts twin = gconv_problem_count(&dense);
  char params[DIGITS_MAX], macs[DIGITS_MAX];
  facts_text(f, section, "dense twin", "%s parameters (%.4g times), %s MACs in bounds (%.4g times)",
             digits(twin.params, params), (double)twin.params / (double)c->params, digits(twin.macs, macs),
             (double)twin.macs / (double)c->macs);
}

static bool print_costs(const problem_case *item) {
  const gconv_problem *p = &item->problem;
  const gconv_counts counts = gconv_problem_count(p);
  char section[GCONV_TEXT_MAX];
  gconv_problem_print(p, section, sizeof section);
  facts f = {0};
  if (p->name[0]) facts_text(&f, section, "name", "%s, %d in its network", p->name, p->multiplicity);
  add_geometry(&f, section, p);
  add_tensors(&f, section, p, &counts);
  add_costs(&f, section, p, &counts);
  add_dense_twin(&f, section, p, &counts);
  const bool printed = facts_print(&f, stdout);
  facts_free(&f);
  return printed;
}

static void add_plan(table *t, const gconv_plan *plan, const gconv_counts *counts) {
  char packed[DIGITS_MAX], workspace[DIGITS_MAX], executed[DIGITS_MAX];
  table_add(t, "%s", plan->kernel->library ? "library" : gconv_isa_name(plan->kernel->isa));
  table_add(t, "%s", digits((int64_t)plan->packed_bytes, packed));
  table_add(t, "%s", digits((int64_t)plan->workspace_bytes, workspace));
  table_add(t, "%s", digits(plan->executed_macs, executed));
  if (counts->macs)
    table_add(t, "%.3g", (double)plan->executed_macs / (double)counts->macs);
  else
    table_add(t, "-"); /* every tap is padding */
  if (plan->kernel->amplification)
    table_add(t, "%.3g gamma_K", plan->kernel->amplification(&plan->problem));
  else
    table_add(t, "gamma_K");
  table_add(t, "%s", plan->text);
}

static void add_refusal(table *t, const char *why) {
  for (int i = 0; i < 6; i++) table_add(t, "-");
  table_add(t, "%s", why);
}

/* Libraries may run every implementation they have to choose one (oneDNN's race): some 0.1 s each for so many MACs, and
 * of reference implementations, which alone take windows that lie beyond the image, as long for a hundredth. */
static const int64_t planned_macs = 100000000000, planned_macs_beyond = 1000000000;

/* It makes objects of a library when it is planned (a BLAS has none), and that may mean trying some. */
static bool asks_library(const char *kernel) {
  const size_t length = strcspn(kernel, "@");
  size_t count;
  const gconv_entry *entries = gconv_registry(&count);
  for (size_t i = 0; i < count; i++)
    for (int isa = 0; isa < GCONV_ISAS; isa++) {
      const gconv_kernel *k = entries[i].variant[isa];
      if (!k || strlen(entries[i].name) != length || memcmp(entries[i].name, kernel, length)) continue;
      if (k->library && k->release) return true;
    }
  return false;
}

/* Says why the plan might take minutes, or returns false. */
static bool takes_minutes(const char *kernel, const gconv_problem *p, char *why, size_t size) {
  const int64_t macs = gconv_problem_count(p).macs_nominal;
  const bool beyond = padding_prevails(p);
  const int64_t limit = beyond ? planned_macs_beyond : planned_macs;
  char done[DIGITS_MAX], most[DIGITS_MAX];
  if (macs <= limit || !asks_library(kernel)) return false;
  snprintf(why, size,
           "not planned: the library may try implementations, and %s MACs with padded taps are more than %s%s; "
           "gconv-bench plans it",
           digits(macs, done), digits(limit, most), beyond ? " where most windows see only padding" : "");
  return true;
}

/* One row: what the kernel says to the problem in this direction, layout and thread count. */
static void add_row(table *t, const char *kernel, const gconv_problem *p, const gconv_env *env) {
  const gconv_counts counts = gconv_problem_count(p);
  gconv_plan *plan = NULL;
  char why[512];
  const bool passed_over = takes_minutes(kernel, p, why, sizeof why);
  const gconv_status status = passed_over ? GCONV_OK : gconv_plan_create(kernel, p, env, &plan);
  table_add(t, "%s", kernel);
  table_add(t, "%s", gconv_direction_name(p->direction));
  table_add(t, "%s", gconv_layout_name(env->layout));
  table_add(t, "%d", env->threads);
  if (!passed_over && status) snprintf(why, sizeof why, "%s: %s", gconv_status_name(status), gconv_last_error());
  if (plan)
    add_plan(t, plan, &counts);
  else
    add_refusal(t, why);
  gconv_plan_destroy(plan);
}

static bool print_kernels(const options *o, const problem_case *item) {
  static const char *const header[] = {"kernel",         "dir",          "layout",          "threads",
                                       "runs as",        "packed bytes", "workspace bytes", "MACs done",
                                       "per useful MAC", "error bound",  "plan, or why not"};
  table t;
  table_start(&t, sizeof header / sizeof *header, header);
  for (int d = 0; d < GCONV_DIRECTIONS; d++)
    for (int layout = 0; layout < GCONV_LAYOUTS; layout++)
      for (int i = 0; i < o->thread_count; i++)
        for (size_t k = 0; k < o->kernel_count; k++) {
          if (!(item->directions & 1u << d) || !o->layouts[layout]) continue;
          gconv_problem turned = item->problem;
          turned.direction = (gconv_direction)d;
          const gconv_env env = {.threads = o->threads[i], .isa_mask = o->isa_mask, .layout = (gconv_layout)layout};
          add_row(&t, o->kernels[k], &turned, &env);
        }
  const bool printed = table_print(&t);
  table_free(&t);
  return printed;
}

static int take_arguments(options *o, int count, char **arguments) {
  static const option_defaults defaults = {
      .kernels = "*", .directions = "fwd,bwd_d,bwd_w", .layouts = "native", .threads = "1"};
  for (int i = 0; i < count; i++) {
    const option_result result = options_take(o, arguments[i]);
    if (result == OPTION_BAD) return usage_error("problem", "%s", gconv_last_error());
    if (result == OPTION_TAKEN) continue;
    if (arguments[i][0] == '-') return usage_error("problem", "'%s' is not an option of it", arguments[i]);
    if (problem_list_add(&o->problems, arguments[i])) return usage_error("problem", "%s", gconv_last_error());
  }
  if (!o->listed && !o->problems.count) return usage_error("problem", "no descriptor given");
  if (options_finish(o, &defaults)) return usage_error("problem", "%s", gconv_last_error());
  return 0;
}

int info_problem(int count, char **arguments) {
  options o;
  options_init(&o);
  int status = take_arguments(&o, count, arguments);
  for (size_t i = 0; i < o.problems.count && !status && !o.listed; i++) {
    if (i) puts("");
    if (!print_costs(&o.problems.cases[i]) || !print_kernels(&o, &o.problems.cases[i])) status = 1;
  }
  options_free(&o);
  return status;
}
