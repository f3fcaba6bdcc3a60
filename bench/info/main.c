/* main.c - gconv-info: what there is (kernels), where it runs (machine), what a problem or a network costs (problem,
 * model), who is fastest (best) and which published figures hold (claims). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "info.h"
#include "options.h"
#include "pin.h"
#include "printed.h"
#include "start.h"

#include <stdio.h>
#include <string.h>

static const struct {
  const char *name;
  int (*run)(int count, char **arguments);
  const char *help;
} commands[] = {
    {"kernels", info_kernels,
     "kernels                  every kernel of the registry and of --plugin=FILE, or why it is not in this build"},
    {"machine", info_machine,
     "machine [--json]         processor, memory, software, libraries, counters; with --measure also peak and "
     "bandwidths"},
    {"problem", info_problem,
     "problem DESCRIPTOR...    sizes and costs, and which kernels take it or why not; with --dir= --threads= and so "
     "on"},
    {"model", info_model,
     "model NAME|list [--csv]  the layers and totals of a network, or the totals of every network"},
    {"best", info_best,
     "best PROBLEM...          who is fastest on this machine, measured in seconds: in native layouts, nchw and nhwc; "
     "with --train also\n                           backward; with --threads= --kernels= --isa= --layout= --dir= and "
     "so on"},
    {"claims", info_claims, "claims [--csv]           published figures against the counts of this library"},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static int help(void) {
  puts("Usage: gconv-info COMMAND [ARGUMENT...]\n");
  for (int i = 0; i < COMMANDS; i++) printf("  %s\n", commands[i].help);
  printf("\nproblem takes descriptors in benchdnn's syntax (g2mb1_ic128oc128_ih56oh56kh3ph1), named sets and files.\n"
         "\nOptions of problem:\n%s"
         "kernels of libraries are not planned for more than 10^11 MACs, padded taps among them (10^9 where most\n"
         "windows see only padding): planning may try implementations for minutes\n",
         options_help());
  puts("\n--version prints the version. Exit status: 0, 1 if something failed, 2 for wrong usage.");
  return 0;
}

static bool is_help(const char *argument) { return !strcmp(argument, "--help") || !strcmp(argument, "-h"); }

static int finish(int status) { return printed_all("gconv-info", status); }

int main(int argc, char **argv) {
  if (!process_start("gconv-info", argv)) return 1;
  if (argc < 2) return usage_error("", "no command given; they are kernels, machine, problem, model, best and claims");
  for (int i = 1; i < argc; i++)
    if (is_help(argv[i])) return finish(help());
  for (int i = 1; i < argc; i++)
    if (!strcmp(argv[i], "--measure")) pin_restart(argv); /* ceilings are those of bound threads */
  if (options_load_plugins(argc, argv)) return usage_error("", "%s", gconv_last_error());
  if (argc == 2 && !strcmp(argv[1], "--version")) return printf("%s\n", gconv_version()), finish(0);
  for (int i = 0; i < COMMANDS; i++)
    if (!strcmp(argv[1], commands[i].name)) return finish(commands[i].run(argc - 2, argv + 2));
  return usage_error("", "'%s' is not a command; they are kernels, machine, problem, model, best and claims", argv[1]);
}
