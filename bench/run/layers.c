/* layers.c - which benchmarks a problem has, and the life of one unit: check, register, run interleaved, forget. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "layers.h"

#include "core/error.h"
#include "isolated_job.h"
#include "schedule.h"
#include "summary.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static layer_problem *find(const layer_list *list, gconv_direction direction, const char *text) {
  for (size_t i = 0; i < list->count; i++)
    if (list->items[i].problem.direction == direction && !strcmp(list->items[i].text, text)) return &list->items[i];
  return NULL;
}

static gconv_status add_case(layer_list *list, const problem_case *c, gconv_direction direction) {
  layer_problem fresh = {.problem = c->problem};
  fresh.problem.direction = direction;
  gconv_problem_print(&fresh.problem, fresh.text, sizeof fresh.text);
  layer_problem *p = find(list, direction, fresh.text);
  if (!p) {
    layer_problem *items = realloc(list->items, (list->count + 1) * sizeof *items);
    if (!items) return gconv_error(GCONV_NO_MEMORY, "no memory for %zu problems", list->count + 1);
    list->items = items;
    p = &items[list->count++];
    *p = fresh;
  }
  const problem_case **layers = realloc(p->layers, (p->layer_count + 1) * sizeof *layers);
  if (!layers) return gconv_error(GCONV_NO_MEMORY, "no memory for %zu layers", p->layer_count + 1);
  p->layers = layers;
  p->layers[p->layer_count++] = c;
  return GCONV_OK;
}

gconv_status layers_make(const options *o, layer_list *list) {
  *list = (layer_list){0};
  gconv_status status = GCONV_OK;
  for (size_t i = 0; i < o->problems.count && !status; i++)
    for (int d = 0; d < GCONV_DIRECTIONS && !status; d++)
      if (o->problems.cases[i].directions & 1u << d) status = add_case(list, &o->problems.cases[i], (gconv_direction)d);
  return status;
}

void layers_free(layer_list *list) {
  for (size_t i = 0; i < list->count; i++) free(list->items[i].layers);
  free(list->items);
  *list = (layer_list){0};
}

bool layers_finished(const session *s, const layer_problem *p, const char *name) {
  for (size_t i = 0; i < p->layer_count; i++)
    if (!resume_has(&s->finished, name, p->layers[i]->set, p->layers[i]->problem.name)) return false;
  return true;
}

/* Of a process of --isolate: is it this one's job? */
static bool is_mine(const session *s, const layer_key *k) {
  return !s->job || (k->kernel == s->options.kernels[s->job->kernel] && k->layout == s->job->layout &&
                     k->threads == s->job->threads);
}

typedef struct {
  const session *session;
  const layer_problem *problem;
  void (*visit)(const layer_key *, void *context);
  void *context;
} walk;

/* The caches of one kernel, layout, thread count and kind of input. */
static void each_cache(const walk *w, layer_key *k) {
  const char *const kind[2] = {k->inputs ? "-" : "", k->inputs ? inputs_name(k->inputs) : ""};
  for (int cache = 0; cache < CACHES; cache++) {
    if (!w->session->caches[cache]) continue;
    k->cache = (cache_mode)cache;
    snprintf(k->name, sizeof k->name, "%s/%s/%s/%s/t%d/%s%s%s", gconv_direction_name(w->problem->problem.direction),
             gconv_layout_name(k->layout), w->problem->text, k->kernel, k->threads, cache_name(k->cache), kind[0],
             kind[1]);
    if (is_mine(w->session, k) && gbench_wanted(k->name) && !layers_finished(w->session, w->problem, k->name))
      w->visit(k, w->context);
  }
}

static void each_input(const walk *w, layer_key *k) {
  for (int kind = 0; kind < INPUTS; kind++) {
    if (!w->session->inputs[kind]) continue;
    k->inputs = (inputs)kind;
    each_cache(w, k);
  }
}

void layers_each(const session *s, const layer_problem *p, void (*visit)(const layer_key *, void *), void *context) {
  const options *o = &s->options;
  const walk w = {s, p, visit, context};
  layer_key key;
  for (size_t k = 0; k < o->kernel_count; k++)
    for (int layout = 0; layout < GCONV_LAYOUTS; layout++)
      for (int t = 0; t < o->thread_count && o->layouts[layout]; t++) {
        key.kernel = o->kernels[k];
        key.layout = (gconv_layout)layout;
        key.threads = o->threads[t];
        each_input(&w, &key);
      }
}

static void count_one(const layer_key *k, void *context) {
  (void)k;
  ++*(size_t *)context;
}

size_t layers_count(const session *s, const layer_problem *p) {
  size_t count = 0;
  layers_each(s, p, count_one, &count);
  return count;
}

void layers_title(const layer_problem *p, char title[LAYER_TITLE_MAX]) {
  snprintf(title, LAYER_TITLE_MAX, "%s %s", gconv_direction_name(p->problem.direction), p->text);
}

/* All of one problem. */
typedef struct {
  session *session;
  const layer_problem *problem;
  check_case *data[INPUTS];
  char no_data[CASE_REASON_MAX];
  layer_plan *plans;
  layer_case *layers;
  bench_case **cases; /* these, as what the schedule knows */
  size_t plan_count, count;
} unit;

static bool is_of(const layer_plan *p, const layer_key *k) {
  return p->kernel == k->kernel && p->layout == k->layout && p->threads == k->threads && p->inputs == k->inputs;
}

/* Those that differ in the cache alone share a plan: checked and planned once. */
static void add_layer(const layer_key *k, void *context) {
  unit *u = context;
  if (!u->plan_count || !is_of(&u->plans[u->plan_count - 1], k))
    u->plans[u->plan_count++] = (layer_plan){.session = u->session,
                                             .problem = u->problem,
                                             .data = u->data[k->inputs],
                                             .inputs = k->inputs,
                                             .no_data = u->no_data,
                                             .kernel = k->kernel,
                                             .layout = k->layout,
                                             .threads = k->threads};
  layer_case_init(&u->layers[u->count], &u->plans[u->plan_count - 1], k);
  u->cases[u->count] = &u->layers[u->count].base;
  u->count++;
}

static void make_data(unit *u) {
  session *s = u->session;
  const phase outer = phase_enter(&s->phases, PHASE_REFERENCE);
  for (int kind = 0; kind < INPUTS; kind++)
    if (s->inputs[kind] && check_case_create(&u->problem->problem, inputs_mode((inputs)kind), s->options.seed,
                                             omp_get_num_procs(), &u->data[kind]))
      snprintf(u->no_data, sizeof u->no_data, "cannot be checked: %s", gconv_last_error());
  phase_enter(&s->phases, outer);
}

static void run_unit(unit *u) {
  make_data(u);
  layers_each(u->session, u->problem, add_layer, u);
  for (size_t i = 0; i < u->count && !gbench_stopped(); i++) {
    bench_case_prepare(u->cases[i]);
    bench_case_register(u->cases[i]);
  }
  schedule_run(u->session, u->cases, u->count);
}

static void unit_free(unit *u) {
  for (size_t i = 0; i < u->plan_count; i++) layer_plan_free(&u->plans[i]);
  free(u->cases);
  free(u->layers);
  free(u->plans);
  for (int kind = 0; kind < INPUTS; kind++) check_case_free(u->data[kind]);
}

gconv_status layers_run(session *s, const layer_problem *p) {
  const size_t count = layers_count(s, p);
  if (!count) return GCONV_OK;
  char title[LAYER_TITLE_MAX];
  layers_title(p, title);
  schedule_begin(s, title, count);
  unit u = {.session = s, .problem = p};
  u.plans = calloc(count, sizeof *u.plans);
  u.layers = calloc(count, sizeof *u.layers);
  u.cases = calloc(count, sizeof *u.cases);
  const bool enough = u.plans && u.layers && u.cases;
  if (enough) run_unit(&u);
  summary_block(s);
  unit_free(&u);
  return enough ? GCONV_OK : gconv_error(GCONV_NO_MEMORY, "no memory for %zu benchmarks", count);
}
