/* observer.h - what gconv.h forbids a call, told to the harness by what watch.h sees. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TESTS_OBSERVER_H
#define GCONV_TESTS_OBSERVER_H

#include "strict.h"

extern const strict_observer call_observer;

#endif
