/* plan.c - what Winograd convolution takes, its tiles, its clusters of groups and the size of a unit of work. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common/operand_source.h"
#include "core/error.h"
#include "core/saturate.h"
#include "core/workspace.h"
#include "impl/winograd/winograd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *ISA_NAME(winograd_supports)(const gconv_problem *p) {
  if (p->kh != 3 || p->kw != 3) return "only 3x3 kernels have these transforms";
  if (p->stride_h != 1 || p->stride_w != 1) return "only stride 1: neighbouring outputs must share inputs";
  if (p->dilation_h || p->dilation_w) return "only dense kernels: dilation is not 0";
  return NULL;
}

static winograd_geometry geometry_of(const gconv_problem *p, int tile) {
  winograd_geometry g = {.m = winograd_matrix[tile].m,
                         .ih = p->ih,
                         .iw = p->iw,
                         .oh = p->oh,
                         .ow = p->ow,
                         .pad_top = p->pad_top,
                         .pad_left = p->pad_left,
                         .y_first = gconv_min(gconv_max(0, p->pad_top - p->kh + 1), p->oh),
                         .x_first = gconv_min(gconv_max(0, p->pad_left - p->kw + 1), p->ow)};
  g.alpha = g.m + COOK_TOOM_TAPS - 1;
  g.y_last = gconv_max(g.y_first, gconv_min(p->oh, p->ih + p->pad_top));
  g.x_last = gconv_max(g.x_first, gconv_min(p->ow, p->iw + p->pad_left));
  g.rows = (int)gconv_ceil_div(g.y_last - g.y_first, g.m);
  g.columns = (int)gconv_ceil_div(g.x_last - g.x_first, g.m);
  g.src_row = (ptrdiff_t)p->iw * BLOCK;
  g.src_block = g.src_row * p->ih;
  g.src_image = g.src_block * gconv_ceil_div(p->ic, BLOCK);
  g.dst_row = (ptrdiff_t)p->ow * BLOCK;
  g.dst_block = g.dst_row * p->oh;
  g.dst_image = g.dst_block * gconv_ceil_div(p->oc, BLOCK);
  return g;
}

/* The fewest groups that fill whole blocks on both sides. */
static int groups_of_cluster(const gconv_problem *p) {
  int groups = 1;
  while (groups < BLOCK && (groups * p->icg % BLOCK || groups * p->ocg % BLOCK)) groups *= 2;
  return gconv_min(groups, p->groups);
}

static winograd_job job_of(const gconv_problem *p, const winograd_cluster *c, int vector, int32_t *index) {
  winograd_job job = {.source = operand_source_of(p, vector, index), .vectors = 1};
  if (operand_shared(p, &job.source, vector)) job.vectors = 2;
  job.source.channel -= c->src_block * BLOCK;
  job.vector = vector - c->dst_block * (BLOCK / VL);
  job.run = ISA_NAME(winograd_products)(job.source.mode, job.vectors, &job.width);
  if (!job.source.groups) job.source.icg = job.source.channel = 0; /* padding lanes only: zeros, and nothing is read */
  return job;
}

static void fill_clusters(const gconv_problem *p, winograd_state *s, int32_t *index) {
  const int groups = groups_of_cluster(p), vectors_of_block = BLOCK / VL;
  int job = 0;
  for (int i = 0; i < s->clusters; i++) {
    winograd_cluster *c = &s->cluster[i];
    const int first = i * groups, last = gconv_min(first + groups, p->groups);
    c->src_block = first * p->icg / BLOCK;
    c->dst_block = first * p->ocg / BLOCK;
    c->src_blocks = (int)gconv_ceil_div(last * p->icg, BLOCK) - c->src_block;
    c->dst_blocks = (int)gconv_ceil_div(last * p->ocg, BLOCK) - c->dst_block;
    c->job_first = job;
    c->wei = (ptrdiff_t)s->g.alpha * s->g.alpha * c->dst_block * BLOCK * p->icg;
    const int end = (c->dst_block + c->dst_blocks) * vectors_of_block;
    for (int v = c->dst_block * vectors_of_block; v < end; v += s->job[job++].vectors) {
      s->job[job] = job_of(p, c, v, index);
      if (s->job[job].source.index) index += (ptrdiff_t)p->icg * VL;
    }
    c->jobs = job - c->job_first;
    s->src_blocks = gconv_max(s->src_blocks, c->src_blocks);
    s->dst_blocks = gconv_max(s->dst_blocks, c->dst_blocks);
  }
}

/* Tiles of a unit: V and M take at most half of L2, the rest is for the weights that pass through; every thread gets
 * the same number of units where that is possible. */
static void choose_block(const gconv_plan *plan, winograd_state *s) {
  const int64_t xis = (int64_t)s->g.alpha * s->g.alpha;
  const int64_t tile_bytes = xis * (s->src_blocks + s->dst_blocks) * BLOCK * (int64_t)sizeof(float);
  const int64_t least = 2 * s->job[0].width; /* fewer, and the weights are read for too little work */
  int64_t blocks = gconv_ceil_div(s->tiles, gconv_max64((int64_t)(plan->env.caches.l2 / 2) / tile_bytes, least));
  const int threads = plan->env.threads;
  for (int64_t more = blocks; more < blocks + threads && more <= s->tiles; more++)
    if (more * s->clusters % threads == 0) {
      blocks = more;
      break;
    }
  s->block = s->tiles ? (int)gconv_ceil_div(s->tiles, blocks) : 0;
  s->blocks = s->block ? (int)gconv_ceil_div(s->tiles, s->block) : 0;
}

/* An odd number of cache lines from one xi to the next: a tile's alpha^2 lines would otherwise share few cache sets. */
static winograd_strides strides_of(const winograd_state *s, int blocks) {
  const ptrdiff_t block = (ptrdiff_t)s->block * BLOCK, lines = block * blocks / BLOCK;
  return (winograd_strides){.block = block, .xi = (lines | 1) * BLOCK};
}

static void book_workspace(gconv_plan *plan, winograd_state *s) {
  const size_t xis = (size_t)s->g.alpha * (size_t)s->g.alpha * sizeof(float);
  gconv_book book = {0};
  s->v_at = strides_of(s, s->src_blocks);
  s->m_at = strides_of(s, s->dst_blocks);
  s->v = gconv_book_add(&book, xis * (size_t)s->v_at.xi);
  s->m = gconv_book_add(&book, xis * (size_t)s->m_at.xi);
  s->per_thread = book.bytes;
  plan->kernel_workspace_bytes = s->per_thread * (size_t)plan->env.threads;
}

static winograd_state *allocate(const gconv_problem *p, int tile) {
  const size_t clusters = (size_t)gconv_ceil_div(p->groups, groups_of_cluster(p));
  const size_t vectors = (size_t)vectors_of(p->oc);
  const size_t index_count = p->icg <= VL ? vectors * (size_t)p->icg * VL : 0; /* only then lanes have numbers */
  const size_t jobs = sizeof(winograd_state) + clusters * sizeof(winograd_cluster);
  char *memory = calloc(1, jobs + vectors * sizeof(winograd_job) + index_count * sizeof(int32_t));
  winograd_state *s = (winograd_state *)memory;
  if (!s) return NULL;
  s->tile = tile;
  s->g = geometry_of(p, tile);
  s->tiles = (int64_t)p->batch * s->g.rows * s->g.columns;
  s->clusters = (int)clusters;
  s->cluster = (winograd_cluster *)(s + 1);
  s->job = (winograd_job *)(memory + jobs);
  fill_clusters(p, s, (int32_t *)(s->job + vectors));
  return s;
}

gconv_status ISA_NAME(winograd_plan)(gconv_plan *plan, int tile) {
  const gconv_problem *p = &plan->problem;
  winograd_state *s = allocate(p, tile);
  if (!s) return gconv_error(GCONV_NO_MEMORY, "no memory for the plan's %d output channels", p->oc);
  plan->state = s;
  choose_block(plan, s);
  book_workspace(plan, s);
  const int64_t xis = (int64_t)s->g.alpha * s->g.alpha, lanes = gconv_round_up(p->oc, BLOCK);
  plan->native_src_layout = plan->native_dst_layout = GCONV_NCHW16C;
  plan->packed_bytes = (size_t)(xis * lanes * p->icg) * sizeof(float);
  plan->executed_macs =
      gconv_saturated_product(gconv_saturated_product(s->tiles, xis), gconv_saturated_product(lanes, p->icg));
  plan->lane_use = (double)p->oc / (double)lanes;
  snprintf(plan->text, sizeof plan->text,
           "F(%dx%d,3x3), %d x %d tiles an image, products %s %d x %d, %d clusters, %d blocks of %d tiles", s->g.m,
           s->g.m, s->g.rows, s->g.columns, operand_mode_name(s->job[0].source.mode), s->job[0].vectors,
           s->job[0].width, s->clusters, s->blocks, s->block);
  return GCONV_OK;
}

void ISA_NAME(winograd_release)(gconv_plan *plan) { free(plan->state); }
