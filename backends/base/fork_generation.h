// Detects that this process is a forked child.

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

// A number that differs between a process and every child that it forks. Costs one load. It is
// maintained by a pthread_atfork handler, so a child of a bare clone() system call is not detected.
inline uint32_t ForkGeneration() {
  return internal::fork_generation.load(std::memory_order_relaxed);
}

// Installs the fork handler. To be called before generations are compared; cheap to repeat.
void WatchForForks();

// The error of an operation that is refused in a forked child: kFailedPrecondition.
absl::Status ForkedError(absl::string_view operation);

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_FORK_GENERATION_H_
