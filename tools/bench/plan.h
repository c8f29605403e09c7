// The workloads to run, with their parameters.

#ifndef SOMEOS_TOOLS_BENCH_PLAN_H_
#define SOMEOS_TOOLS_BENCH_PLAN_H_

#include <vector>

#include "someos/tools/bench/case.h"

namespace someos::bench {

struct Planned {
  Workload workload;
  Parameters parameters;
};

// All cases for contenders with at most `max_fds` descriptors. `brief`: only small cases of each
// workload.
std::vector<Planned> Plan(int max_fds, bool brief);

// Whether the plot shows this case of the matrix: 1 of N descriptors is active.
bool IsScaling(const Planned& planned);

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_PLAN_H_
