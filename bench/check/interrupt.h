/* interrupt.h - Ctrl-C and termination: what was counted is said before the end. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TESTS_INTERRUPT_H
#define GCONV_TESTS_INTERRUPT_H

#include "session.h"

/* From now on SIGINT, SIGTERM and SIGHUP write the counts of `sum` and end the process with 128 + the signal. */
void interrupt_report(const tally *sum);
/* For a child process, whose parent reports. */
void interrupt_forget(void);

#endif
