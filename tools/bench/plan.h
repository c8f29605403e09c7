// Which workloads are run, and with what parameters.

#ifndef SOMEOS_TOOLS_BENCH_PLAN_H_
#define SOMEOS_TOOLS_BENCH_PLAN_H_

#include <vector>

#include "someos/tools/bench/case.h"

namespace someos::bench {

struct Planned {
  Workload workload;
  Parameters parameters;
};

// All that a contender with at most `most_fds` descriptors can do. `brief`: a small one of each
// workload.
std::vector<Planned> Plan(int most_fds, bool brief);

// The column of the matrix that the plot shows: 1 of N descriptors active.
bool IsScaling(const Planned& planned);

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_PLAN_H_
