/* libraries.c - claims: what torchvision states about the networks it ships: num_params, and _ops in billions (models/
 * resnet.py, regnet.py), which are the multiply-adds of convolutions and fully connected layers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "claim.h"

#include <stdio.h>

static const struct {
  const char *network;
  double parameters, ops;
} networks[] = {{"resnet50", 25557032, 4.089},         {"resnext50_32x4d", 25028904, 4.23},
                {"resnet101", 44549160, 7.801},        {"resnext101_32x8d", 88791336, 16.414},
                {"resnext101_64x4d", 83455272, 15.46}, {"wide_resnet50_2", 68883240, 11.398}};

gconv_status claims_libraries(table *t) {
  gconv_status status = GCONV_OK;
  for (size_t i = 0; i < sizeof networks / sizeof *networks && !status; i++) {
    const char *name = networks[i].network;
    char parameters[96], ops[96];
    snprintf(parameters, sizeof parameters, "%s: parameters", name);
    snprintf(ops, sizeof ops, "%s: billion operations (MACs)", name);
    const claim claims[] = {
        {"torchvision", parameters, networks[i].parameters, .what = PARAMETERS, .of = {name}},
        {"torchvision", ops, networks[i].ops, 0.001, MACS, 1e-9, .of = {name}},
    };
    status = claims_add(t, claims, sizeof claims / sizeof *claims);
  }
  return status;
}
