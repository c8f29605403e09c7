#include "someos/backends/thread_dummy/core.h"

#include <time.h>

#include <atomic>
#include <cstdint>

#include "someos/backends/base/deadline.h"
#include "someos/backends/thread_base/core.h"

namespace someos::thread_dummy {

using thread_base::WaitEnd;

WaitEnd Core::Wait(Word& word, uint32_t expected, Deadline& deadline,
                   const thread_base::Operation& /*operation*/) {
  if (deadline.infinite()) {
    return word.load(std::memory_order_relaxed) == expected ? WaitEnd::kForever : WaitEnd::kWoken;
  }
  while (!deadline.Passed()) {
    const timespec rest = deadline.AsTimespec();
    nanosleep(&rest, nullptr);
    // A signal handler may have changed it.
    if (word.load(std::memory_order_relaxed) != expected) return WaitEnd::kWoken;
  }
  return WaitEnd::kTimedOut;
}

}  // namespace someos::thread_dummy
