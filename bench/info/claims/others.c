/* others.c - claims of other papers whose networks have groups, or split, transform and merge. Sources: GoogLeNet
 * (Szegedy et al., CVPR 2015), Xception (Chollet, CVPR 2017), MobileNets (Howard et al. 2017), ShuffleNet (Zhang et
 * al., CVPR 2018), RegNet (Radosavovic et al., CVPR 2020); their FLOPs are multiply-adds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "claim.h"

#include <stdio.h>

static const char net[] = "mobilenet_v1";

static const claim inception_and_xception[] = {
    {"GoogLeNet Table 1", "module 3a: ops (MACs), 128 million", 128e6, 1e6, CONV_MACS, .of = {"googlenet:3a.*"}},
    {"GoogLeNet Table 1", "module 3a: weights, 159K", 159e3, 1e3, WEIGHTS, .of = {"googlenet:3a.*"},
     .why = "K is 1024 there: 159.5, cut off"},
    {"Xception Table 3", "parameters", 22855952, .what = PARAMETERS, .of = {"xception"}},
};

static const claim mobilenet[] = {
    {"MobileNet Table 4", "MobileNet: mult-adds, 569 million", 569e6, 1e6, MACS, .of = {net}},
    {"MobileNet Table 4", "MobileNet: parameters, 4.2 million", 4.2e6, 0.1e6, PARAMETERS, .of = {net}},
    {"MobileNet Table 4", "full convolutions: mult-adds, 4866 million", 4866e6, 1e6, MACS, .of = {"mobilenet_v1_full"},
     .why = "without the fully connected layer it is 4866"},
    {"MobileNet Table 4", "full convolutions: parameters, 29.3 million", 29.3e6, 0.1e6, PARAMETERS,
     .of = {"mobilenet_v1_full"}},
    {"MobileNet Table 3", "14x14x512 layer, separable: mult-adds, 52.3 million", 52.3e6, 0.1e6, MACS,
     .of = {"mobilenet_v1:body_8.*"}},
    {"MobileNet Table 3", "14x14x512 layer, separable: parameters, 0.27 million", 0.27e6, 0.01e6, WEIGHTS,
     .of = {"mobilenet_v1:body_8.*"}},
    {"MobileNet Table 3", "14x14x512 layer, full: mult-adds, 462 million", 462e6, 1e6, MACS,
     .of = {"mobilenet_v1_full:body_8.*"}},
    {"MobileNet Table 3", "14x14x512 layer, full: parameters, 2.36 million", 2.36e6, 0.01e6, WEIGHTS,
     .of = {"mobilenet_v1_full:body_8.*"}},
    {"MobileNet Table 2", "% of mult-adds in 1x1", 94.86, 0.01, MACS, 100, .of = {"mobilenet_v1:*.pw"},
     .against = {net}},
    {"MobileNet Table 2", "% of mult-adds in depthwise 3x3", 3.06, 0.01, MACS, 100, .of = {"mobilenet_v1:*.dw"},
     .against = {net}},
    {"MobileNet Table 2",
     "% of mult-adds in the full 3x3",
     1.19,
     0.01,
     MACS,
     100,
     {"mobilenet_v1:conv1"},
     {net},
     "digits transposed in print: with 1.91 the column sums up to 100"},
    {"MobileNet Table 2", "% of mult-adds, fully connected", 0.18, 0.01, MACS, 100, .of = {"mobilenet_v1:fc"},
     .against = {net}},
    {"MobileNet Table 2", "% of parameters in 1x1", 74.59, 0.01, WEIGHTS, 100, .of = {"mobilenet_v1:*.pw"},
     .against = {net}},
    {"MobileNet Table 2", "% of parameters in depthwise 3x3", 1.06, 0.01, WEIGHTS, 100, .of = {"mobilenet_v1:*.dw"},
     .against = {net}},
    {"MobileNet Table 2", "% of parameters in the full 3x3", 0.02, 0.01, WEIGHTS, 100, .of = {"mobilenet_v1:conv1"},
     .against = {net}},
    {"MobileNet Table 2", "% of parameters, fully connected", 24.33, 0.01, WEIGHTS, 100, .of = {"mobilenet_v1:fc"},
     .against = {net}},
};

static const claim shufflenet[] = {
    {"ShuffleNet Table 1", "g = 1: complexity (MACs), 143 million", 143e6, 1e6, CONV_MACS, .of = {"shufflenet_v1_g1"}},
    {"ShuffleNet Table 1", "g = 2: complexity (MACs), 140 million", 140e6, 1e6, CONV_MACS, .of = {"shufflenet_v1_g2"}},
    {"ShuffleNet Table 1", "g = 3: complexity (MACs), 137 million", 137e6, 1e6, CONV_MACS, .of = {"shufflenet_v1_g3"}},
    {"ShuffleNet Table 1", "g = 4: complexity (MACs), 133 million", 133e6, 1e6, CONV_MACS, .of = {"shufflenet_v1_g4"}},
    {"ShuffleNet Table 1", "g = 8: complexity (MACs), 137 million", 137e6, 1e6, CONV_MACS, .of = {"shufflenet_v1_g8"}},
};

static const struct {
  const char *network, *title;
  double flops, parameters, activations; /* billions, millions, millions */
  const char *why;                       /* parameters */
} regnet[] = {
    {"resnet50", "ResNet-50", 4.1, 22.6, 11.1, "a misprint: pycls' own MODEL_ZOO.md has 25.6"},
    {"resnext50_32x4d", "ResNeXt-50", 4.2, 25.0, 14.4, NULL},
    {"resnet101", "ResNet-101", 7.8, 44.6, 16.2, "44.549, which gives 44.6 when it is rounded twice"},
    {"resnext101_32x4d", "ResNeXt-101", 8.0, 44.2, 21.2, NULL},
    {"regnetx_400mf", "RegNetX-400MF", 0.4, 5.2, 3.1, NULL},
    {"regnetx_800mf", "RegNetX-800MF", 0.8, 7.3, 5.1, NULL},
    {"regnetx_1_6gf", "RegNetX-1.6GF", 1.6, 9.2, 7.9, NULL},
    {"regnetx_4gf", "RegNetX-4.0GF", 4.0, 22.1, 12.2, NULL},
};

static gconv_status regnet_table_3(table *t) {
  gconv_status status = GCONV_OK;
  for (size_t i = 0; i < sizeof regnet / sizeof *regnet && !status; i++) {
    static const char *const what[] = {"billion flops (MACs)", "million parameters", "million activations"};
    char texts[3][96];
    for (int k = 0; k < 3; k++) snprintf(texts[k], sizeof texts[k], "%s: %s", regnet[i].title, what[k]);
    const char *name = regnet[i].network;
    const claim claims[] = {
        {"RegNet Table 3", texts[0], regnet[i].flops, 0.1, MACS, 1e-9, .of = {name}},
        {"RegNet Table 3", texts[1], regnet[i].parameters, 0.1, PARAMETERS, 1e-6, .of = {name}, .why = regnet[i].why},
        {"RegNet Table 3", texts[2], regnet[i].activations, 0.1, ACTIVATIONS, 1e-6, .of = {name}},
    };
    status = claims_add(t, claims, sizeof claims / sizeof *claims);
  }
  return status;
}

gconv_status claims_others(table *t) {
  gconv_status status = claims_add(t, inception_and_xception, sizeof inception_and_xception / sizeof(claim));
  if (!status) status = claims_add(t, mobilenet, sizeof mobilenet / sizeof *mobilenet);
  if (!status) status = claims_add(t, shufflenet, sizeof shufflenet / sizeof *shufflenet);
  return status ? status : regnet_table_3(t);
}
