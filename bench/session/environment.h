/* environment.h - environment.json: everything a figure of this run depends on, in one file beside the results. Written
 * when the run begins, so that a killed one has it, and again when it ends. A new section is a row of the table in
 * environment.c; what goes into the report's context (gbench_context) is in the section "run" by itself. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_ENVIRONMENT_H
#define GCONV_RUN_ENVIRONMENT_H

#include "session.h"

/* Collects and writes; does nothing without --environment=. False with errno. */
bool environment_begin(session *s);
/* Adds what is only known now; `signal` is the one that ended the run, or 0. */
bool environment_end(session *s, int signal);

#endif
