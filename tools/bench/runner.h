// The command line of the benchmarks: Google Benchmark with interleaved rounds.

#ifndef SOMEOS_TOOLS_BENCH_RUNNER_H_
#define SOMEOS_TOOLS_BENCH_RUNNER_H_

#include <string>

#include "absl/types/span.h"
#include "someos/tools/bench/case.h"

namespace someos::bench {

// Runs `contenders` on every workload, prints the machine, the tables and the `notes`, and returns
// the program's exit code. In addition to Google Benchmark's own flags, the options are
//   --brief      one short round of small cases, to check that everything works
//   --with-thread
//                measures as in a program with threads: starts one, which ends at once
//   --svg=FILE   plots the cost of an event against the number of descriptors
int RunBenchmarks(int argc, char** argv, absl::Span<const Contender> contenders,
                  absl::Span<const std::string> notes);

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_RUNNER_H_
