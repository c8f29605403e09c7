// The results of the measurements, and their tables.

#ifndef SOMEOS_TOOLS_BENCH_RESULTS_H_
#define SOMEOS_TOOLS_BENCH_RESULTS_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "someos/tools/bench/case.h"
#include "someos/tools/bench/plan.h"

namespace someos::bench {

// One contender on one workload.
struct Result {
  std::string contender;
  std::string backend;
  Planned planned;
  std::vector<double> rounds;  // nanoseconds per operation

  double Median() const;
  // Half of the rounds are between these.
  double LowerQuartile() const;
  double UpperQuartile() const;
};

// A line for each result, with its ratio to the raw system call of the same backend.
std::string Table(absl::Span<const Result> results);

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_RESULTS_H_
