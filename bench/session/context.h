/* context.h - what a reader of the results must know of the run: stands in the context of console and JSON. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_CONTEXT_H
#define GCONV_RUN_CONTEXT_H

#include "session.h"

/* Probes the peaks, finds where threads run, measures the harness, and records it. GCONV_INVALID if the file of
 * --ceilings is none. */
gconv_status context_record(session *s);

#endif
