#include "someos/backends/poller_base/change_count.h"

#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <new>

namespace someos::poller_base {

ChangeCount::ChangeCount() {
  void* const memory = mmap(nullptr, sizeof(*shared_), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANON, /*fd=*/-1, /*offset=*/0);
  if (memory != MAP_FAILED) shared_ = new (memory) std::atomic<uint64_t>(0);
}

ChangeCount::~ChangeCount() {
  if (shared_ != nullptr) munmap(shared_, sizeof(*shared_));
}

}  // namespace someos::poller_base
