/* claims.c - gconv-info claims: published figures about grouped convolution beside what this program counts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "claims.h"
#include "claim.h"
#include "info.h"

gconv_status claims_compute(table *t) {
  static const char *const header[] = {"source", "claim", "claimed", "computed", "verdict"};
  static gconv_status (*const parts[])(table *) = {claims_grouping, claims_template, claims_networks, claims_libraries,
                                                   claims_others};
  table_start(t, sizeof header / sizeof *header, header);
  gconv_status status = GCONV_OK;
  for (size_t i = 0; i < sizeof parts / sizeof *parts && !status; i++) status = parts[i](t);
  return status;
}

int info_claims(int count, char **arguments) {
  bool csv;
  if (take_flags("claims", (const char *const[]){"--csv", NULL}, count, arguments, &csv)) return EXIT_USAGE;
  table t;
  const gconv_status status = claims_compute(&t);
  if (status) fprintf(stderr, "gconv-info claims: %s\n", gconv_last_error());
  const bool printed = !status && (csv ? table_print_csv(&t) : table_print(&t));
  table_free(&t);
  return printed ? 0 : 1;
}
