/* machine.c - gconv-info machine: everything about the machine and the build that a measurement depends on, and with
 * --measure what it can do. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "collect.h"
#include "info.h"

int info_machine(int count, char **arguments) {
  enum { JSON, MEASURE, FLAGS };
  static const char *const flags[FLAGS + 1] = {[JSON] = "--json", [MEASURE] = "--measure"};
  bool given[FLAGS];
  if (take_flags("machine", flags, count, arguments, given)) return EXIT_USAGE;
  facts f = {0};
  collect_cpu(&f);
  collect_software(&f);
  collect_counters(&f);
  int code = given[MEASURE] && collect_ceilings(&f) ? usage_error("machine", "--measure: %s", gconv_last_error()) : 0;
  if (!code) code = (given[JSON] ? facts_print_json(&f, stdout) : facts_print(&f, stdout)) ? 0 : 1;
  facts_free(&f);
  return code;
}
