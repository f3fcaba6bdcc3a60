/* continue.h - a CSV that another process began. */
#ifndef GCONV_RUN_CONTINUE_H
#define GCONV_RUN_CONTINUE_H

#include "session.h"

/* Opens the session's CSV behind what is finished. False with a sentence. */
bool continue_csv(session *s);

/* The run ends at a call that did not return: completes the CSV and says on stderr how it can go on behind it. */
void continue_later(session *s);

#endif
