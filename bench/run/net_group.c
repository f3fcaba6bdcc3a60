/* net_group.c - the life of a group of nets: weights and images made, nets planned and verified, timed interleaved, and
 * for networks each step timed on its own after that. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "nets.h"

#include "core/error.h"
#include "race.h"
#include "schedule.h"
#include "summary.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct {
  session *session;
  const net_list *list;
  const net_group *group;
  net_data *data; /* by model of the group, as `which` counts them */
  size_t taken;   /* bytes of all of these, and of the nets so far */
  net_case *nets;
  bench_case **cases; /* these, as what the schedule knows */
  size_t count;
} unit;

/* One more net, if it is timed or `needed`; NULL if it is neither. */
static net_case *add_net(unit *u, size_t which, int threads, const char *kernel, bool needed) {
  const net_model *m = &u->list->models[u->group->first + which];
  net_case *n = &u->nets[u->count];
  net_case_init(n, u->session, m, kernel, threads);
  nets_benchmark_name(u->session, m, kernel, threads, n->base.name);
  n->data = &u->data[which], n->taken = &u->taken;
  n->timed = gbench_wanted(n->base.name);
  if (!n->timed && !needed) return NULL;
  u->cases[u->count++] = &n->base;
  return n;
}

/* The best of what is right: nets that failed are not in the race. */
static gconv_status choose_best(const net_case *of, size_t count, net_choice **choices) {
  net **nets = calloc(count + 1, sizeof *nets); /* room for none is no lack of memory */
  if (!nets) return gconv_error(GCONV_NO_MEMORY, "no memory for a race of %zu kernels", count);
  size_t ready = 0;
  for (size_t i = 0; i < count; i++)
    if (of[i].base.status == CASE_OK) nets[ready++] = of[i].n;
  const gconv_status status =
      ready ? race_nets(nets, ready, choices) : gconv_error(GCONV_UNSUPPORTED, "none of the chosen kernels runs it");
  free(nets);
  return status;
}

/* The best for each layer, chosen among the nets from `first` on. */
static void add_best(unit *u, size_t which, int threads, size_t first) {
  session *s = u->session;
  net_choice *choices = NULL;
  const phase outer = phase_enter(&s->phases, PHASE_PLAN);
  const gconv_status status = choose_best(&u->nets[first], u->count - first, &choices);
  phase_enter(&s->phases, outer);
  net_case *best = add_net(u, which, threads, nets_kernel(s, s->options.kernel_count), false);
  best->choices = choices;
  if (status)
    bench_case_refuse_status(&best->base, status);
  else
    bench_case_prepare(&best->base);
  best->choices = NULL;
  free(choices);
  bench_case_register(&best->base);
}

static bool wants_best(const unit *u, size_t which, int threads) {
  const session *s = u->session;
  const size_t singles = s->options.kernel_count;
  char name[NET_NAME_MAX];
  if (nets_kernels(s) == singles) return false;
  const net_model *m = &u->list->models[u->group->first + which];
  nets_benchmark_name(s, m, nets_kernel(s, singles), threads, name);
  return gbench_wanted(name);
}

/* A model by each kernel and by the best for each of its layers, which needs the others' nets. */
static void add_nets(unit *u, size_t which, int threads) {
  const session *s = u->session;
  const size_t first = u->count;
  const bool best = wants_best(u, which, threads);
  for (size_t k = 0; k < s->options.kernel_count && !gbench_stopped(); k++) {
    net_case *n = add_net(u, which, threads, nets_kernel(s, k), best);
    if (!n) continue;
    bench_case_prepare(&n->base);
    if (n->timed) bench_case_register(&n->base);
  }
  if (best && !gbench_stopped()) add_best(u, which, threads, first);
}

static void run_unit(unit *u) {
  session *s = u->session;
  for (size_t m = 0; m < u->group->count; m++)
    for (int t = 0; t < u->group->thread_count; t++) add_nets(u, m, u->group->threads[t]);
  schedule_run(s, u->cases, u->count);
  if (s->level != LEVEL_NETWORK || s->join_path) return; /* the earlier process has the steps */
  const phase outer = phase_enter(&s->phases, PHASE_STEPS);
  for (size_t i = 0; i < u->count && !gbench_stopped(); i++)
    if (u->nets[i].timed && u->nets[i].base.status == CASE_OK) net_write_steps(&u->nets[i]);
  phase_enter(&s->phases, outer);
}

static gconv_status unit_make(unit *u) {
  const session *s = u->session;
  const size_t count = u->group->count, nets = count * (size_t)u->group->thread_count * nets_kernels(s);
  u->data = calloc(count, sizeof *u->data);
  u->nets = calloc(nets, sizeof *u->nets);
  u->cases = calloc(nets, sizeof *u->cases);
  if (!u->data || !u->nets || !u->cases) return gconv_error(GCONV_NO_MEMORY, "no memory for %zu models", count);
  for (size_t i = 0; i < count; i++)
    u->taken += net_data_bytes(u->list->models[u->group->first + i].m, session_batch(s));
  return GCONV_OK;
}

static void unit_free(unit *u) {
  for (size_t i = 0; i < u->count; i++) net_case_free(&u->nets[i]);
  for (size_t i = 0; i < u->group->count && u->data; i++) net_data_free(&u->data[i]);
  free(u->data);
  free(u->nets);
  free(u->cases);
}

gconv_status net_group_run(session *s, const net_list *list, const net_group *group) {
  char title[NET_NAME_MAX];
  const int threads = group->threads[group->thread_count - 1];
  snprintf(title, sizeof title, "%s%s, %d thread%s", list->models[group->first].name,
           s->level == LEVEL_NETWORK && group->count > 1 ? " ..." : "", threads, threads > 1 ? "s" : "");
  schedule_begin(s, title, net_group_size(s, list, group));
  unit u = {.session = s, .list = list, .group = group};
  const gconv_status status = unit_make(&u);
  if (!status) run_unit(&u);
  summary_block(s);
  unit_free(&u);
  return status;
}
