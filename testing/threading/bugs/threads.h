// What the programs have in common.

#ifndef SOMEOS_TESTING_THREADING_BUGS_THREADS_H_
#define SOMEOS_TESTING_THREADING_BUGS_THREADS_H_

#include <list>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "someos/backends/thread_stepped/thread_stepped.h"

namespace someos {

using thread_stepped::Atomic;
using thread_stepped::Check;
using thread_stepped::Threads;
using thread_stepped::Yield;

using Barrier = Threads::Barrier;
using Condition = Threads::Condition;
using Event = Threads::Event;
using Lock = Threads::Lock;
using Semaphore = Threads::Semaphore;
using Thread = Threads::Thread;
using Timer = Threads::Timer;

inline void CheckOk(const absl::Status& status) { Check(status.ok(), status.message()); }

// Without the analysis of thread safety, which would find some of the bugs.
template <typename AnyLock>
void Acquire(AnyLock& lock) {
  CheckOk(lock.Acquire().status());
}
template <typename AnyLock>
void Release(AnyLock& lock) {
  CheckOk(lock.Release());
}

// Threads that run at the same time, until it is destroyed.
class Together {
 public:
  Together() = default;
  Together(const Together&) = delete;
  Together& operator=(const Together&) = delete;
  ~Together() {
    for (Thread& thread : threads_) CheckOk(thread.Join().status());
  }

  void Run(absl::AnyInvocable<void() &&> body) {
    CheckOk(threads_.emplace_back(std::move(body)).Start());
  }

 private:
  std::list<Thread> threads_;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_THREADING_BUGS_THREADS_H_
