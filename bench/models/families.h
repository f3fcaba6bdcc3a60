/* families.h - the tables of networks, one for each file that defines some. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_MODELS_FAMILIES_H
#define GCONV_MODELS_FAMILIES_H

#include "model.h"

extern const model_family family_alexnet, family_googlenet, family_resnet, family_xception, family_mobilenet,
    family_shufflenet, family_regnet;

#endif
