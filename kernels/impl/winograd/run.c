/* run.c - units of work, each a cluster and a block of tiles, shared out in equal contiguous ranges, a cluster's blocks
 * one after the other so that its weights stay in a cache. Every output is computed by one thread in one order: results
 * depend neither on the thread count nor on the size of a block. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/clock.h"
#include "core/parallel.h"
#include "core/workspace.h"
#include "impl/winograd/winograd.h"

#include <string.h>

typedef struct {
  const gconv_plan *plan;
  const gconv_args *args;
} run;

static winograd_part part_of(const winograd_state *s, int block) {
  const int64_t first = (int64_t)block * s->block;
  return (winograd_part){.g = &s->g, .first = first, .count = (int)gconv_min64(s->tiles - first, s->block)};
}

/* All xi and all vectors of a cluster. Runs of tiles differ by one at most, so that none is too narrow to hide the
 * latency of its FMAs. */
static void products(const run *r, const winograd_cluster *c, int count, const float *v, float *m) {
  const winograd_state *s = r->plan->state;
  const int icg = r->plan->problem.icg;
  const float *wei = r->args->packed.data;
  const ptrdiff_t vector = (ptrdiff_t)icg * VL, wei_xi = (ptrdiff_t)c->dst_blocks * BLOCK * icg;
  for (int xi = 0; xi < s->g.alpha * s->g.alpha; xi++)
    for (int j = c->job_first; j < c->job_first + c->jobs; j++) {
      const winograd_job *job = &s->job[j];
      const int runs = (int)gconv_ceil_div(count, job->width);
      winograd_product a = {.source = &job->source,
                            .v_block = s->v_at.block,
                            .wei = wei + c->wei + xi * wei_xi + job->vector * vector,
                            .wei_vector = vector};
      for (int n = 0; n < runs; n++) {
        const int first = count * n / runs, last = count * (n + 1) / runs;
        a.v = v + xi * s->v_at.xi + (ptrdiff_t)first * BLOCK;
        for (int k = 0; k < job->vectors; k++)
          a.m[k] =
              m + xi * s->m_at.xi + channel_offset((job->vector + k) * VL, s->m_at.block) + (ptrdiff_t)first * BLOCK;
        job->run[last - first - 1](&a);
      }
    }
}

static void run_unit(const run *r, int64_t unit, int thread, float *v, float *m) {
  const winograd_state *s = r->plan->state;
  const gconv_args *args = r->args;
  const winograd_cluster *c = &s->cluster[unit / s->blocks];
  winograd_part part = part_of(s, (int)(unit % s->blocks));
  uint64_t start = gconv_tick(args->clock);
  part.block = c->src_block, part.blocks = c->src_blocks, part.at = s->v_at;
  ISA_NAME(winograd_input)(s->tile)(&part, args->src.data, v);
  gconv_tock(args->clock, thread, GCONV_STAGE_TRANSFORM, start);
  start = gconv_tick(args->clock);
  products(r, c, part.count, v, m);
  gconv_tock(args->clock, thread, GCONV_STAGE_COMPUTE, start);
  start = gconv_tick(args->clock);
  part.block = c->dst_block, part.blocks = c->dst_blocks, part.at = s->m_at;
  ISA_NAME(winograd_output)(s->tile)(&part, m, args->dst.data);
  gconv_tock(args->clock, thread, GCONV_STAGE_UNTRANSFORM, start);
}

static void zero(float *dst, ptrdiff_t pixels) { memset(dst, 0, (size_t)pixels * BLOCK * sizeof *dst); }

/* Outputs of one plane that see nothing but padding. */
static void zero_plane(const winograd_geometry *g, float *dst) {
  zero(dst, (ptrdiff_t)g->y_first * g->ow);
  zero(dst + g->y_last * g->dst_row, (ptrdiff_t)(g->oh - g->y_last) * g->ow);
  for (int y = g->y_first; y < g->y_last; y++) {
    zero(dst + y * g->dst_row, g->x_first);
    zero(dst + y * g->dst_row + (ptrdiff_t)g->x_last * BLOCK, g->ow - g->x_last);
  }
}

static bool is_covered(const winograd_geometry *g) {
  return g->y_first == 0 && g->y_last == g->oh && g->x_first == 0 && g->x_last == g->ow;
}

static void run_share(const void *arg, int thread, int threads) {
  const run *r = arg;
  const winograd_state *s = r->plan->state;
  char *workspace = gconv_grant(r->args->workspace.data, (size_t)thread * s->per_thread);
  const int64_t units = (int64_t)s->clusters * s->blocks;
  for (int64_t u = units * thread / threads; u < units * (thread + 1) / threads; u++)
    run_unit(r, u, thread, gconv_grant(workspace, s->v), gconv_grant(workspace, s->m));
  if (is_covered(&s->g)) return;
  const int64_t planes = (int64_t)r->plan->problem.batch * (s->g.dst_image / s->g.dst_block);
  for (int64_t i = planes * thread / threads; i < planes * (thread + 1) / threads; i++)
    zero_plane(&s->g, (float *)r->args->dst.data + i * s->g.dst_block);
}

gconv_status ISA_NAME(winograd_execute)(const gconv_plan *plan, const gconv_args *args) {
  gconv_parallel(plan->env.threads, run_share, &(run){plan, args});
  return GCONV_OK;
}
