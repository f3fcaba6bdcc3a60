/* csv.h - results as tidy rows (RFC 4180), each written at once: a killed run leaves a valid file of what was measured.
 */
#ifndef GCONV_RUN_CSV_H
#define GCONV_RUN_CSV_H

#include "gconv.h"

/* One row. Texts may be NULL, integers negative and reals NaN where there is nothing to say: the field is then empty.
 */
typedef struct {
  const char *set, *name, *problem, *direction, *layout, *kernel, *isa, *plan;
  int64_t threads;
  const char *cache;
  int64_t batch, params, macs, min_bytes;
  double time_min_ns, time_median_ns, time_cv;
  int64_t repetitions;
  double gflops, pct_peak, pct_roof, err;
  const char *status, *reason;
  int64_t packed_bytes, workspace_bytes, executed_macs;
  double lane_use;
  int64_t macs_nominal, ic, oc, groups, icg, ocg, kh, kw, stride_h, stride_w, ih, iw, multiplicity;
  const char *time_reps_ns;      /* every repetition, separated by ';' */
  double pack_ns;                /* packing the weights, once, untimed elsewhere */
  double peak_gflops;            /* what pct_peak is a share of */
  const char *cpus;              /* where the threads ran */
  int64_t copies, rotated_bytes; /* of the weights; what is used before the first copy's turn comes again */
  int64_t huge_page_bytes;       /* of all buffers; negative where the system does not tell */
  /* With --counters, "name=value;..." of one call, all threads together: as it is, a MAC (of `macs`), a byte
   * (min_bytes). */
  const char *counters, *counters_per_mac, *counters_per_byte;
  double ipc, ghz;
  /* With --stages, of one call in a run of its own: they add up to stage_total_ns. stage_clock_ns of that is the clock.
   */
  double stage_pack_src_ns, stage_transform_ns, stage_compute_ns, stage_untransform_ns, stage_unpack_dst_ns;
  double stage_other_ns, stage_total_ns, stage_clock_ns;
  double intensity;                    /* FLOP a byte of the tensors, each moved once */
  double attainable_gflops;            /* what pct_roof is a share of */
  const char *roof;                    /* what sets it: "peak", or the level whose bandwidth does */
  const char *level;                   /* "layer", "block", "network", or "network-layer": a step of a network */
  const char *pass;                    /* of a block or network: "infer", "train"; empty for layers */
  const char *form;                    /* of a block: "a", "b", "c"; "-" where there is one form */
  double images_per_s;                 /* of a block or network */
  double time_ci_lo_ns, time_ci_hi_ns; /* 95 % confidence interval of the median */
  int64_t discarded;                   /* disturbed repetitions that are not in the figures */
  /* Of those that are: repetitions during which the machine was slow; what the system did in all of them. */
  int64_t slow, page_faults, switches;
  double waited_ns, steal_ns;
  double foreign_ns; /* CPU time of threads that OpenMP did not start */
  /* With --placements: a call where in their pages the tensors suit it best and worst, and what places these are. */
  double placement_min_ns, placement_max_ns;
  const char *placement_best, *placement_worst;
  double err_gamma, err_rms;  /* of the check, in units that are the same for every kernel (check.h) */
  const char *data;           /* the numbers: "real", "denormal", "flushed" */
  const char *time_reps_turn; /* of each of time_reps_ns, which repetition it was of all on its problem: 1, 2, ... */
  const char *marks; /* "slow loads interrupted moved foreign steal faults pages processes": which of them there were */
  /* Medians over the repetitions of this process: what the canaries reached, as shares of the run's best. */
  double speed_fma, speed_l2, speed_l3;
  int64_t allocations;                                  /* sets of buffers that repetitions took turns in */
  double allocation_spread;                             /* the largest of their medians over the smallest */
  int64_t processes;                                    /* whose repetitions these are */
  const char *process_repetitions, *process_medians_ns; /* of each, separated by ';', in the order of time */
  int64_t calls_compared;                               /* before timing, and the last ones of repetitions */
} csv_row;

extern const csv_row csv_empty_row;

/* Rows in memory, as a file has them. */
typedef struct {
  char *text;
  size_t size;
  bool lost; /* there was no memory for some */
} csv_text;

typedef struct {
  int file;  /* -1: none */
  int error; /* errno of the first write that failed */
} csv_file;

/* Creates or empties the file and writes the header. False with errno. */
bool csv_open(csv_file *csv, const char *path);
/* The header, into a file that is open and empty. */
bool csv_begin(csv_file *csv);
/* A row, or without one the header, with its line end; to be freed, NULL without memory. */
char *csv_line(const csv_row *row, size_t *length);
char *csv_header(void); /* as written, for whoever reads the file again; to be freed, NULL without memory */
void csv_write(csv_file *csv, const csv_row *row);
/* There was no memory for what a row should say: as a failed write, from which on nothing is written. */
void csv_lose(csv_file *csv);
/* False with errno if anything could not be written. */
bool csv_close(csv_file *csv);

#endif
