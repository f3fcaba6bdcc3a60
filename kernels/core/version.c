/* version.c - the version the build was given. */
#include "gconv.h"

const char *gconv_version(void) { return GCONV_VERSION; }
