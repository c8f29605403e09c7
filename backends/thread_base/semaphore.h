// Python's Semaphore and BoundedSemaphore over a Core.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_SEMAPHORE_H_
#define SOMEOS_BACKENDS_THREAD_BASE_SEMAPHORE_H_

#include <cstdint>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_base/errors.h"
#include "someos/backends/thread_base/wait_queue.h"

namespace someos::thread_base {

// A number that Release raises and Acquire lowers, waiting while it is zero. Threads that wait are
// woken in their order, but a thread that comes may overtake one that has just been woken.
//
// std::scoped_lock and std::unique_lock take it, which is Python's `with semaphore:`. Thread-safe.
// It may be destroyed by a thread that has acquired it, even while the last Release has not
// returned.
//
// Source: Python's documentation of threading.Semaphore.
template <typename Core>
class Semaphore {
 public:
  // A negative value is an error, kInvalidArgument "semaphore initial value must be >= 0", which
  // status() and all functions return.
  explicit Semaphore(int64_t value = 1) : Semaphore(value, INT64_MAX) {}
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  absl::Status status() const {
    return valid_ ? absl::OkStatus() : ValueError("semaphore initial value must be >= 0");
  }

  // Lowers the number and returns true. Waits until that is possible; if not `blocking`, not at
  // all; with a timeout, no longer than that, and returns false then. A timeout of zero or less
  // does not wait.
  //
  // kInvalidArgument "can't specify timeout for non-blocking acquire" for both, kOutOfRange
  // "timeout value is too large" beyond kTimeoutMax, kFailedPrecondition of a wait that nobody can
  // end, and an errno if the clock cannot be read.
  absl::StatusOr<bool> Acquire(bool blocking = true,
                               std::optional<absl::Duration> timeout = std::nullopt) {
    return AcquireAs({"Semaphore.Acquire", this}, blocking, timeout);
  }

  // Raises the number by `count`. kInvalidArgument "n must be one or more" if that is less than 1,
  // and "Semaphore released too many times" beyond what a BoundedSemaphore may have or 64 bits can;
  // then it has not changed.
  absl::Status Release(int64_t count = 1) { return ReleaseAs({"Semaphore.Release", this}, count); }

  // The same for the standard library's templates. What cannot be done ends the program with a line
  // on the standard error output.
  void lock() {
    const Operation operation = {"Semaphore.lock", this};
    const absl::StatusOr<bool> acquired = AcquireAs(operation, true, std::nullopt);
    if (!acquired.ok()) EndProgram(operation, acquired.status());
  }
  bool try_lock() {
    const Operation operation = {"Semaphore.try_lock", this};
    const absl::StatusOr<bool> acquired = AcquireAs(operation, false, std::nullopt);
    if (!acquired.ok()) EndProgram(operation, acquired.status());
    return *acquired;
  }
  void unlock() {
    const Operation operation = {"Semaphore.unlock", this};
    const absl::Status released = ReleaseAs(operation, 1);
    if (!released.ok()) EndProgram(operation, released);
  }

 protected:
  Semaphore(int64_t value, int64_t limit) : valid_(value >= 0), limit_(limit), value_(value) {}

 private:
  using Queue = WaitQueue<Core>;

  absl::StatusOr<bool> AcquireAs(const Operation& operation, bool blocking,
                                 std::optional<absl::Duration> timeout) {
    Core::Point(operation);
    if (!blocking && timeout.has_value()) {
      return ValueError("can't specify timeout for non-blocking acquire");
    }
    const absl::Duration time =
        blocking ? timeout.value_or(absl::InfiniteDuration()) : absl::ZeroDuration();
    if (absl::Status status = CheckTimeout(time); !status.ok()) return status;
    if (!valid_) return status();
    auto deadline = Core::Deadline::NotStarted(time);
    return WaitResult(Lower(deadline, operation), deadline.clock_error(), operation);
  }

  WaitEnd Lower(typename Core::Deadline& deadline, const Operation& operation) {
    typename Queue::Section section(queue_, operation);
    WaitEnd end = deadline.immediate() ? WaitEnd::kTimedOut : WaitEnd::kWoken;
    while (value_ == 0) {
      if (end != WaitEnd::kWoken) return end;
      end = section.Sleep(deadline);
    }
    --value_;
    return WaitEnd::kWoken;
  }

  absl::Status ReleaseAs(const Operation& operation, int64_t count) {
    Core::Point(operation);
    if (count < 1) return ValueError("n must be one or more");
    if (!valid_) return status();
    absl::Status raised = Raise(count, operation);
    Core::After();
    return raised;
  }

  absl::Status Raise(int64_t count, const Operation& operation) {
    const typename Queue::Section section(queue_, operation);
    if (count > limit_ - value_) return ValueError("Semaphore released too many times");
    value_ += count;
    queue_.Wake(count);
    return absl::OkStatus();
  }

  const bool valid_;
  const int64_t limit_;
  Queue queue_;
  int64_t value_ ABSL_GUARDED_BY(queue_);
};

// A Semaphore whose number never exceeds its first value: Release beyond it is an error.
//
// Source: Python's documentation of threading.BoundedSemaphore.
template <typename Core>
class BoundedSemaphore : public Semaphore<Core> {
 public:
  explicit BoundedSemaphore(int64_t value = 1) : Semaphore<Core>(value, value) {}
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_SEMAPHORE_H_
