/* phases.h - what the time of a run goes into. A run that repeats little and prepares much measures badly for its
 * length; the sum of the phases is all the time there was, so that nothing is hidden in what no phase claims. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_PHASES_H
#define GCONV_RUN_PHASES_H

typedef enum {
  PHASE_OTHER,     /* arguments, the benchmark library, rows, waiting for processes of --isolate */
  PHASE_CEILINGS,  /* peaks, bandwidths, the clock, the harness */
  PHASE_REFERENCE, /* inputs and double-precision results */
  PHASE_PLAN,      /* plans, libraries' own races among them; a net's weights; the race for the best net */
  PHASE_CHECK,     /* each plan called as a strict caller would, results compared */
  PHASE_TRIAL,     /* first calls; stages, counters and placements */
  PHASE_SET_UP,    /* before and after each repetition: filling and poisoning buffers, a warm-up call, comparing */
  PHASE_WATCH,     /* probes of the speed and what the system tells, before and after each repetition */
  PHASE_STEPS,     /* networks, layer by layer */
  PHASE_TIMED,     /* repetitions, counted or not */
  PHASES
} phase;

typedef struct {
  double start;
  double seconds[PHASES]; /* of phases that have ended */
  double since;
  phase now;
} phase_clock;

const char *phase_name(phase p);
void phases_start(phase_clock *clock);
/* Ends the phase that is on and begins another; the one that was on, to go back to it. */
phase phase_enter(phase_clock *clock, phase next);
/* Takes over how another process spent the time that was spent here on waiting for it. */
void phases_merge(phase_clock *clock, const double seconds[PHASES]);

#endif
