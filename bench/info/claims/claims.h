/* claims.h - published figures about grouped convolution, each against what this program counts. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_INFO_CLAIMS_H
#define GCONV_INFO_CLAIMS_H

#include "table.h"

#include "gconv.h"

/* A table with the columns source, claim, claimed, computed, verdict; to be freed whatever is returned. The verdict is
 * "equal", "equal after rounding", "differs, ...: why" or "not computed: why". Fails, with gconv_last_error(), only if
 * something cannot be counted. */
gconv_status claims_compute(table *t);

#endif
