#include "someos/backends/process_base/reaper.h"

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/process_lock.h"
#include "someos/backends/process_base/detached_thread.h"
#include "someos/backends/process_base/wait_for_child.h"

namespace someos::multiprocessing::process_base {
namespace {

// Children for which no thread could be started.
struct Pending {
  base::ProcessLock lock;
  uint32_t generation ABSL_GUARDED_BY(lock) = base::kNoForkGeneration;
  std::vector<pid_t>* children ABSL_GUARDED_BY(lock) = nullptr;
};

Pending& ThePending() {
  static Pending& pending = *new Pending;
  return pending;
}

bool StartReaping(pid_t pid) {
  return StartDetachedThread([pid] { (void)WaitForChild(pid, /*block=*/true); });
}

}  // namespace

void ReapWhenEnded(pid_t pid) {
  Pending& pending = ThePending();
  const base::ProcessLockHolder holder(pending.lock);
  if (pending.generation != base::ForkGeneration()) {
    // Those of the parent, which a thread of it may have been changing at the fork, are left alone.
    pending.generation = base::ForkGeneration();
    pending.children = new std::vector<pid_t>;
  }
  pending.children->push_back(pid);
  while (!pending.children->empty() && StartReaping(pending.children->back())) {
    pending.children->pop_back();
  }
}

}  // namespace someos::multiprocessing::process_base
