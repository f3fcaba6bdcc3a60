// gbench.cc - the C shim over Google Benchmark (see gbench.h), for 1.7 as for 1.9: units and their turns. C++ because
// the library is; there is none outside this folder.
// SPDX-License-Identifier: Apache-2.0
#include "order.h"
#include "parts.h"

#include <map>

namespace gbench {

namespace {

std::map<std::string, std::string> context_lines; // what the library was given, which does not give it back

benchmark::State &state_of(gbench_state *state) { return *reinterpret_cast<benchmark::State *>(state); }

std::vector<order_turn> turns_of_block(uint64_t seed) {
  std::vector<order_item> items;
  for (const Registered &r : unit) items.push_back({r.name.c_str(), r.benchmark.had, r.benchmark.repetitions});
  std::vector<order_turn> turns(order_count(items.data(), items.size()));
  if (gbench_interleaved())
    order_interleaved(items.data(), items.size(), seed, turns.data());
  else
    order_consecutive(items.data(), items.size(), turns.data());
  return turns;
}

void run_turn(size_t owner, benchmark::State &state) {
  gbench_state *handle = reinterpret_cast<gbench_state *>(&state);
  Registered &self = unit[owner];
  if (stopped || self.failed) {
    gbench_fail(handle, "stopped");
    return;
  }
  self.benchmark.run(handle, self.benchmark.context);
  self.counters = state.counters;
}

void register_turn(size_t owner) {
  const gbench_case &b = unit[owner].benchmark;
  auto *added = benchmark::RegisterBenchmark(unit[owner].name.c_str(),
                                             [owner](benchmark::State &state) { run_turn(owner, state); });
  added->UseRealTime()->Repetitions(1);
  if (min_time.iterations)
    added->Iterations(min_time.iterations);
  else if (b.iteration_seconds > 0)
    added->Iterations(1 + static_cast<benchmark::IterationCount>(min_time.seconds / b.iteration_seconds));
  else
    added->MinTime(min_time.seconds);
}

} // namespace
} // namespace gbench

using namespace gbench;

void gbench_context(const char *key, const char *value) {
  benchmark::AddCustomContext(key, value);
  context_lines[key] = value;
}

void gbench_each_context(void (*visit)(const char *key, const char *value, void *context), void *context) {
  for (const auto &line : context_lines) visit(line.first.c_str(), line.second.c_str(), context);
}

bool gbench_start(size_t longest_name, char *error, size_t error_size) {
  return begin_report(longest_name, error, error_size);
}

void gbench_add(const gbench_case *benchmark) {
  Registered added;
  added.name = benchmark->name;
  added.benchmark = *benchmark;
  if (!added.benchmark.repetitions) added.benchmark.repetitions = repetitions;
  unit.push_back(added);
}

void gbench_run(uint64_t seed, bool quiet) {
  if (unit.empty()) return;
  std::vector<size_t> owners;
  for (const order_turn &turn : turns_of_block(seed)) owners.push_back(turn.item);
  for (const size_t owner : owners) register_turn(owner);
  benchmark::RunSpecifiedBenchmarks(&reporter(owners, quiet), ".");
  benchmark::ClearRegisteredBenchmarks();
  if (!quiet) count_families(unit.size());
  unit.clear();
}

void gbench_stop() { stopped = 1; }

bool gbench_stopped() { return stopped; }

bool gbench_finish(char *error, size_t error_size) { return end_report(error, error_size); }

bool gbench_keep_running(gbench_state *state) { return state_of(state).KeepRunning(); }

void gbench_fail(gbench_state *state, const char *reason) { state_of(state).SkipWithError(reason); }

void gbench_label(gbench_state *state, const char *label) { state_of(state).SetLabel(label); }

void gbench_counter(gbench_state *state, const char *name, double value) { state_of(state).counters[name] = value; }

void gbench_rate(gbench_state *state, const char *name, double amount_per_iteration) {
  state_of(state).counters[name] =
      benchmark::Counter(amount_per_iteration, benchmark::Counter::kIsIterationInvariantRate);
}
