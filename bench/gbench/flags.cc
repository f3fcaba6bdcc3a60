// flags.cc - the flags of Google Benchmark that are served here, since they concern the whole report or the order; all
// others reach the library, behind our defaults.
// SPDX-License-Identifier: Apache-2.0
#include "parts.h"

#include <regex.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <new>

namespace gbench {

MinTime min_time;
int repetitions;
bool console;
bool mute;

namespace {

// C cannot catch what C++ throws without memory, and the library does not. First in this file: its tables allocate.
void end_without_memory() {
  std::fputs("gconv-bench: not enough memory for the lists of benchmarks\n", stderr);
  std::_Exit(EXIT_FAILURE);
}

const std::new_handler before = std::set_new_handler(end_without_memory);

// With their defaults. Short repetitions, many of them and interleaved: the machine's drift then meets every benchmark
// of a unit alike.
std::map<std::string, std::string> served = {
    {"filter", ""},
    {"list_tests", "false"},
    {"out", ""},
    {"out_format", "json"},
    {"report_aggregates_only", "false"},
    {"display_aggregates_only", "false"},
    {"min_time", "0.01s"},
    {"repetitions", "9"},
    {"enable_random_interleaving", "true"},
};
std::vector<std::string> given; // names of served flags the user set

// Flags the library gets before the user's, and after them: what is served here must not be served twice.
const std::pair<const char *, const char *> defaults[] = {{"counters_tabular", "true"}, {"time_unit", "us"}};
const char *const resets[] = {"--benchmark_filter=",
                              "--benchmark_out=",
                              "--benchmark_list_tests=false",
                              "--benchmark_report_aggregates_only=false",
                              "--benchmark_display_aggregates_only=false",
                              "--benchmark_enable_random_interleaving=false"};

bool filter_negated;
bool filter_compiled;
regex_t filter;

std::string environment_name(const std::string &flag) {
  std::string name = "BENCHMARK_" + flag;
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
  return name;
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
  static const double most = 1e9; // seconds, and iterations: nobody waits for more
  const std::string &text = served["min_time"];
  char *end;
  const double value = std::strtod(text.c_str(), &end);
  const std::string suffix = end;
  if (end == text.c_str() || !(value >= 0 && value <= most) || (suffix != "" && suffix != "s" && suffix != "x"))
    return false;
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
  const char *text = served["repetitions"].c_str();
  const long value = std::strtol(text, &end, 10);
  repetitions = static_cast<int>(value);
  return end != text && !*end && value >= 1 && value <= 1000000;
}

// As the library reads it: POSIX extended, "all" or nothing is everything, a leading '-' negates.
bool parse_filter() {
  const std::string &text = served["filter"];
  if (text.empty() || text == "all") return true;
  filter_negated = text[0] == '-';
  filter_compiled = regcomp(&filter, text.c_str() + filter_negated, REG_EXTENDED | REG_NOSUB) == 0;
  return filter_compiled;
}

bool one_of(const std::string &value, const std::vector<std::string> &choice) {
  return std::find(choice.begin(), choice.end(), value) != choice.end();
}

// As the library reads them, in any case of letters.
bool good_flag(const std::string &value) {
  std::string low = value;
  std::transform(low.begin(), low.end(), low.begin(), [](unsigned char c) { return std::tolower(c); });
  return one_of(low, {"", "0", "1", "t", "f", "y", "n", "true", "false", "yes", "no", "on", "off"});
}

bool good_color(const std::string &value) { return value == "auto" || good_flag(value); }

bool known_format(const std::string &value) { return value == "console" || value == "json" || value == "csv"; }

bool good_unit(const std::string &value) { return one_of(value, {"ns", "us", "ms", "s"}); }

bool good_seconds(const std::string &value) {
  char *end;
  const double seconds = std::strtod(value.c_str(), &end);
  return end != value.c_str() && !*end && seconds >= 0 && seconds <= 86400;
}

bool good_level(const std::string &value) {
  char *end;
  const long level = std::strtol(value.c_str(), &end, 10);
  return end != value.c_str() && !*end && level >= 0 && level <= 99;
}

// Flags that the library serves: at a value it cannot use it ends the program with a success, aborts, or never ends.
const struct {
  const char *flag;
  bool (*good)(const std::string &value);
  const char *expected;
} passed_on[] = {
    {"format", known_format, "expected console, json or csv"},
    {"time_unit", good_unit, "expected ns, us, ms or s"},
    {"min_warmup_time", good_seconds, "expected seconds from 0 to 86400"},
    {"color", good_color, "expected auto, true or false"},
    {"counters_tabular", good_flag, "expected true or false"},
    {"v", good_level, "expected a level from 0 to 99"},
    {"dry_run", good_flag, "expected true or false"},
};

// Takes a name without prefix; a flag without a value is one that is on.
bool check_passed_on(const std::string &shown, const std::string &flag, const std::string &value, char *error,
                     size_t size) {
  for (const auto &row : passed_on)
    if (flag == row.flag && !row.good(value)) {
      std::string sentence = shown;
      sentence.append("=").append(value).append(": ").append(row.expected);
      return refuse(error, size, sentence);
    }
  return true;
}

// On the command line ("--v=2" has no prefix) and in the environment.
bool check_library(int argc, char **argv, char *error, size_t size) {
  const std::string prefix = "--benchmark_";
  for (int i = 1; i < argc; i++) {
    const std::string word = argv[i];
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const std::string value = equals == std::string::npos ? "true" : word.substr(equals + 1);
    if (name.compare(0, 2, "--")) continue;
    const std::string flag = name.compare(0, prefix.size(), prefix) ? name.substr(2) : name.substr(prefix.size());
    if (!check_passed_on(name, flag, value, error, size)) return false;
  }
  for (const auto &row : passed_on) {
    const std::string name = environment_name(row.flag);
    const char *value = std::getenv(name.c_str());
    if (value && !check_passed_on(name, row.flag, value, error, size)) return false;
  }
  return true;
}

bool parse_served(char *error, size_t size) {
  const struct {
    const char *flag;
    bool good;
    const char *expected;
  } table[] = {
      {"min_time", parse_min_time(), "expected seconds (0.1, 0.1s) or iterations (10x)"},
      {"repetitions", parse_repetitions(), "expected 1 to 1000000"},
      {"filter", parse_filter(), "not a POSIX extended expression"},
      {"out_format", known_format(served["out_format"]), "expected console, json or csv"},
      {"list_tests", good_flag(served["list_tests"]), "expected true or false"},
      {"report_aggregates_only", good_flag(served["report_aggregates_only"]), "expected true or false"},
      {"display_aggregates_only", good_flag(served["display_aggregates_only"]), "expected true or false"},
      {"enable_random_interleaving", good_flag(served["enable_random_interleaving"]), "expected true or false"},
  };
  for (const auto &row : table)
    if (!row.good)
      return refuse(error, size, std::string("--benchmark_") + row.flag + "=" + served[row.flag] + ": " + row.expected);
  return true;
}

} // namespace

bool truthy(const std::string &flag) {
  const std::string &value = served[flag];
  return value == "on" || (!value.empty() && std::string("1tTyY").find(value[0]) != std::string::npos);
}

const std::string &served_value(const std::string &flag) { return served[flag]; }

bool refuse(char *error, size_t size, const std::string &sentence) {
  std::snprintf(error, size, "%s", sentence.c_str());
  return false;
}

} // namespace gbench

using namespace gbench;

bool gbench_init(int *argc, char **argv, char *error, size_t error_size) {
  take_environment();
  std::vector<std::string> words = {argv[0]};
  for (const auto &flag : defaults)
    if (!std::getenv(environment_name(flag.first).c_str()))
      words.push_back(std::string("--benchmark_") + flag.first + "=" + flag.second);
  const char *chosen_format = std::getenv("BENCHMARK_FORMAT");
  std::string format = chosen_format ? chosen_format : "console";
  for (int i = 1; i < *argc; i++) {
    const std::string word = argv[i], format_flag = "--benchmark_format=";
    if (!word.compare(0, format_flag.size(), format_flag)) format = word.substr(format_flag.size());
    if (!serve(word)) words.push_back(word);
  }
  if (!parse_served(error, error_size) || !check_library(*argc, argv, error, error_size)) return false;
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

bool gbench_console() { return console; }

void gbench_mute() { mute = true; }

bool gbench_list_only() { return truthy("list_tests"); }

bool gbench_has_file() { return !served["out"].empty(); }

bool gbench_interleaved() { return truthy("enable_random_interleaving"); }

double gbench_repetition_seconds(void) { return gbench::min_time.iterations ? 0 : gbench::min_time.seconds; }

int gbench_repetitions(bool *given_by_user) {
  if (given_by_user) *given_by_user = std::find(given.begin(), given.end(), "repetitions") != given.end();
  return repetitions;
}
