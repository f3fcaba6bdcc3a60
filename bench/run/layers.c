/* block.c - which benchmarks a run consists of, and the life of one block: check, register, run interleaved, forget. */
#include "layers.h"

#include "core/error.h"
#include "gbench.h"
#include "isolate.h"
#include "layer_plan.h"
#include "summary.h"
#include "watchdog.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A few milliseconds before each block: enough to see that the machine has become faster. */
static const double probe_seconds = 0.003;

static block *find_block(const block_list *list, gconv_direction direction, const char *text) {
  for (size_t i = 0; i < list->count; i++)
    if (list->items[i].problem.direction == direction && !strcmp(list->items[i].text, text)) return &list->items[i];
  return NULL;
}

static gconv_status add_case(block_list *list, const problem_case *c, gconv_direction direction) {
  block fresh = {.problem = c->problem};
  fresh.problem.direction = direction;
  gconv_problem_print(&fresh.problem, fresh.text, sizeof fresh.text);
  block *b = find_block(list, direction, fresh.text);
  if (!b) {
    block *items = realloc(list->items, (list->count + 1) * sizeof *items);
    if (!items) return gconv_error(GCONV_NO_MEMORY, "no memory for %zu problems", list->count + 1);
    list->items = items;
    b = &items[list->count++];
    *b = fresh;
  }
  const problem_case **cases = realloc(b->cases, (b->case_count + 1) * sizeof *cases);
  if (!cases) return gconv_error(GCONV_NO_MEMORY, "no memory for %zu layers", b->case_count + 1);
  b->cases = cases;
  b->cases[b->case_count++] = c;
  return GCONV_OK;
}

gconv_status blocks_make(const options *o, block_list *list) {
  *list = (block_list){0};
  gconv_status status = GCONV_OK;
  for (size_t i = 0; i < o->problems.count && !status; i++)
    for (int d = 0; d < GCONV_DIRECTIONS && !status; d++)
      if (o->problems.cases[i].directions & 1u << d) status = add_case(list, &o->problems.cases[i], (gconv_direction)d);
  return status;
}

void blocks_free(block_list *list) {
  for (size_t i = 0; i < list->count; i++) free(list->items[i].cases);
  free(list->items);
  *list = (block_list){0};
}

bool block_is_finished(const session *s, const block *b, const char *name) {
  for (size_t i = 0; i < b->case_count; i++)
    if (!resume_has(&s->finished, name, b->cases[i]->set, b->cases[i]->problem.name)) return false;
  return true;
}

/* The caches of one kernel, layout, thread count and kind of input. */
static void each_cache(const session *s, const block *b, instance *i, void (*visit)(const instance *, void *),
                       void *context) {
  const char *const kind[2] = {i->inputs ? "-" : "", i->inputs ? inputs_name(i->inputs) : ""};
  for (int cache = 0; cache < CACHES; cache++) {
    if (!s->caches[cache]) continue;
    i->cache = (cache_mode)cache;
    snprintf(i->name, sizeof i->name, "%s/%s/%s/%s/t%d/%s%s%s", gconv_direction_name(b->problem.direction),
             gconv_layout_name(i->layout), b->text, i->kernel, i->threads, cache_name(i->cache), kind[0], kind[1]);
    if (isolate_wants(s, i) && gbench_wanted(i->name) && !block_is_finished(s, b, i->name)) visit(i, context);
  }
}

static void each_input(const session *s, const block *b, instance *i, void (*visit)(const instance *, void *),
                       void *context) {
  for (int kind = 0; kind < INPUTS; kind++) {
    if (!s->inputs[kind]) continue;
    i->inputs = (inputs)kind;
    each_cache(s, b, i, visit, context);
  }
}

void block_each(const session *s, const block *b, void (*visit)(const instance *, void *), void *context) {
  const options *o = &s->options;
  instance i;
  for (size_t k = 0; k < o->kernel_count; k++)
    for (int layout = 0; layout < GCONV_LAYOUTS; layout++)
      for (int t = 0; t < o->thread_count && o->layouts[layout]; t++) {
        i.kernel = o->kernels[k];
        i.layout = (gconv_layout)layout;
        i.threads = o->threads[t];
        each_input(s, b, &i, visit, context);
      }
}

typedef struct {
  session *session;
  const block *block;
  check_case *data[INPUTS];
  char no_data[512];
  subject *subjects;
  measurement *measurements;
  size_t subject_count, measurement_count;
} block_plan;

static void count_one(const instance *i, void *context) {
  (void)i;
  ++*(size_t *)context;
}

static bool is_of(const subject *s, const instance *i) {
  return s->kernel == i->kernel && s->layout == i->layout && s->threads == i->threads && s->inputs == i->inputs;
}

/* Instances that differ in the cache alone share a subject: checked and planned once. */
static void take_instance(const instance *i, void *context) {
  block_plan *p = context;
  if (!p->subject_count || !is_of(&p->subjects[p->subject_count - 1], i))
    p->subjects[p->subject_count++] = (subject){.session = p->session,
                                                .block = p->block,
                                                .data = p->data[i->inputs],
                                                .inputs = i->inputs,
                                                .no_data = p->no_data,
                                                .kernel = i->kernel,
                                                .layout = i->layout,
                                                .threads = i->threads};
  p->measurements[p->measurement_count++] =
      (measurement){.subject = &p->subjects[p->subject_count - 1], .instance = *i};
}

/* Registers those that have not been repeated enough; the number of them. */
static size_t repeat_measurements(block_plan *p) {
  size_t more = 0;
  for (size_t i = 0; i < p->measurement_count; i++) more += measurement_repeat(&p->measurements[i]);
  return more;
}

static void run_measurements(block_plan *p) {
  session *s = p->session;
  const phase outer = phase_enter(&s->phases, PHASE_REFERENCE);
  for (int kind = 0; kind < INPUTS; kind++)
    if (s->inputs[kind] && check_case_create(&p->block->problem, inputs_mode((inputs)kind), s->options.seed,
                                             omp_get_num_procs(), &p->data[kind]))
      snprintf(p->no_data, sizeof p->no_data, "cannot be checked: %s", gconv_last_error());
  phase_enter(&s->phases, outer);
  block_each(s, p->block, take_instance, p);
  for (size_t i = 0; i < p->measurement_count && !gbench_stopped(); i++) {
    measurement *m = &p->measurements[i];
    watchdog_guard(measurement_late, m);
    if (!m->subject->prepared) subject_prepare(m->subject, m->instance.name);
    measurement_register(m);
    watchdog_rest();
  }
  gbench_run(s->options.seed, s->job);
  while (!gbench_stopped() && repeat_measurements(p)) gbench_run(s->options.seed, true);
  for (size_t i = 0; i < p->measurement_count; i++) measurement_finish(&p->measurements[i]);
}

void block_announce(session *s, const block *b) {
  char title[NAME_MAX_LENGTH];
  snprintf(title, sizeof title, "%s %s", gconv_direction_name(b->problem.direction), b->text);
  progress_block(&s->progress, title);
}

gconv_status block_run(session *s, const block *b) {
  size_t count = 0;
  block_each(s, b, count_one, &count);
  if (!count) return GCONV_OK;
  block_announce(s, b);
  s->turn = 0;
  if (!s->job) s->budget = deadline_budget(&s->deadline, count, &s->phases);
  const phase outer = phase_enter(&s->phases, PHASE_CEILINGS);
  peak_probe(&s->peaks, s->probe_mask, probe_seconds);
  phase_enter(&s->phases, outer);

  block_plan p = {.session = s, .block = b};
  p.subjects = calloc(count, sizeof *p.subjects);
  p.measurements = calloc(count, sizeof *p.measurements);
  const bool enough = p.subjects && p.measurements;
  if (enough) run_measurements(&p);
  summary_block(s);
  for (size_t i = 0; i < p.subject_count; i++) subject_free(&p.subjects[i]);
  free(p.measurements);
  free(p.subjects);
  for (int kind = 0; kind < INPUTS; kind++) check_case_free(p.data[kind]);
  return enough ? GCONV_OK : gconv_error(GCONV_NO_MEMORY, "no memory for %zu benchmarks", count);
}
