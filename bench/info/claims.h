/* claims.h - published figures about grouped convolution, each against what the library counts. */
#ifndef GCONV_INFO_CLAIMS_H
#define GCONV_INFO_CLAIMS_H

#include "table.h"

#include "gconv.h"

/* A table with the columns source, claim, claimed, computed, verdict; to be freed whatever is returned. The verdict is
 * "equal", "equal after rounding" or "differs: ...". Fails, with gconv_last_error(), only if a problem cannot be
 * counted. */
gconv_status claims_compute(table *t);

#endif
