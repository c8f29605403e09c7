#include "someos/backends/base/fork_generation.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <new>

#include "absl/base/call_once.h"

namespace someos::base {
namespace {

using Generation = std::atomic<uint32_t>;

// In memory that a child inherits unchanged.
Generation unwatched{kFirstForkGeneration};
Generation newest{kFirstForkGeneration};  // that this process or an ancestor has given out
std::atomic<pid_t> pid_of_newest{0};

// Makes the kernel fill the page with zeros in a child. Returns false where it cannot.
bool ZeroInChildren([[maybe_unused]] void* page, [[maybe_unused]] size_t size) {
#if defined(MADV_WIPEONFORK)
  return madvise(page, size, MADV_WIPEONFORK) == 0;
#elif defined(MAP_INHERIT_ZERO)
  return minherit(page, size, MAP_INHERIT_ZERO) == 0;
#elif defined(INHERIT_ZERO)
  return minherit(page, size, INHERIT_ZERO) == 0;
#else
  return false;
#endif
}

// A generation in such a page, or nullptr.
Generation* NewZeroedInChildren() {
  const auto size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  void* const page = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (ZeroInChildren(page, size)) return new (page) Generation(ForkGeneration());
  munmap(page, size);
  return nullptr;
}

// What the kernel does where it can. Emulators claim that they can, and do not, so this is
// installed everywhere. Without an effect if the generation has been started in this process
// already.
void StartChild() {
  if (pid_of_newest.load(std::memory_order_relaxed) == getpid()) return;
  internal::fork_generation.load(std::memory_order_relaxed)->store(0, std::memory_order_relaxed);
}

}  // namespace

namespace internal {

std::atomic<Generation*> fork_generation{&unwatched};

uint32_t StartForkGeneration() {
  // Before it is given out: a child that is forked meanwhile must get a higher one.
  pid_of_newest.store(getpid(), std::memory_order_relaxed);
  const uint32_t mine = newest.fetch_add(1, std::memory_order_relaxed) + 1;
  uint32_t started = 0;
  Generation& current = *fork_generation.load(std::memory_order_relaxed);
  // Another thread, or a signal handler, may have been faster.
  return current.compare_exchange_strong(started, mine, std::memory_order_relaxed) ? mine : started;
}

}  // namespace internal

void WatchForForks() {
  static absl::once_flag once;
  absl::call_once(once, [] {
    pid_of_newest.store(getpid(), std::memory_order_relaxed);
    if (Generation* const zeroed = NewZeroedInChildren(); zeroed != nullptr) {
      internal::fork_generation.store(zeroed, std::memory_order_release);
    }
    pthread_atfork(nullptr, nullptr, StartChild);
  });
}

}  // namespace someos::base
