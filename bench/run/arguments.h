/* arguments.h - the command line of gconv-bench. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_ARGUMENTS_H
#define GCONV_RUN_ARGUMENTS_H

#include "session.h"

typedef enum { ARGUMENTS_RUN, ARGUMENTS_ANSWERED, ARGUMENTS_BAD } arguments_result;

/* Fills the session from the command line. ANSWERED: --help or a list was printed; BAD: a sentence was. */
arguments_result arguments_take(session *s, int argc, char **argv);

#endif
