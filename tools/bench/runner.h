// The command line of the benchmarks: Google Benchmark with interleaved rounds.

#ifndef SOMEOS_TOOLS_BENCH_RUNNER_H_
#define SOMEOS_TOOLS_BENCH_RUNNER_H_

#include <string>

#include "absl/types/span.h"
#include "someos/tools/bench/case.h"

namespace someos::bench {

// Runs `contenders` on every workload, prints the machine, the tables and the `notes`, and returns
// the program's exit code. Besides Google Benchmark's own flags it takes
//   --brief      one short round of small cases, to see that all works
//   --with-thread
//                as a program with threads: one has been there, and is gone
//   --svg=FILE   draws the cost of an event against the number of descriptors
int RunBenchmarks(int argc, char** argv, absl::Span<const Contender> contenders,
                  absl::Span<const std::string> notes);

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_RUNNER_H_
