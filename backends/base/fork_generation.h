// Noticing that this process is a forked child.

#ifndef SOMEOS_BACKENDS_BASE_FORK_GENERATION_H_
#define SOMEOS_BACKENDS_BASE_FORK_GENERATION_H_

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace someos::base {

namespace internal {
extern std::atomic<uint32_t> fork_generation;
}

// A number that differs between a process and every child it forks, at the cost of one load.
// Counted by pthread_atfork, so a child of a bare clone() system call is not noticed.
inline uint32_t ForkGeneration() {
  return internal::fork_generation.load(std::memory_order_relaxed);
}

// Starts the counting; called by whoever is going to compare generations. Cheap when repeated.
void WatchForForks();

// The refusal of an operation in a forked child: kFailedPrecondition.
absl::Status ForkedError(absl::string_view operation);

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_FORK_GENERATION_H_
