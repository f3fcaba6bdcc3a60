/* collect.h - facts of this machine and this build that a measurement depends on. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_FACTS_COLLECT_H
#define GCONV_FACTS_COLLECT_H

#include "facts.h"

void collect_cpu(facts *f);      /* processor, caches, memory, limits of a container */
void collect_software(facts *f); /* operating system, build, libraries, environment variables */
void collect_plugins(facts *f);  /* of this process, with their kernels */
void collect_counters(facts *f); /* hardware counters, or why there are none */

#endif
