/* describe.h - what rows of layers and of nets have in common: figures of repetitions, stages, counters. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_CASES_DESCRIBE_H
#define GCONV_CASES_DESCRIBE_H

#include "bench_case.h"

/* Texts that must outlive the row. */
enum { COUNTED_TEXTS = 3 };
typedef struct {
  char *times, *turns, *process_repetitions, *process_medians, marks[MARKS_MAX];
  char *counted[COUNTED_TEXTS];
} row_texts;

/* Direction, batch, sizes and counts. */
void describe_problem(const gconv_problem *p, csv_row *row);
/* Times of repetitions and, after macs, what they are of `peak`: GFLOP/s; 0 where it is unknown. */
void describe_stats(const stats *s, double peak, csv_row *row);
/* The same of those that count, and what was around them. */
void describe_figures(const figures *f, double peak, csv_row *row, row_texts *texts);
/* Stages and counters, where they were asked for; after macs and min_bytes. */
void describe_extras(const bench_case *c, csv_row *row, row_texts *texts);
bool row_texts_known(const row_texts *texts); /* false: there was no memory for one of the figures' */
void row_texts_free(row_texts *texts);

#endif
