/* harness.h - what the measurement itself costs. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_HARNESS_H
#define GCONV_RUN_HARNESS_H

/* Nanoseconds per iteration of the timed loop around a kernel that does nothing. */
double harness_ns_per_iteration(void);

#endif
