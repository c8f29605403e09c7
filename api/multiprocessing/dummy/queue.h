// Python's queue.Queue, which multiprocessing.dummy's Queue and JoinableQueue are.

#ifndef SOMEOS_API_MULTIPROCESSING_DUMMY_QUEUE_H_
#define SOMEOS_API_MULTIPROCESSING_DUMMY_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/dummy/held.h"
#include "someos/api/multiprocessing/dummy/queue_wait.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/threading.h"

namespace someos::multiprocessing::dummy {

// Values from threads to threads, in their order: of Python's types or any other that can be moved.
// Nothing is pickled, and no thread feeds it: what was put can be got at once.
//
// All waits are those of threading::Condition::WaitFor, with its errors: kFailedPrecondition by
// thread_dummy, where nobody could end one. Thread-safe. Source: Python's documentation of queue.
template <typename T = PyValue>
class Queue {
 public:
  // For at most `max_size` values; zero or less: for any number.
  explicit Queue(int64_t max_size = 0) : max_size_(max_size) {}
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  // Without `block` it does not wait for room, with a timeout no longer than that.
  //
  // kDeadlineExceeded (queue.Full) "the queue is full". kInvalidArgument (ValueError) "'timeout'
  // must be a non-negative number". kCancelled (queue.ShutDown) "the queue is shut down".
  absl::Status Put(T value, bool block = true,
                   std::optional<absl::Duration> timeout = std::nullopt) {
    const Held held(lock_);
    const auto ready = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return HasRoom() || shut_down_; };
    // Python does not look at a timeout that is not needed.
    if (max_size_ <= 0) timeout.reset();
    const absl::StatusOr<bool> done = internal::QueueWait(has_room_, ready, block, timeout);
    if (!done.ok()) return done.status();
    if (shut_down_) return internal::QueueIsShutDown();
    if (!*done) return internal::QueueIsFull();
    values_.push_back(std::move(value));
    ++unfinished_;
    return has_values_.Notify();
  }
  absl::Status PutNowait(T value) { return Put(std::move(value), /*block=*/false); }

  // As Put: kDeadlineExceeded (queue.Empty) "the queue is empty". After Shutdown it returns what is
  // left first.
  absl::StatusOr<T> Get(bool block = true, std::optional<absl::Duration> timeout = std::nullopt) {
    const Held held(lock_);
    const auto ready = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
      return !values_.empty() || shut_down_;
    };
    const absl::StatusOr<bool> done = internal::QueueWait(has_values_, ready, block, timeout);
    if (!done.ok()) return done.status();
    if (!*done) return internal::QueueIsEmpty();
    if (values_.empty()) return internal::QueueIsShutDown();
    T value = std::move(values_.front());
    values_.pop_front();
    if (absl::Status status = has_room_.Notify(); !status.ok()) return status;
    return value;
  }
  absl::StatusOr<T> GetNowait() { return Get(/*block=*/false); }

  // Whether there is something to get, or will be within the timeout, or the queue is shut down.
  absl::StatusOr<bool> WaitForValue(absl::Duration timeout) {
    const Held held(lock_);
    return has_values_.WaitFor(
        [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !values_.empty() || shut_down_; },
        timeout);
  }

  // As of this moment.
  size_t Qsize() const {
    const Held held(lock_);
    return values_.size();
  }
  bool Empty() const { return Qsize() == 0; }
  bool Full() const {
    const Held held(lock_);
    return !HasRoom();
  }

  // To be called once for each value that was got, when it is done with. kInvalidArgument
  // (ValueError) "task_done() called too many times".
  absl::Status TaskDone() {
    const Held held(lock_);
    if (unfinished_ == 0) return internal::TooManyTasksDone();
    return --unfinished_ == 0 ? all_done_.NotifyAll() : absl::OkStatus();
  }
  // Waits until all values are done with. False after `timeout`, which Python does not have.
  absl::StatusOr<bool> Join(std::optional<absl::Duration> timeout = std::nullopt) {
    const Held held(lock_);
    return all_done_.WaitFor([this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return unfinished_ == 0; },
                             timeout);
  }

  // Put fails from now on, and Get once nothing is left, which is at once if `immediate`: the
  // values are gone then, and done with. Wakes all who wait. (Python 3.13.)
  void Shutdown(bool immediate = false) {
    const Held held(lock_);
    shut_down_ = true;
    if (immediate) {
      unfinished_ -= values_.size();
      values_.clear();
      if (unfinished_ == 0) static_cast<void>(all_done_.NotifyAll());
    }
    static_cast<void>(has_room_.NotifyAll());
    static_cast<void>(has_values_.NotifyAll());
  }

 private:
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(lock_) {
    return max_size_ <= 0 || values_.size() < static_cast<uint64_t>(max_size_);
  }

  const int64_t max_size_;
  mutable threading::Lock lock_;
  threading::Condition has_values_{lock_};
  threading::Condition has_room_{lock_};
  threading::Condition all_done_{lock_};
  std::deque<T> values_ ABSL_GUARDED_BY(lock_);
  uint64_t unfinished_ ABSL_GUARDED_BY(lock_) = 0;
  bool shut_down_ ABSL_GUARDED_BY(lock_) = false;
};

template <typename T = PyValue>
using JoinableQueue = Queue<T>;

}  // namespace someos::multiprocessing::dummy

#endif  // SOMEOS_API_MULTIPROCESSING_DUMMY_QUEUE_H_
