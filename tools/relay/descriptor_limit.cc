#include "someos/tools/relay/descriptor_limit.h"

#include <sys/resource.h>

#include <initializer_list>

namespace someos::relay {

void RaiseDescriptorLimit() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  // Where the hard limit is said to be infinite (macOS), it is not; OPEN_MAX is what is given.
  constexpr rlim_t kOpenMax = 10240;
  const rlim_t soft = limit.rlim_cur;
  for (rlim_t wanted : {limit.rlim_max, kOpenMax}) {
    limit.rlim_cur = wanted;
    if (wanted <= soft || setrlimit(RLIMIT_NOFILE, &limit) == 0) return;
  }
}

}  // namespace someos::relay
