#include "someos/backends/process_base/reaper.h"

#include <pthread.h>
#include <signal.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/process_lock.h"
#include "someos/backends/process_base/wait_for_child.h"

namespace someos::multiprocessing::process_base {
namespace {

// Address space, of which two pages are used.
constexpr size_t kStackSize = size_t{256} << 10;

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

void* Reap(void* pid) {
  (void)WaitForChild(static_cast<pid_t>(reinterpret_cast<intptr_t>(pid)), /*block=*/true);
  return nullptr;
}

bool StartReaping(pid_t pid) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, kStackSize);
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  const int error = pthread_create(&thread, &attributes, Reap,
                                   reinterpret_cast<void*>(static_cast<intptr_t>(pid)));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  return error == 0;
}

}  // namespace

void ReapWhenEnded(pid_t pid) {
  Pending& pending = ThePending();
  pending.lock.Lock();
  if (pending.generation != base::ForkGeneration()) {
    // Those of the parent, which a thread of it may have been changing at the fork, are left alone.
    pending.generation = base::ForkGeneration();
    pending.children = new std::vector<pid_t>;
  }
  pending.children->push_back(pid);
  while (!pending.children->empty() && StartReaping(pending.children->back())) {
    pending.children->pop_back();
  }
  pending.lock.Unlock();
}

}  // namespace someos::multiprocessing::process_base
