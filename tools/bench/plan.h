// The workloads to run, with their parameters.

#ifndef SOMEOS_TOOLS_BENCH_PLAN_H_
#define SOMEOS_TOOLS_BENCH_PLAN_H_

#include <string>
#include <vector>

#include "someos/tools/bench/case.h"

namespace someos::bench {

struct Planned {
  Workload workload;
  Parameters parameters;
};

// The most descriptors of a case.
inline constexpr int kMostFds = 100'000;

// All cases for contenders with at most `max_fds` descriptors. `brief`: only small cases of each
// workload.
std::vector<Planned> Plan(int max_fds, bool brief);

// The same for contenders that are mappings.
std::vector<Planned> MappingPlan(bool brief);

// The workload with what it searches for: "find of 8 bytes".
std::string Title(const Planned& planned);

// Whether the plot shows this case of the matrix: 1 of N descriptors is active.
bool IsScaling(const Planned& planned);

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_PLAN_H_
