// How many processors there are: Python's multiprocessing.cpu_count() and os.process_cpu_count().

#ifndef SOMEOS_API_MULTIPROCESSING_PROCESS_CPU_COUNT_H_
#define SOMEOS_API_MULTIPROCESSING_PROCESS_CPU_COUNT_H_

#include <cstddef>

#include "someos/backends/base/processors.h"

namespace someos::multiprocessing {

// Those of the machine that are online, whether or not this process may use them, as in Python; at
// least 1. (Python has a NotImplementedError where the system does not tell.)
inline size_t CpuCount() { return base::OnlineProcessors(); }

// Those that the calling thread may use, by its affinity; where the system does not tell (all but
// Linux), as CpuCount. So many workers a Pool has by default, as in Python 3.13. Limits of CPU time
// (cgroups) do not count.
inline size_t ProcessCpuCount() { return base::Processors(); }

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_PROCESS_CPU_COUNT_H_
