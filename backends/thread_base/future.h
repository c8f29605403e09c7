// The result of a task of a thread pool.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_FUTURE_H_
#define SOMEOS_BACKENDS_THREAD_BASE_FUTURE_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_base/errors.h"
#include "someos/backends/thread_base/pool_task.h"
#include "someos/backends/thread_base/work_queue.h"

namespace someos::thread_base {

// What ThreadPool::Submit returns. It may outlive the pool, and be destroyed before the task is
// done, which changes nothing for the task.
//
// Moved, but not copied; one that has been moved from, or whose result has been taken, has no task.
// A Future is for one thread at a time.
template <typename Core, typename T>
class Future {
 public:
  // absl::StatusOr<T>, or absl::Status if T is void.
  using Result = typename ResultOf<T>::Type;

  Future(const Future&) = delete;
  Future& operator=(const Future&) = delete;
  Future(Future&& other) noexcept : task_(std::exchange(other.task_, nullptr)) {}
  Future& operator=(Future&& other) noexcept {
    std::swap(task_, other.task_);
    return *this;
  }
  ~Future() {
    if (task_ != nullptr) task_->Release();
  }

  // Whether there is a result: the function has returned, or will not be run.
  bool done() const {
    Core::Point({"Future.done", task_});
    return task_ != nullptr && task_->IsDone();
  }

  // Waits until there is a result, but no longer than the timeout (zero or less: does not wait):
  // true if there is one. A worker of the pool runs queued tasks meanwhile, so that tasks may wait
  // for tasks even if there is a single worker; it may return late, when such a task takes its
  // time.
  //
  // kFailedPrecondition if it has no task, or in a forked child, where nobody runs it. kOutOfRange
  // "timeout value is too large" beyond kTimeoutMax, except InfiniteDuration. An errno if the clock
  // cannot be read.
  absl::StatusOr<bool> Wait(absl::Duration timeout = absl::InfiniteDuration()) {
    const Operation operation = {"Future.Wait", task_};
    Core::Point(operation);
    if (task_ == nullptr) return RuntimeError("the future has no task");
    if (task_->IsDone()) return true;
    if (absl::Status status = CheckTimeout(timeout); !status.ok()) return status;
    if (!task_->IsOfThisProcess()) return base::ForkedError("Future.Wait", kPoolOfTheParent);
    auto deadline = Core::Deadline::NotStarted(timeout);
    if (deadline.immediate()) return false;
    const WaitEnd end = WorkQueue<Core>::Await(*task_, deadline, operation);
    return WaitResult(end, deadline.clock_error(), operation);
  }

  // Waits for the result and takes it: what the function has returned; kUnknown with its type and
  // text for an exception that has left it, "SystemExit" for that one; kCancelled if the pool was
  // destroyed before; the errors of Wait.
  Result Get() {
    const absl::StatusOr<bool> done = Wait();
    if (!done.ok()) return done.status();
    ResultTask<Core, T>* const task = std::exchange(task_, nullptr);
    Result result = task->TakeResult();
    task->Release();
    return result;
  }

  // Internal: takes a reference over.
  explicit Future(ResultTask<Core, T>* task) : task_(task) {}

 private:
  ResultTask<Core, T>* task_;
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_FUTURE_H_
