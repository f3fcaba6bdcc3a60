/* gconv_sde.h - software-defined events of PAPI: what plans say of their calls, countable by anything that counts with
 * PAPI, also where there is no hardware counter. Events are called sde:::gconv::NAME; those there are:
 *   papi_native_avail --sde libgconv_sde.so */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_SDE_H
#define GCONV_SDE_H

#include "gconv.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Makes the events known in this process, once. */
void gconv_sde_register(void);
/* `calls` calls of gconv_execute have been made with this plan. From one thread at a time. */
void gconv_sde_count(const gconv_plan *plan, int64_t calls);

#ifdef __cplusplus
}
#endif
#endif
