/* property_list.c - the properties as a table, which is also their order and their names in gconv-check. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "properties.h"

#include <stdio.h>

static const property list[] = {
    {"linear", "f(a) + f(b) = f(a + b) in each input", property_linear},
    {"impulse", "a single one gives back the other input", property_impulse},
    {"shift", "moved inputs give moved results", property_shift},
    {"permute", "groups in another order give results in that order", property_permute},
    {"apart", "each group is a dense convolution", property_apart},
    {"diagonal", "the dense layer with zeros between groups is the same", property_diagonal},
    {"batch", "images do not depend on each other", property_batch},
    {"adjoint", "backward directions are the transposes of forward", property_adjoint},
    {"bleed", "NaN in other groups changes nothing", property_bleed},
    {"reach", "infinities and NaN reach what depends on them and nothing else", property_reach},
    {"scale", "huge, tiny and denormal numbers scale exactly", property_scale},
    {"repeat", "the same bits again, for any thread count", property_repeat},
};

const property *property_list(size_t *count) {
  *count = sizeof list / sizeof *list;
  return list;
}

check_result check_properties(const gconv_problem *problem, uint64_t seed, const char *kernel, const gconv_env *env,
                              unsigned wanted) {
  experiment e;
  check_result r = experiment_begin(&e, kernel, env, problem, seed);
  for (size_t i = 0; i < sizeof list / sizeof *list && r.verdict == CHECK_PASS; i++) {
    if (!(wanted & 1u << i)) continue;
    r = experiment_try(&e, list[i].check);
    if (r.verdict != CHECK_FAIL) continue;
    char why[sizeof r.reason];
    snprintf(why, sizeof why, "%s", r.reason);
    snprintf(r.reason, sizeof r.reason, "%s (%s): %.400s", list[i].name, list[i].states, why);
  }
  experiment_end(&e);
  return r;
}
