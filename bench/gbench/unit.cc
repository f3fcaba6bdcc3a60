// unit.cc - the benchmarks that run interleaved now, known to those who run them and those who report.
// SPDX-License-Identifier: Apache-2.0
#include "parts.h"

namespace gbench {

std::vector<Registered> unit;
volatile std::sig_atomic_t stopped;

} // namespace gbench
