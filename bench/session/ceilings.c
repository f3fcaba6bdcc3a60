/* ceilings.c - one table of kinds says what a line may be called, for reading and writing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ceilings.h"

#include "core/error.h"
#include "files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *name_isa(int i) { return gconv_isa_name((gconv_isa)i); }
static const char *name_level(int i) { return memory_level_name((memory_level)i); }
static const char *name_speed(int i) { return speed_name((speed_kind)i); }

static const struct {
  const char *name;
  const char *(*figure)(int i);
  int count;
  size_t offset, size; /* of the array in ceilings, of its row for one thread count */
} kinds[] = {
    {"peak", name_isa, GCONV_ISAS, offsetof(ceilings, peak), sizeof((ceilings *)0)->peak[0]},
    {"bandwidth", name_level, LEVELS, offsetof(ceilings, gbps), sizeof((ceilings *)0)->gbps[0]},
    {"speed", name_speed, SPEED_KINDS, offsetof(ceilings, speed), sizeof((ceilings *)0)->speed[0]},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static double *figures_of(ceilings *c, int kind, int t) {
  return (double *)(void *)((char *)c + kinds[kind].offset + (size_t)t * kinds[kind].size);
}

ceilings ceilings_of(const session *s) {
  ceilings c = {0};
  const options *o = &s->options;
  for (int t = 0; t < o->thread_count; t++) {
    for (int isa = 0; isa < GCONV_ISAS; isa++) c.peak[t][isa] = peak_gflops(&s->peaks, (gconv_isa)isa, o->threads[t]);
    for (int level = 0; level < LEVELS; level++)
      c.gbps[t][level] = bandwidth_best(&s->bandwidths, o->threads[t], (memory_level)level);
  }
  memcpy(c.speed, s->probe.best, sizeof c.speed);
  return c;
}

void ceilings_adopt(session *s, const ceilings *c) {
  const options *o = &s->options;
  peak_init(&s->peaks, o->threads, o->thread_count);
  bandwidth_prepare(&s->bandwidths, o->threads, o->thread_count);
  for (int t = 0; t < o->thread_count; t++) {
    for (int isa = 0; isa < GCONV_ISAS; isa++) spread_add(&s->peaks.gflops[t][isa], c->peak[t][isa]);
    for (int level = 0; level < LEVELS; level++) spread_add(&s->bandwidths.gbps[t][level][0], c->gbps[t][level]);
  }
  speed_probe_set_up(&s->probe, &s->bandwidths);
  memcpy(s->probe.best, c->speed, sizeof s->probe.best);
}

static void print_title(char *line, size_t size) {
  static const char cpuinfo[] = "/proc/cpuinfo";
  char name[96] = "unknown", family[16] = "?", number[16] = "?";
  read_field(cpuinfo, "model name", ':', name, sizeof name);
  read_field(cpuinfo, "cpu family", ':', family, sizeof family);
  read_field(cpuinfo, "model", ':', number, sizeof number);
  snprintf(line, size, "# gconv-ceilings 2: %s, family %s, model %s\n", name, family, number);
}

/* Takes "peak avx2 t1 59.0"; thread counts that are not the session's are passed over. False for any other line. */
static bool take_line(const options *o, const char *line, ceilings *c, unsigned seen[OPTION_THREADS_MAX]) {
  char kind[16], figure[16];
  int threads, taken = 0;
  double value;
  if (sscanf(line, "%15s %15s t%d %lf%n", kind, figure, &threads, &value, &taken) != 4 || line[taken] != '\n')
    return false;
  if (!(value >= 0 && value < 1e9)) return false;
  for (int k = 0; k < KINDS; k++)
    for (int i = 0; i < kinds[k].count && !strcmp(kind, kinds[k].name); i++)
      if (!strcmp(figure, kinds[k].figure(i))) {
        for (int t = 0; t < o->thread_count; t++)
          if (o->threads[t] == threads) figures_of(c, k, t)[i] = value, seen[t] |= 1u << k;
        return true;
      }
  return false;
}

gconv_status ceilings_read(const session *s, const char *path, ceilings *c, bool *found) {
  char title[256], line[256];
  unsigned seen[OPTION_THREADS_MAX] = {0};
  int number = 1;
  *c = (ceilings){0};
  *found = false;
  FILE *in = fopen(path, "r");
  if (!in && errno == ENOENT) return GCONV_OK;
  if (!in) return gconv_error(GCONV_INVALID, "%s: %s", path, strerror(errno));
  print_title(title, sizeof title);
  gconv_status status = GCONV_OK;
  const bool begun = fgets(line, sizeof line, in);
  if (ferror(in))
    status = gconv_error(GCONV_INVALID, "%s: %s", path, strerror(errno));
  else if (!begun || strcmp(line, title))
    status = gconv_error(GCONV_INVALID, "%s: not of this processor: its first line is not '%.*s'", path,
                         (int)strcspn(title, "\n"), title);
  while (!status && fgets(line, sizeof line, in)) {
    number++;
    if (!take_line(&s->options, line, c, seen))
      status = gconv_error(GCONV_INVALID, "%s:%d: no figure: '%.*s'", path, number, (int)strcspn(line, "\n"), line);
  }
  fclose(in);
  *found = !status;
  for (int t = 0; t < s->options.thread_count; t++) *found = *found && seen[t] == (1u << KINDS) - 1;
  return status;
}

bool ceilings_write(const session *s, const char *path) {
  char title[256];
  FILE *out = fopen(path, "w");
  if (!out) return false;
  print_title(title, sizeof title);
  fputs(title, out);
  ceilings c = ceilings_of(s);
  for (int k = 0; k < KINDS; k++)
    for (int t = 0; t < s->options.thread_count; t++)
      for (int i = 0; i < kinds[k].count; i++) {
        const double value = figures_of(&c, k, t)[i];
        if (value > 0)
          fprintf(out, "%s %s t%d %.6g\n", kinds[k].name, kinds[k].figure(i), s->options.threads[t], value);
      }
  const bool written = !ferror(out);
  return !fclose(out) && written;
}
