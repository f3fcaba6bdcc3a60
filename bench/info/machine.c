/* machine.c - gconv-info machine: everything about the machine and the build that a measurement depends on. */
#include "info.h"

int info_machine(int count, char **arguments) {
  bool json;
  if (take_flag("machine", "--json", count, arguments, &json)) return EXIT_USAGE;
  facts f = {0};
  collect_cpu(&f);
  collect_software(&f);
  collect_counters(&f);
  const bool printed = json ? facts_print_json(&f, stdout) : facts_print(&f, stdout);
  facts_free(&f);
  return printed ? 0 : 1;
}
