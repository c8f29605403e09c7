#include "someos/tools/bench/workloads/heap.h"

#include <cstdlib>

// glibc 2.33 and newer have mallinfo2.
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
#include <malloc.h>
#define SOMEOS_HAS_MALLINFO2 1
#endif

namespace someos::bench {

std::optional<size_t> HeapBytes() {
#ifdef SOMEOS_HAS_MALLINFO2
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
#else
  return std::nullopt;
#endif
}

}  // namespace someos::bench
