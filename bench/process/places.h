/* places.h - the CPUs that a process was given, for programs that start others: OpenMP's runtime may have bound the
 * thread that does so to one of them, and the new process would inherit that. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_PROCESS_PLACES_H
#define GCONV_PROCESS_PLACES_H

/* In the new process, before it becomes another program. */
void places_restore(void);

#endif
