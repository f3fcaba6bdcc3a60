// parts.h - what the files of the shim share: flags that are served here, benchmarks of the current unit, the report.
// SPDX-License-Identifier: Apache-2.0
#ifndef GCONV_GBENCH_PARTS_H
#define GCONV_GBENCH_PARTS_H

#include "gbench.h"

#include <benchmark/benchmark.h>

#include <csignal>
#include <string>
#include <vector>

namespace gbench {

// ---- flags.cc ----

struct MinTime {
  double seconds = 0;
  benchmark::IterationCount iterations = 0; // instead of seconds, where not 0
};

extern MinTime min_time;
extern int repetitions;
extern bool console; // --benchmark_format
extern bool mute;    // the display shows nothing

bool truthy(const std::string &flag);
const std::string &served_value(const std::string &flag);
bool refuse(char *error, size_t size, const std::string &sentence);

// ---- unit.cc ----

using Run = benchmark::BenchmarkReporter::Run;

struct Registered {
  std::string name;
  gbench_case benchmark;
  std::vector<Run> runs;            // its repetitions so far
  benchmark::UserCounters counters; // of its last one: the library drops those of runs that failed
  bool failed = false;
};
extern std::vector<Registered> unit;
extern volatile std::sig_atomic_t stopped;

// ---- report.cc ----

// The display and the file begin. False and a sentence.
bool begin_report(size_t longest_name, char *error, size_t error_size);
// Hears every repetition; tells the owner, the display and the file once a benchmark is complete. `turns`: the
// benchmark that each run of the library belongs to.
benchmark::BenchmarkReporter &reporter(const std::vector<size_t> &turns, bool quiet);
// Of earlier units: keeps family_index unique.
void count_families(size_t count);
bool end_report(char *error, size_t error_size);

} // namespace gbench

#endif
