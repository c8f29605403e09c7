// Detects that this process is a forked child.

#ifndef SOMEOS_BACKENDS_BASE_FORK_GENERATION_H_
#define SOMEOS_BACKENDS_BASE_FORK_GENERATION_H_

#include <atomic>
#include <cstdint>

#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace someos::base {

namespace internal {
// This process's generation, or 0 if this is a child whose generation nobody has asked for yet.
extern std::atomic<std::atomic<uint32_t>*> fork_generation;
uint32_t StartForkGeneration();
}  // namespace internal

// The generation of a process that is no child of one that watched for forks.
inline constexpr uint32_t kFirstForkGeneration = 1;

// Not the generation of any process.
inline constexpr uint32_t kNoForkGeneration = UINT32_MAX;

// A number, never 0, that differs between a process and all its descendants. Thread-safe and
// async-signal-safe.
//
// It is in a page of memory that the kernel fills with zeros in a child: MADV_WIPEONFORK (Linux
// 4.14), INHERIT_ZERO (FreeBSD, OpenBSD). So the child of a bare clone(2) or of _Fork(3) is
// detected as well. Elsewhere a pthread_atfork handler has to do, which only fork(3) runs.
inline uint32_t ForkGeneration() {
  const uint32_t generation =
      internal::fork_generation.load(std::memory_order_acquire)->load(std::memory_order_relaxed);
  return ABSL_PREDICT_TRUE(generation != 0) ? generation : internal::StartForkGeneration();
}

// ForkGeneration() == generation, for less.
inline bool InForkGeneration(uint32_t generation) {
  return internal::fork_generation.load(std::memory_order_acquire)
             ->load(std::memory_order_relaxed) == generation;
}

// The same for an object that asks often, with one load less. To be made after WatchForForks.
class CurrentForkGeneration {
 public:
  bool Is(uint32_t generation) const {
    return current_->load(std::memory_order_relaxed) == generation;
  }

 private:
  const std::atomic<uint32_t>* const current_ =
      internal::fork_generation.load(std::memory_order_acquire);
};

// Begins to watch. To be called before generations are compared; cheap to repeat.
void WatchForForks();

inline constexpr absl::string_view kPollerOfTheParent =
    "this poller was made before a fork; call RebuildAfterFork() in the child";

// The error of an operation that is refused in a forked child: kFailedPrecondition, with the reason
// `why`.
absl::Status ForkedError(absl::string_view operation, absl::string_view why = kPollerOfTheParent);

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_FORK_GENERATION_H_
