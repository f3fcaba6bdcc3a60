/* level.h - what is timed as one: a single convolution, a block of a network, a network. */
#ifndef GCONV_RUN_LEVEL_H
#define GCONV_RUN_LEVEL_H

typedef enum { LEVEL_LAYER, LEVEL_BLOCK, LEVEL_NETWORK, RUN_LEVELS } run_level;

static inline const char *level_name(run_level l) {
  static const char *const names[RUN_LEVELS] = {"layer", "block", "network"};
  return names[l];
}

#endif
