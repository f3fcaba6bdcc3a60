/* help.h - the text of --help. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_HELP_H
#define GCONV_RUN_HELP_H

#include "options.h"

/* `oracle`: the kernel that is not timed unless it is named. */
void help_print(const option_defaults *defaults, const char *oracle);

#endif
