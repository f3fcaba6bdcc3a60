/* help.c - gconv-bench --help: what the options mean; arguments.c takes them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "help.h"

#include "gbench.h"

#include <stdio.h>

void help_print(const option_defaults *defaults, const char *oracle) {
  printf(
      "gconv-bench: times convolution kernels, each checked before on the very problem it is timed on\n\n"
      "%s"
      "  --level=WHAT      layer: single convolutions (default); block, network: blocks and whole networks, by each\n"
      "                    kernel and by the best one for each of their layers. --problems= then names those (globs,\n"
      "                    'list'); default: all blocks, or resnet50 and resnext50_32x4d, with --mb=1\n"
      "  --pass=WHAT       of blocks and networks. infer: forward (default); train: a training step, that is forward,\n"
      "                    loss, backward-data, backward-weights, SGD, packing the new weights; by each kernel alone\n"
      "  --cache=LIST      warm: the same buffers again and again (default); cold: tensors and weights rotate\n"
      "                    through twice the last-level cache; cold-weights: only the weights do. Layers only: a net\n"
      "                    finds in the caches what its last layer left there, and so runs warm\n"
      "  --data=LIST       real: ordinary numbers (default); denormal: activations and results that are denormal;\n"
      "                    flushed: the same, on threads that flush denormal numbers to zero. Layers only: behind the\n"
      "                    first one, numbers are what the layers made of them\n"
      "  --counters=LIST   cycles, instructions, l2_miss, ... ('list' shows them) or PAPI's own names, each thread\n"
      "                    counted, in runs of their own; what cannot be counted here is named and left empty\n"
      "  --huge-pages      asks for huge pages for all buffers; the column huge_page_bytes says what came of it\n"
      "  --placements      how much it matters where in their pages src and dst begin: each warm benchmark at eight\n"
      "                    places in turn, in a run of its own; fastest, slowest and which they were in the CSV\n"
      "  --csv=FILE        one row a measurement, written as it is made\n"
      "  --resume=FILE     the same, but what FILE holds already is not measured again: continues a killed run\n"
      "  --oversubscribe   threads may be more than the CPUs, or the CPU time, that this process has: rows are then\n"
      "                    marked, where otherwise the run is refused\n"
      "  --isolate         each kernel on each problem, layout and number of threads in a process of its own: one\n"
      "                    that crashes or hangs becomes a failed row, and the rest goes on. Needs --csv or --resume,\n"
      "                    where all results go; kernels are then not interleaved with each other\n"
      "  --time-limit=SECONDS  how long a process of --isolate may take, check included (default 300). Otherwise how "
      "long\n"
      "                    a kernel's check, a repetition or a step of a network may: what does not return is a "
      "failed\n"
      "                    row, and ends the run; --resume goes on behind it\n"
      "  --environment=FILE  machine, build, libraries and this run as JSON, at its beginning and again at its end\n"
      "  --budget=SECONDS  at most this long for the repetitions of one benchmark (default 2), but at least three\n"
      "  --rounds=N        at least so many repetitions of each, as the budget allows (default 9)\n"
      "  --minutes=N       the run is over then: each benchmark gets a budget out of what is left, at most --budget;\n"
      "                    what it did not come to is said\n"
      "  --join=FILE       the repetitions in FILE, a CSV of an earlier process, count as well, and what this one "
      "does\n"
      "                    not measure is taken over; needs --csv. A headline figure wants two processes: each has\n"
      "                    other memory and meets other neighbours\n"
      "  --ceilings=FILE   peaks and bandwidths: taken from FILE where it has them, else measured and left there\n"
      "  --precision=PERCENT  repeats until the 95 %% confidence interval of the median is no wider (default 5) or\n"
      "                    the budget is spent, and repeats what was measured while the machine was disturbed;\n"
      "                    --benchmark_repetitions switches both off and is kept to exactly\n"
      "  --progress[=HOW]  line, plain (a line a problem, for logs) or none; default: line on a terminal\n"
      "  --verbose         also Google Benchmark's console table and context, and every skip when it happens; "
      "otherwise\n"
      "                    a table a problem, fastest first, and at the end what each kernel did not take\n"
      "  --stages          where the time goes: packing the input, transforming it, computing, transforming back,\n"
      "                    unpacking the output; from a run of its own after the check, so that times stay clean.\n"
      "                    Of blocks and networks the sum over convolutions; conversions are packing\n"
      "Defaults: --problems=%s --dir=%s --layout=%s --threads=%s, every kernel but '%s', which is the oracle of\n"
      "the checks and timed only if --kernels names it.\n\n"
      "Flags of Google Benchmark (here by default: 9 repetitions of 0.01 s, interleaved in rounds whose order --seed "
      "decides):\n",
      options_help(), defaults->problems, defaults->directions, defaults->layouts, defaults->threads, oracle);
  fflush(stdout);
  gbench_print_help();
}
