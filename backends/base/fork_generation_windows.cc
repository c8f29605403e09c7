#include <atomic>
#include <cstdint>

#include "someos/backends/base/fork_generation.h"

namespace someos::base {
namespace {

// Windows has no fork, and a process no other generation.
std::atomic<uint32_t> only_generation{kFirstForkGeneration};

}  // namespace

namespace internal {

std::atomic<std::atomic<uint32_t>*> fork_generation{&only_generation};

uint32_t StartForkGeneration() { return kFirstForkGeneration; }

}  // namespace internal

void WatchForForks() {}

}  // namespace someos::base
