// report.cc - one report out of many runs of the library: repetitions are gathered by benchmark, and told to display,
// file and owner once they are complete, with the library's statistics over them.
// SPDX-License-Identifier: Apache-2.0
#include "parts.h"

#include <algorithm>
#include <fstream>
#include <memory>

namespace gbench {

namespace {

using Reporter = benchmark::BenchmarkReporter;

std::unique_ptr<Reporter> file;
std::ofstream file_stream;
int64_t families_before;

BENCHMARK_DISABLE_DEPRECATED_WARNING // CSVReporter: deprecated, but still what --benchmark_out_format=csv means
    std::unique_ptr<Reporter>
    make_reporter(const std::string &format) {
  if (format == "json") return std::make_unique<benchmark::JSONReporter>();
  if (format == "csv") return std::make_unique<benchmark::CSVReporter>();
  if (format == "console") return std::make_unique<benchmark::ConsoleReporter>(benchmark::ConsoleReporter::OO_None);
  return nullptr;
}
BENCHMARK_RESTORE_DEPRECATED_WARNING

// 1.8 replaced error_occurred and error_message by skipped and skip_message.
template <class R> auto error_of(const R &run, int) -> decltype(&run.skip_message) {
  return run.skipped ? &run.skip_message : nullptr;
}
template <class R> auto error_of(const R &run, long) -> decltype(&run.error_message) {
  return run.error_occurred ? &run.error_message : nullptr;
}

double of_iteration(double accumulated, const Run &run) {
  return accumulated / static_cast<double>(run.iterations ? run.iterations : 1);
}

double seconds_of(const Run &run) { return of_iteration(run.real_accumulated_time, run); }

// The library's name has what is set per benchmark appended ("/min_time:0.010/repeats:9/real_time"), and its rates "/s"
// in the console: the contract's names and units have neither. To the library it was one repetition of its own.
Run tidied(Run run, size_t owner, size_t repetition, size_t repetitions) {
  run.run_name.min_time = run.run_name.iterations = run.run_name.repetitions = run.run_name.time_type = "";
  run.family_index = families_before + static_cast<int64_t>(owner);
  run.repetition_index = static_cast<int64_t>(repetition);
  run.repetitions = static_cast<int64_t>(repetitions);
  if (error_of(run, 0)) run.counters = unit[owner].counters;
  for (auto &counter : run.counters) counter.second.flags = benchmark::Counter::kDefaults;
  return run;
}

// Mean, median, deviation and variation as the library computes them over repetitions that it knows of.
template <class Statistics> Run aggregate(const std::vector<Run> &runs, const Statistics &statistic) {
  const auto over = [&](auto value) {
    std::vector<double> values;
    for (const Run &run : runs) values.push_back(value(run));
    return statistic.compute_(values);
  };
  Run result = runs.front();
  result.run_type = Run::RT_Aggregate;
  result.aggregate_name = statistic.name_;
  result.aggregate_unit = statistic.unit_;
  result.repetition_index = Run::no_repetition_index;
  result.iterations = static_cast<benchmark::IterationCount>(runs.size());
  const double scale =
      statistic.unit_ == benchmark::kTime ? static_cast<double>(runs.size()) : 1; // divided by when shown
  result.real_accumulated_time =
      scale * over([](const Run &run) { return of_iteration(run.real_accumulated_time, run); });
  result.cpu_accumulated_time =
      scale * over([](const Run &run) { return of_iteration(run.cpu_accumulated_time, run); });
  for (auto &counter : result.counters)
    counter.second.value = over([&](const Run &run) { return static_cast<double>(run.counters.at(counter.first)); });
  return result;
}

std::vector<Run> aggregates(const std::vector<Run> &runs) {
  std::vector<Run> all;
  if (runs.size() < 2 || error_of(runs.front(), 0) || !runs.front().statistics) return all;
  for (const auto &statistic : *runs.front().statistics) all.push_back(aggregate(runs, statistic));
  return all;
}

// The console gets one line a benchmark: its median repetition, or the first that failed. Nine lines and four
// aggregates would hide the comparison.
Run summary(std::vector<Run> runs) {
  for (const Run &run : runs)
    if (error_of(run, 0)) return run;
  const auto median = runs.begin() + static_cast<std::ptrdiff_t>((runs.size() - 1) / 2);
  std::nth_element(runs.begin(), median, runs.end(),
                   [](const Run &a, const Run &b) { return seconds_of(a) < seconds_of(b); });
  return *median;
}

void show(const std::vector<Run> &runs) {
  if (runs.empty() || mute) return;
  Reporter *display = benchmark::CreateDefaultDisplayReporter();
  display->ReportRuns(runs);
  display->GetOutputStream().flush();
}

class Gather : public Reporter {
public:
  std::vector<size_t> turns;
  size_t next = 0;
  bool quiet = false;

  bool ReportContext(const Context &) override { return true; } // begin_report did

  // A run of the library: one repetition, of the benchmark whose turn it was.
  void ReportRuns(const std::vector<Run> &reports) override {
    for (const Run &run : reports) {
      if (run.run_type == Run::RT_Aggregate || next == turns.size()) continue;
      const size_t owner = turns[next++];
      Registered &self = unit[owner];
      if (stopped || self.failed) continue;
      self.runs.push_back(run);
      self.failed = error_of(run, 0);
      if (self.failed || self.runs.size() == static_cast<size_t>(self.benchmark.repetitions)) complete(owner);
    }
  }

private:
  void complete(size_t owner) const {
    Registered &self = unit[owner];
    tell_owner(self);
    if (quiet) return;
    std::vector<Run> runs;
    for (const Run &run : self.runs) runs.push_back(tidied(run, owner, runs.size(), self.runs.size()));
    report(runs, aggregates(runs));
  }

  static void tell_owner(const Registered &self) {
    const std::string *error = error_of(self.runs.back(), 0);
    std::vector<double> seconds;
    for (const Run &run : self.runs) seconds.push_back(seconds_of(run));
    self.benchmark.done(self.benchmark.context, error ? error->c_str() : nullptr, seconds.data(),
                        static_cast<int>(seconds.size()));
  }

  static void report(const std::vector<Run> &runs, const std::vector<Run> &statistics) {
    const bool repeated = runs.size() > 1 && !statistics.empty();
    const bool only_in_file = repeated && truthy("report_aggregates_only");
    const bool only_on_display = only_in_file || (repeated && truthy("display_aggregates_only"));
    if (!only_on_display) show(console ? std::vector<Run>{summary(runs)} : runs);
    if (!console || only_on_display) show(statistics);
    if (file && !only_in_file) file->ReportRuns(runs);
    if (file && !statistics.empty()) file->ReportRuns(statistics);
  }
};

} // namespace

bool begin_report(size_t longest_name, char *error, size_t error_size) {
  Reporter::Context context;
  context.name_field_width = longest_name;
  const std::string path = served_value("out");
  if (!path.empty()) {
    file_stream.open(path);
    if (!file_stream) return refuse(error, error_size, "--benchmark_out=" + path + ": cannot be written");
    file = make_reporter(served_value("out_format"));
    file->SetOutputStream(&file_stream);
    file->SetErrorStream(&file_stream);
    file->ReportContext(context);
  }
  if (mute) return true;
  Reporter *display = benchmark::CreateDefaultDisplayReporter();
  display->ReportContext(context);
  display->GetOutputStream().flush();
  return true;
}

Reporter &reporter(const std::vector<size_t> &turns, bool quiet) {
  static Gather gather;
  gather.turns = turns;
  gather.next = 0;
  gather.quiet = quiet;
  return gather;
}

void count_families(size_t count) { families_before += static_cast<int64_t>(count); }

bool end_report(char *error, size_t error_size) {
  Reporter *display = benchmark::CreateDefaultDisplayReporter();
  if (!mute) display->Finalize();
  if (!display->GetOutputStream().flush()) return refuse(error, error_size, "standard output cannot be written");
  if (!file) return true;
  file->Finalize();
  file_stream.close();
  return file_stream
             ? true
             : refuse(error, error_size, "--benchmark_out=" + served_value("out") + ": could not be written whole");
}

} // namespace gbench
