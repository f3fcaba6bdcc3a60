/* canary.h - is the machine as fast as it was? A few bursts of multiply-adds on the threads that are to be timed,
 * before and after each repetition, against the best that this run has seen. */
#ifndef GCONV_RUN_CANARY_H
#define GCONV_RUN_CANARY_H

#include "session.h"

/* True if the machine is slow now for teams of so many threads. */
bool canary_slow(const session *s, int threads);

#endif
