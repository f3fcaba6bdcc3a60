/* race.h - which of several oneDNN convolutions is fastest on this machine, measured while planning. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_IMPL_ONEDNN_RACE_H
#define GCONV_IMPL_ONEDNN_RACE_H

#include "common/dnnl_conv.h"

enum { RACE_MAX = 8 };

/* Sets *winner to the index of the fastest of `count` >= 1 entrants. Each is timed as gconv_execute would run it: with
 * the conversions between its layouts and the one that plan->env.layout names, if it names one. Takes about 50 ms,
 * on a busy machine up to 200 ms, or one execution of each that has a chance where that takes longer; where an image
 * takes too long there is no race, and the first entrant wins. */
gconv_status onednn_race(const gconv_plan *plan, gconv_dnnl_conv *const *entrants, int count, int *winner);

#endif
