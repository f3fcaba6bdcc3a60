// block.cc - the benchmarks that run interleaved now, known to those who run them and those who report.
#include "parts.h"

namespace gbench {

std::vector<Registered> block;
volatile std::sig_atomic_t stopped;

} // namespace gbench
