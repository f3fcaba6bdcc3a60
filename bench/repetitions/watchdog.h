/* watchdog.h - an end to what never returns. A kernel that hangs cannot be stopped inside its process; so the process
 * says which one it was, writes its row and ends, and --resume goes on behind it. (--isolate loses that process alone.)
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_WATCHDOG_H
#define GCONV_RUN_WATCHDOG_H

#include <stdbool.h>

/* Between start and end, the calling thread's guarded calls may take so many seconds, or twice that from one pulse to
 * the next. False if the system has no timer for it. */
bool watchdog_start(double seconds);
/* Guards what follows until watchdog_rest. If it does not return, `late` is called with the context and the process
 * ends with exit code 1. */
void watchdog_guard(void (*late)(void *context), void *context);
void watchdog_rest(void);
/* It goes on: a step of a net is done. Costs an addition. */
void watchdog_pulse(void);

#endif
