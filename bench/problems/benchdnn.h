/* benchdnn.h - what the options in a file of benchdnn mean for the descriptors behind them. Source: oneDNN,
 * tests/benchdnn/doc/driver_conv.md, knobs_common.md and conv/bench_conv.cpp. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_BENCH_BENCHDNN_H
#define GCONV_BENCH_BENCHDNN_H

#include "gconv.h"

enum { BENCHDNN_BATCHES = 16 }; /* batches of one --mb= */

/* Options hold for all that follows, also behind the end of a file named with --batch=, until they change. */
typedef struct {
  unsigned directions;           /* bits 1u << gconv_direction; 0 as long as no --dir= was met */
  int batches[BENCHDNN_BATCHES]; /* 0: as the descriptor says */
  int batch_count;
  bool other_type;   /* --dt= or --cfg= leaves out f32 */
  bool other_driver; /* of --matmul, --deconv and so on, not --conv */
} benchdnn_settings;

typedef enum {
  BENCHDNN_DESCRIPTOR, /* no option */
  BENCHDNN_FOLLOWED,
  BENCHDNN_PASSED_OVER, /* an option that says nothing here */
  BENCHDNN_BATCH,       /* --batch=: the caller reads that file */
  BENCHDNN_BAD          /* gconv_last_error() says what is wrong with its value */
} benchdnn_word;

extern const char benchdnn_batch[]; /* "--batch=" */

void benchdnn_reset(benchdnn_settings *s);
benchdnn_word benchdnn_take(benchdnn_settings *s, const char *word);

/* A sentence about the format that the line is of, if it is one of those that hold problems in other words: oneDNN's
 * verbose log, MIOpenDriver's commands. Else NULL. */
const char *benchdnn_stranger(const char *line);

#endif
