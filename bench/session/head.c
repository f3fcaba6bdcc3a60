/* head.c - what a reader of the tables must know of the machine, out of the context that JSON gets whole. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "files.h"
#include "gbench.h"
#include "printing.h"
#include "summary.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  const char *key;
  char *value;
  size_t size;
} wanted_line;

static void take_line(const char *key, const char *value, void *context) {
  const wanted_line *wanted = context;
  if (!strcmp(key, wanted->key)) snprintf(wanted->value, wanted->size, "%s", value);
}

/* A line of the context; "not measured" if there is none. */
static const char *line_of(const char *key, char *value, size_t size) {
  snprintf(value, size, "not measured");
  gbench_each_context(take_line, &(wanted_line){key, value, size});
  return value;
}

static void print_threads(const session *s, gconv_isa isa) {
  printf("%7s  %12s", "threads", "peak GFLOP/s");
  for (int level = 0; level < LEVELS; level++) printf("  %6s", memory_level_name((memory_level)level));
  puts(" GB/s  cpus");
  for (int t = 0; t < s->options.thread_count; t++) {
    const int threads = s->options.threads[t];
    char text[FIGURE_MAX], cpus[40];
    printf("%7d  %12s", threads, figure_text(peak_gflops(&s->peaks, isa, threads), 4, text));
    for (int level = 0; level < LEVELS; level++) {
      const double gbps = bandwidth_best(&s->bandwidths, threads, (memory_level)level);
      printf("  %6s", gbps > 0 ? figure_text(gbps, 3, text) : "-");
    }
    snprintf(cpus, sizeof cpus, "%s", s->cpus[t]);
    if (strlen(s->cpus[t]) >= sizeof cpus) memcpy(&cpus[sizeof cpus - 4], "...", 4);
    printf("       %s\n", cpus);
  }
}

void summary_head(const session *s) {
  char name[64] = "processor of unknown name", value[256];
  const bool here = !strcmp(line_of("ceilings", value, sizeof value), "of this run");
  const gconv_isa isa = gconv_isa_best(gconv_isa_detect() & s->options.isa_mask);
  if (!here) {
    printf("gconv %s, ceilings: %s\n", gconv_version(), value);
    return;
  }
  read_field("/proc/cpuinfo", "model name", ':', name, sizeof name);
  printf("gconv %s on %s, with %s\n", gconv_version(), name, gconv_isa_name(isa));
  print_threads(s, isa);
  char clock[256], sentence[1024];
  snprintf(sentence, sizeof sentence, "the harness takes %s ns a call; clock trusted: %s",
           line_of("harness_ns_per_iteration", value, sizeof value), line_of("clock_trusted", clock, sizeof clock));
  put_wrapped(sentence, 0, 0);
  printf("%s before a ratio: its interval and the fastest's overlap; ?: fewer than 6 repetitions have none\n",
         sign_about());
}
