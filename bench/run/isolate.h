/* isolate.h - --isolate: each kernel on each problem, layout and number of threads in a process of its own, so that one
 * that crashes or hangs costs its own rows alone. The process is this program once more, started afresh (a fork would
 * inherit OpenMP's idea of its threads, without the threads), and continues the same CSV as --resume would. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_ISOLATE_H
#define GCONV_RUN_ISOLATE_H

#include "layers.h"

/* Keeps the command line for the processes; before the options are taken out of it. False without memory. */
bool isolate_keep(int argc, char **argv);
void isolate_forget(void);

/* Runs what is not finished of a problem. A failure is one of the run as a whole: its kernels' are rows. */
gconv_status isolate_layer(session *s, const layer_list *list, size_t unit);

/* The process's side: attaches to its job, does it. */
gconv_status isolate_attach(session *s, const char *descriptor);
gconv_status isolate_work(session *s, const layer_list *list);

#endif
