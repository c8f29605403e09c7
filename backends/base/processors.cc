#include "someos/backends/base/processors.h"

#include <unistd.h>

#include <cstddef>

#ifdef __linux__
#include <sched.h>
#endif

namespace someos::base {

size_t OnlineProcessors() {
  const long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? static_cast<size_t>(online) : 1;
}

size_t Processors() {
#ifdef __linux__
  cpu_set_t set;  // the call fails with more than 1024 processors
  if (sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<size_t>(CPU_COUNT(&set));
#endif
  return OnlineProcessors();
}

}  // namespace someos::base
