/* csv.c - the columns as a table: name, kind, place in csv_row. Order and names are a public contract; new columns go
 * to the end. */
#include "csv.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef enum { TEXT, INTEGER, REAL, NANOSECONDS } kind;

typedef struct {
  const char *name;
  kind kind;
  size_t offset;
} column;

#define COLUMN(kind, field)                                                                                            \
  { #field, kind, offsetof(csv_row, field) }

static const column columns[] = {
    COLUMN(TEXT, set),
    COLUMN(TEXT, name),
    COLUMN(TEXT, problem),
    COLUMN(TEXT, direction),
    COLUMN(TEXT, layout),
    COLUMN(TEXT, kernel),
    COLUMN(TEXT, isa),
    COLUMN(TEXT, plan),
    COLUMN(INTEGER, threads),
    COLUMN(TEXT, cache),
    COLUMN(INTEGER, batch),
    COLUMN(INTEGER, params),
    COLUMN(INTEGER, macs),
    COLUMN(INTEGER, min_bytes),
    COLUMN(NANOSECONDS, time_min_ns),
    COLUMN(NANOSECONDS, time_median_ns),
    COLUMN(REAL, time_cv),
    COLUMN(INTEGER, repetitions),
    COLUMN(REAL, gflops),
    COLUMN(REAL, pct_peak),
    COLUMN(REAL, pct_roof),
    COLUMN(REAL, err),
    COLUMN(TEXT, status),
    COLUMN(TEXT, reason),
    COLUMN(INTEGER, packed_bytes),
    COLUMN(INTEGER, workspace_bytes),
    COLUMN(INTEGER, executed_macs),
    COLUMN(REAL, lane_use),
    COLUMN(INTEGER, macs_nominal),
    COLUMN(INTEGER, ic),
    COLUMN(INTEGER, oc),
    COLUMN(INTEGER, groups),
    COLUMN(INTEGER, icg),
    COLUMN(INTEGER, ocg),
    COLUMN(INTEGER, kh),
    COLUMN(INTEGER, kw),
    COLUMN(INTEGER, stride_h),
    COLUMN(INTEGER, stride_w),
    COLUMN(INTEGER, ih),
    COLUMN(INTEGER, iw),
    COLUMN(INTEGER, multiplicity),
    COLUMN(TEXT, time_reps_ns),
    COLUMN(NANOSECONDS, pack_ns),
    COLUMN(REAL, peak_gflops),
    COLUMN(TEXT, cpus),
    COLUMN(INTEGER, copies),
    COLUMN(INTEGER, rotated_bytes),
    COLUMN(INTEGER, huge_page_bytes),
    COLUMN(TEXT, counters),
    COLUMN(TEXT, counters_per_mac),
    COLUMN(TEXT, counters_per_byte),
    COLUMN(REAL, ipc),
    COLUMN(REAL, ghz),
    COLUMN(NANOSECONDS, stage_pack_src_ns),
    COLUMN(NANOSECONDS, stage_transform_ns),
    COLUMN(NANOSECONDS, stage_compute_ns),
    COLUMN(NANOSECONDS, stage_untransform_ns),
    COLUMN(NANOSECONDS, stage_unpack_dst_ns),
    COLUMN(NANOSECONDS, stage_other_ns),
    COLUMN(NANOSECONDS, stage_total_ns),
    COLUMN(NANOSECONDS, stage_clock_ns),
    COLUMN(REAL, intensity),
    COLUMN(REAL, attainable_gflops),
    COLUMN(TEXT, roof),
    COLUMN(TEXT, level),
    COLUMN(TEXT, form),
    COLUMN(REAL, images_per_s),
    COLUMN(NANOSECONDS, time_ci_lo_ns),
    COLUMN(NANOSECONDS, time_ci_hi_ns),
    COLUMN(INTEGER, discarded),
    COLUMN(INTEGER, slow),
    COLUMN(INTEGER, page_faults),
    COLUMN(INTEGER, switches),
    COLUMN(NANOSECONDS, waited_ns),
    COLUMN(NANOSECONDS, steal_ns),
    COLUMN(TEXT, marks),
    COLUMN(TEXT, data),
    COLUMN(NANOSECONDS, placement_min_ns),
    COLUMN(NANOSECONDS, placement_max_ns),
    COLUMN(TEXT, placement_best),
    COLUMN(TEXT, placement_worst),
    COLUMN(TEXT, pass),
    COLUMN(TEXT, time_reps_turn),
    COLUMN(NANOSECONDS, foreign_ns),
    COLUMN(REAL, speed_fma),
    COLUMN(REAL, speed_l2),
    COLUMN(REAL, speed_l3),
    COLUMN(INTEGER, allocations),
    COLUMN(REAL, allocation_spread),
    COLUMN(INTEGER, processes),
    COLUMN(TEXT, process_repetitions),
    COLUMN(TEXT, process_medians_ns),
    COLUMN(REAL, err_gamma),
    COLUMN(REAL, err_rms),
    COLUMN(INTEGER, calls_compared),
};

enum { COLUMNS = sizeof columns / sizeof *columns };

const csv_row csv_empty_row = {
    .threads = -1,
    .batch = -1,
    .params = -1,
    .macs = -1,
    .min_bytes = -1,
    .time_min_ns = NAN,
    .time_median_ns = NAN,
    .time_cv = NAN,
    .repetitions = -1,
    .gflops = NAN,
    .pct_peak = NAN,
    .pct_roof = NAN,
    .err = NAN,
    .err_gamma = NAN,
    .err_rms = NAN,
    .packed_bytes = -1,
    .workspace_bytes = -1,
    .executed_macs = -1,
    .lane_use = NAN,
    .macs_nominal = -1,
    .ic = -1,
    .oc = -1,
    .groups = -1,
    .icg = -1,
    .ocg = -1,
    .kh = -1,
    .kw = -1,
    .stride_h = -1,
    .stride_w = -1,
    .ih = -1,
    .iw = -1,
    .multiplicity = -1,
    .pack_ns = NAN,
    .peak_gflops = NAN,
    .copies = -1,
    .rotated_bytes = -1,
    .huge_page_bytes = -1,
    .ipc = NAN,
    .ghz = NAN,
    .stage_pack_src_ns = NAN,
    .stage_transform_ns = NAN,
    .stage_compute_ns = NAN,
    .stage_untransform_ns = NAN,
    .stage_unpack_dst_ns = NAN,
    .stage_other_ns = NAN,
    .stage_total_ns = NAN,
    .stage_clock_ns = NAN,
    .intensity = NAN,
    .attainable_gflops = NAN,
    .level = "layer",
    .form = "-",
    .images_per_s = NAN,
    .time_ci_lo_ns = NAN,
    .time_ci_hi_ns = NAN,
    .discarded = -1,
    .slow = -1,
    .page_faults = -1,
    .switches = -1,
    .waited_ns = NAN,
    .steal_ns = NAN,
    .foreign_ns = NAN,
    .data = "real",
    .placement_min_ns = NAN,
    .placement_max_ns = NAN,
    .speed_fma = NAN,
    .speed_l2 = NAN,
    .speed_l3 = NAN,
    .allocations = -1,
    .allocation_spread = NAN,
    .processes = -1,
    .calls_compared = -1,
};

static void put_text(FILE *out, const char *text) {
  if (!text[strcspn(text, ",\"\r\n")]) {
    fputs(text, out);
    return;
  }
  fputc('"', out);
  for (; *text; text++) fputs(*text == '"' ? "\"\"" : (const char[]){*text, 0}, out);
  fputc('"', out);
}

static void put_field(FILE *out, const column *c, const csv_row *row) {
  const void *field = (const char *)row + c->offset;
  if (c->kind == TEXT) {
    const char *text = *(const char *const *)field;
    if (text) put_text(out, text);
  } else if (c->kind == INTEGER) {
    const int64_t value = *(const int64_t *)field;
    if (value >= 0) fprintf(out, "%lld", (long long)value);
  } else {
    const double value = *(const double *)field;
    if (!isnan(value)) fprintf(out, c->kind == REAL ? "%.6g" : "%.1f", value);
  }
}

char *csv_line(const csv_row *row, size_t *length) {
  char *line = NULL;
  FILE *out = open_memstream(&line, length);
  if (!out) return NULL;
  for (int i = 0; i < COLUMNS; i++) {
    if (i) fputc(',', out);
    if (row)
      put_field(out, &columns[i], row);
    else
      fputs(columns[i].name, out);
  }
  fputc('\n', out);
  const bool whole = !ferror(out); /* closing says nothing of text that found no memory */
  if (!fclose(out) && whole) return line;
  free(line);
  return NULL;
}

char *csv_header(void) { return csv_line(NULL, &(size_t){0}); }

/* Best effort: without it a reader meets half a line. */
static void cut_back(int file, ssize_t bytes) {
  const off_t at = lseek(file, 0, SEEK_CUR);
  if (at > bytes && ftruncate(file, at - bytes)) return;
}

/* One write call a line: a process that is killed leaves no half of one, and a disk that is full keeps none. */
static void write_line(csv_file *csv, const csv_row *row) {
  size_t length;
  char *line = csv_line(row, &length);
  errno = line ? 0 : ENOMEM;
  const ssize_t written = line ? write(csv->file, line, length) : 0;
  free(line);
  if (errno || written != (ssize_t)length) csv->error = errno ? errno : ENOSPC;
  if (csv->error && written > 0) cut_back(csv->file, written);
}

bool csv_open(csv_file *csv, const char *path) {
  *csv = (csv_file){.file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)};
  return csv->file >= 0 && csv_begin(csv);
}

bool csv_begin(csv_file *csv) {
  write_line(csv, NULL);
  errno = csv->error;
  return !csv->error;
}

void csv_write(csv_file *csv, const csv_row *row) {
  if (csv->file >= 0 && !csv->error) write_line(csv, row);
}

void csv_lose(csv_file *csv) {
  if (csv->file >= 0 && !csv->error) csv->error = ENOMEM;
}

bool csv_close(csv_file *csv) {
  if (csv->file >= 0 && close(csv->file) && !csv->error) csv->error = errno;
  csv->file = -1;
  errno = csv->error;
  return !csv->error;
}
