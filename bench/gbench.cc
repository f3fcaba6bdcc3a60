// gbench.cc - the C shim over Google Benchmark (see gbench.h), for 1.7 as for 1.9. The only C++ of the project.
#include "gbench.h"

#include <benchmark/benchmark.h>

#include <regex.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

using Reporter = benchmark::BenchmarkReporter;
using Run = Reporter::Run;

// The flags served here, with their defaults. Short repetitions, many of them and interleaved: the machine's drift then
// meets every benchmark of a block alike.
std::map<std::string, std::string> served = {
    {"filter", ""},
    {"list_tests", "false"},
    {"out", ""},
    {"out_format", "json"},
    {"report_aggregates_only", "false"},
    {"display_aggregates_only", "false"},
    {"min_time", "0.01s"},
    {"repetitions", "9"},
};
std::vector<std::string> given; // names of served flags the user set

// Flags the library gets before the user's, and after them: what is served here must not be served twice.
const std::pair<const char *, const char *> defaults[] = {
    {"enable_random_interleaving", "true"}, {"counters_tabular", "true"}, {"time_unit", "us"}};
const char *const resets[] = {"--benchmark_filter=", "--benchmark_out=", "--benchmark_list_tests=false",
                              "--benchmark_report_aggregates_only=false", "--benchmark_display_aggregates_only=false"};

struct MinTime {
  double seconds = 0;
  benchmark::IterationCount iterations = 0; // instead of seconds, where not 0
};

MinTime min_time;
int repetitions;
bool filter_negated;
bool filter_compiled;
regex_t filter;

bool console; // --benchmark_format
std::unique_ptr<Reporter> file;
std::ofstream file_stream;

struct Registered {
  gbench_case benchmark;
  benchmark::UserCounters counters; // of its last run: the library drops those of runs that failed
};
std::vector<Registered> block;
std::map<std::string, std::string> context_lines; // what the library was given, which does not give it back
int64_t families_before; // benchmarks of earlier blocks: keeps family_index unique in the report
volatile std::sig_atomic_t stopped;

bool truthy(const std::string &flag) {
  const std::string &value = served[flag];
  return value == "on" || (!value.empty() && std::string("1tTyY").find(value[0]) != std::string::npos);
}

std::string environment_name(const std::string &flag) {
  std::string name = "BENCHMARK_" + flag;
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
  return name;
}

bool refuse(char *error, size_t size, const std::string &sentence) {
  std::snprintf(error, size, "%s", sentence.c_str());
  return false;
}

// Takes the argument if it is one of `served`.
bool serve(const std::string &argument) {
  const std::string prefix = "--benchmark_";
  if (argument.compare(0, prefix.size(), prefix)) return false;
  const size_t equals = argument.find('=');
  const std::string flag =
      argument.substr(prefix.size(), equals == std::string::npos ? equals : equals - prefix.size());
  if (!served.count(flag)) return false;
  served[flag] = equals == std::string::npos ? "true" : argument.substr(equals + 1);
  given.push_back(flag);
  return true;
}

void take_environment() {
  for (auto &flag : served)
    if (const char *value = std::getenv(environment_name(flag.first).c_str())) {
      flag.second = value;
      given.push_back(flag.first);
    }
}

// "0.5", "0.5s" (seconds) and "10x" (iterations), on any version of the library.
bool parse_min_time() {
  const std::string &text = served["min_time"];
  char *end;
  const double value = std::strtod(text.c_str(), &end);
  const std::string suffix = end;
  if (end == text.c_str() || value < 0 || (suffix != "" && suffix != "s" && suffix != "x")) return false;
  if (suffix == "x") {
    min_time.iterations = static_cast<benchmark::IterationCount>(value);
    return value >= 1 && static_cast<double>(min_time.iterations) == value;
  }
  min_time.seconds = value;
  min_time.iterations = value == 0; // one iteration is then enough
  return true;
}

bool parse_repetitions() {
  char *end;
  const long value = std::strtol(served["repetitions"].c_str(), &end, 10);
  repetitions = static_cast<int>(value);
  return !*end && value >= 1 && value <= 1000000;
}

// As the library reads it: POSIX extended, "all" or nothing is everything, a leading '-' negates.
bool parse_filter() {
  std::string text = served["filter"];
  if (text.empty() || text == "all") return true;
  filter_negated = text[0] == '-';
  filter_compiled = regcomp(&filter, text.c_str() + filter_negated, REG_EXTENDED | REG_NOSUB) == 0;
  return filter_compiled;
}

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

double seconds_of(const Run &run) {
  return run.real_accumulated_time / static_cast<double>(run.iterations ? run.iterations : 1);
}

// The library's name has what is set per benchmark appended ("/min_time:0.010/repeats:9/real_time"), and its rates "/s"
// in the console: the contract's names and units have neither.
Run tidied(Run run) {
  if (error_of(run, 0)) run.counters = block.at(static_cast<size_t>(run.family_index)).counters;
  run.run_name.min_time = run.run_name.iterations = run.run_name.repetitions = run.run_name.time_type = "";
  run.family_index += families_before;
  for (auto &counter : run.counters) counter.second.flags = benchmark::Counter::kDefaults;
  return run;
}

// One report out of many runs: hears every block, tells the display, the file and the benchmark's owner.
class Tee : public Reporter {
public:
  bool quiet = false;

  bool ReportContext(const Context &) override { return true; } // gbench_start did

  void ReportRuns(const std::vector<Run> &reports) override {
    if (reports.empty() || stopped) return;
    const bool aggregates = reports.front().run_type == Run::RT_Aggregate;
    if (!aggregates) tell_owner(reports);
    if (quiet) return;
    std::vector<Run> runs;
    for (const Run &run : reports) runs.push_back(tidied(run));
    const bool repeated = runs.front().repetitions > 1 && !error_of(runs.front(), 0);
    const bool only_in_file = repeated && truthy("report_aggregates_only");
    const bool only_on_display = only_in_file || (repeated && truthy("display_aggregates_only"));
    if (aggregates ? !console || only_on_display : !only_on_display) show(runs);
    if (file && (aggregates || !only_in_file)) file->ReportRuns(runs);
  }

private:
  // Families are numbered in the order of registration, one benchmark each.
  static void tell_owner(const std::vector<Run> &runs) {
    const gbench_case &owner = block.at(static_cast<size_t>(runs.front().family_index)).benchmark;
    const char *error = nullptr;
    std::vector<double> seconds;
    for (const Run &run : runs) {
      if (const std::string *message = error_of(run, 0)) error = message->c_str();
      seconds.push_back(seconds_of(run));
    }
    owner.done(owner.context, error, seconds.data(), static_cast<int>(seconds.size()));
  }

  // The console gets one line a benchmark: its median repetition, or the first that failed. Nine lines and four
  // aggregates would hide the comparison.
  static Run summary(std::vector<Run> runs) {
    for (const Run &run : runs)
      if (error_of(run, 0)) return run;
    const auto median = runs.begin() + static_cast<std::ptrdiff_t>((runs.size() - 1) / 2);
    std::nth_element(runs.begin(), median, runs.end(),
                     [](const Run &a, const Run &b) { return seconds_of(a) < seconds_of(b); });
    return *median;
  }

  static void show(const std::vector<Run> &runs) {
    Reporter *display = benchmark::CreateDefaultDisplayReporter();
    if (console && runs.front().run_type != Run::RT_Aggregate)
      display->ReportRuns({summary(runs)});
    else
      display->ReportRuns(runs);
    display->GetOutputStream().flush();
  }
};

Tee tee;

benchmark::State &state_of(gbench_state *state) { return *reinterpret_cast<benchmark::State *>(state); }

} // namespace

bool gbench_init(int *argc, char **argv, char *error, size_t error_size) {
  take_environment();
  std::vector<std::string> words = {argv[0]};
  for (const auto &flag : defaults)
    if (!std::getenv(environment_name(flag.first).c_str()))
      words.push_back(std::string("--benchmark_") + flag.first + "=" + flag.second);
  std::string format = std::getenv("BENCHMARK_FORMAT") ? std::getenv("BENCHMARK_FORMAT") : "console";
  for (int i = 1; i < *argc; i++) {
    const std::string word = argv[i], format_flag = "--benchmark_format=";
    if (!word.compare(0, format_flag.size(), format_flag)) format = word.substr(format_flag.size());
    if (!serve(word)) words.push_back(word);
  }
  if (!parse_min_time())
    return refuse(error, error_size,
                  "--benchmark_min_time=" + served["min_time"] + ": expected seconds (0.1, 0.1s) or iterations (10x)");
  if (!parse_repetitions())
    return refuse(error, error_size, "--benchmark_repetitions=" + served["repetitions"] + ": expected 1 to 1000000");
  if (!parse_filter())
    return refuse(error, error_size, "--benchmark_filter=" + served["filter"] + ": not a POSIX extended expression");
  if (!make_reporter(served["out_format"]))
    return refuse(error, error_size,
                  "--benchmark_out_format=" + served["out_format"] + ": expected console, json or csv");
  console = format == "console";

  words.insert(words.end(), std::begin(resets), std::end(resets));
  static std::vector<std::string> kept; // argv of the caller points here afterwards
  kept = words;
  std::vector<char *> pointers;
  for (std::string &word : kept) pointers.push_back(&word[0]);
  int count = static_cast<int>(pointers.size());
  pointers.push_back(nullptr);
  benchmark::Initialize(&count, pointers.data());
  std::copy(pointers.begin(), pointers.begin() + count, argv); // the defaults and resets are gone: it fits
  argv[count] = nullptr;
  *argc = count;
  return true;
}

void gbench_print_help() { benchmark::PrintDefaultHelp(); }

bool gbench_wanted(const char *name) {
  if (!filter_compiled) return true;
  return (regexec(&filter, name, 0, nullptr, 0) == 0) != filter_negated;
}

bool gbench_list_only() { return truthy("list_tests"); }

bool gbench_has_file() { return !served["out"].empty(); }

int gbench_repetitions(bool *given_by_user) {
  if (given_by_user) *given_by_user = std::find(given.begin(), given.end(), "repetitions") != given.end();
  return repetitions;
}

void gbench_context(const char *key, const char *value) {
  benchmark::AddCustomContext(key, value);
  context_lines[key] = value;
}

void gbench_each_context(void (*visit)(const char *key, const char *value, void *context), void *context) {
  for (const auto &line : context_lines) visit(line.first.c_str(), line.second.c_str(), context);
}

bool gbench_start(size_t longest_name, char *error, size_t error_size) {
  Reporter::Context context;
  context.name_field_width = longest_name;
  const std::string path = served["out"];
  if (!path.empty()) {
    file_stream.open(path);
    if (!file_stream) return refuse(error, error_size, "--benchmark_out=" + path + ": cannot be written");
    file = make_reporter(served["out_format"]);
    file->SetOutputStream(&file_stream);
    file->SetErrorStream(&file_stream);
    file->ReportContext(context);
  }
  Reporter *display = benchmark::CreateDefaultDisplayReporter();
  display->ReportContext(context);
  display->GetOutputStream().flush();
  return true;
}

void gbench_add(const gbench_case *benchmark) {
  const size_t index = block.size();
  block.push_back({*benchmark, {}});
  auto *added = benchmark::RegisterBenchmark(benchmark->name, [index](benchmark::State &state) {
    if (stopped) {
      gbench_fail(reinterpret_cast<gbench_state *>(&state), "stopped");
      return;
    }
    Registered &self = block[index];
    self.benchmark.run(reinterpret_cast<gbench_state *>(&state), self.benchmark.context);
    self.counters = state.counters;
  });
  added->UseRealTime()->Repetitions(benchmark->repetitions ? benchmark->repetitions : repetitions);
  if (min_time.iterations)
    added->Iterations(min_time.iterations);
  else if (benchmark->iteration_seconds > 0)
    added->Iterations(1 + static_cast<benchmark::IterationCount>(min_time.seconds / benchmark->iteration_seconds));
  else
    added->MinTime(min_time.seconds);
}

void gbench_run(bool quiet) {
  tee.quiet = quiet;
  if (!block.empty()) benchmark::RunSpecifiedBenchmarks(&tee, ".");
  benchmark::ClearRegisteredBenchmarks();
  if (!quiet) families_before += static_cast<int64_t>(block.size());
  block.clear();
}

void gbench_stop() { stopped = 1; }

bool gbench_stopped() { return stopped; }

bool gbench_finish(char *error, size_t error_size) {
  Reporter *display = benchmark::CreateDefaultDisplayReporter();
  display->Finalize();
  if (!display->GetOutputStream().flush()) return refuse(error, error_size, "standard output cannot be written");
  if (!file) return true;
  file->Finalize();
  file_stream.close();
  return file_stream ? true
                     : refuse(error, error_size, "--benchmark_out=" + served["out"] + ": could not be written whole");
}

bool gbench_keep_running(gbench_state *state) { return state_of(state).KeepRunning(); }

void gbench_fail(gbench_state *state, const char *reason) {
  benchmark::State &s = state_of(state);
  if (s.iterations() == 0) // the library insists that repetitions, failed ones too, count the same iterations
    while (s.KeepRunning()) {
    }
  s.SkipWithError(reason);
}

void gbench_label(gbench_state *state, const char *label) { state_of(state).SetLabel(label); }

void gbench_counter(gbench_state *state, const char *name, double value) { state_of(state).counters[name] = value; }

void gbench_rate(gbench_state *state, const char *name, double amount_per_iteration) {
  state_of(state).counters[name] =
      benchmark::Counter(amount_per_iteration, benchmark::Counter::kIsIterationInvariantRate);
}
