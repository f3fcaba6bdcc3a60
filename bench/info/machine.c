/* machine.c - gconv-info machine: everything about the machine and the build that a measurement depends on, and with
 * --measure what it can do. */
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
  if (given[MEASURE]) collect_ceilings(&f);
  const bool printed = given[JSON] ? facts_print_json(&f, stdout) : facts_print(&f, stdout);
  facts_free(&f);
  return printed ? 0 : 1;
}
