/* pin.h - threads bound to cores, and the proof of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_MACHINE_PIN_H
#define GCONV_MACHINE_PIN_H

#include <stdbool.h>
#include <stddef.h>

/* Starts the program anew with OMP_PROC_BIND=close OMP_PLACES=cores, unless the user's environment says how to bind:
 * the OpenMP runtime reads it before main. Returns where there is nothing to do. */
void pin_restart(char **argv);
/* The CPUs that the threads of a team run on, as "0 1"; true if they are bound and no two share one. */
bool pin_cpus(int threads, char *cpus, size_t size);

#endif
