/* continue.h - a CSV that another process began. */
#ifndef GCONV_RUN_CONTINUE_H
#define GCONV_RUN_CONTINUE_H

#include "session.h"

/* Opens the session's CSV behind what is finished. False with a sentence. */
bool continue_csv(session *s);

#endif
