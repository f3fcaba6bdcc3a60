/* own_options.h - the options that gconv-bench alone has. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_OWN_OPTIONS_H
#define GCONV_RUN_OWN_OPTIONS_H

#include "session.h"

/* "--name=value", or "--name" where that means something. OPTION_BAD with gconv_error's sentence. */
option_result own_options_take(session *s, const char *argument);

#endif
