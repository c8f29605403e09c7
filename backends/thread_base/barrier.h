// Python's Barrier over a Core.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_BARRIER_H_
#define SOMEOS_BACKENDS_THREAD_BASE_BARRIER_H_

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/cleanup/cleanup.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_base/errors.h"
#include "someos/backends/thread_base/thread_number.h"
#include "someos/backends/thread_base/wait_queue.h"

namespace someos::thread_base {

// A point that a number of threads pass together, again and again.
//
// When a thread gives up waiting, or Abort is called, the barrier is broken: all that wait, and all
// that come until Reset, return kAborted "the barrier is broken" (Python's BrokenBarrierError).
// Thread-safe; may be destroyed when all calls have returned.
//
// Source: Python's documentation of threading.Barrier.
template <typename Core>
class Barrier {
 public:
  // `action`, if given, is called by one of the threads when all are there, before any passes; it
  // may use the barrier, but not wait for it. If it fails, or an exception leaves it, the barrier
  // is broken, and its thread gets the error. `timeout` is that of Wait, if that has none.
  //
  // Fewer than one party are an error, kInvalidArgument "parties must be > 0", which status() and
  // all functions return.
  explicit Barrier(int parties, absl::AnyInvocable<absl::Status()> action = nullptr,
                   std::optional<absl::Duration> timeout = std::nullopt)
      : parties_(parties), timeout_(timeout), action_(std::move(action)) {}
  Barrier(const Barrier&) = delete;
  Barrier& operator=(const Barrier&) = delete;

  absl::Status status() const {
    return parties_ > 0 ? absl::OkStatus() : ValueError("parties must be > 0");
  }

  // Waits until as many threads as there are parties have called it. Returns a number from 0 to
  // parties - 1, another one in each of them.
  //
  // kAborted if the barrier is broken, or has been reset meanwhile. After the timeout it is broken,
  // too; a timeout of zero or less breaks it unless this is the last party. kOutOfRange "timeout
  // value is too large" beyond kTimeoutMax, kFailedPrecondition of a wait that nobody can end (the
  // barrier is as before), an errno if the clock cannot be read.
  absl::StatusOr<int> Wait(std::optional<absl::Duration> timeout = std::nullopt) {
    const Operation operation = {"Barrier.Wait", this};
    Core::Point(operation);
    if (parties_ <= 0) return status();
    const absl::Duration time =
        timeout.has_value() ? *timeout : timeout_.value_or(absl::InfiniteDuration());
    if (absl::Status status = CheckTimeout(time); !status.ok()) return status;
    typename Queue::Section section(queue_, operation);
    if (absl::Status status = Enter(section); !status.ok()) return status;
    const int index = count_++;
    const absl::Status passed =
        count_ == parties_ ? Pass(section) : WaitToPass(section, time, operation);
    Leave();
    if (!passed.ok()) return passed;
    return index;
  }

  // Makes the barrier empty and whole. Threads that wait return kAborted.
  absl::Status Reset() {
    const Operation operation = {"Barrier.Reset", this};
    Core::Point(operation);
    if (parties_ <= 0) return status();
    const typename Queue::Section section(queue_, operation);
    if (count_ == 0) {
      state_ = State::kFilling;
    } else if (state_ != State::kDraining) {
      state_ = State::kResetting;
    }
    queue_.WakeAll();
    return absl::OkStatus();
  }

  // Breaks the barrier.
  absl::Status Abort() {
    const Operation operation = {"Barrier.Abort", this};
    Core::Point(operation);
    if (parties_ <= 0) return status();
    const typename Queue::Section section(queue_, operation);
    Break();
    return absl::OkStatus();
  }

  int parties() const { return parties_; }

  // How many threads wait for the others, as of this moment.
  int n_waiting() const {
    const Operation operation = {"Barrier.n_waiting", this};
    Core::Point(operation);
    const typename Queue::Section section(queue_, operation);
    return state_ == State::kFilling ? count_ : 0;
  }

  bool broken() const {
    const Operation operation = {"Barrier.broken", this};
    Core::Point(operation);
    const typename Queue::Section section(queue_, operation);
    return state_ == State::kBroken;
  }

 private:
  using Queue = WaitQueue<Core>;

  enum class State {
    kFilling,    // threads come
    kActing,     // all are there, the action runs
    kDraining,   // threads pass
    kResetting,  // threads leave without having passed
    kBroken,
  };

  static absl::Status Broken() {
    return PlainStatus(absl::StatusCode::kAborted, "the barrier is broken");
  }

  // Waits until the threads of the round before have left.
  absl::Status Enter(typename Queue::Section& section) ABSL_EXCLUSIVE_LOCKS_REQUIRED(queue_) {
    while (state_ == State::kActing || state_ == State::kDraining || state_ == State::kResetting) {
      if (state_ == State::kActing && actor_ == ThreadNumber()) {
        return RuntimeError("the action of a barrier cannot wait for it");
      }
      auto deadline = Core::Deadline::NotStarted(absl::InfiniteDuration());
      if (section.Sleep(deadline) == WaitEnd::kForever) return WouldWaitForever();
    }
    return state_ == State::kBroken ? Broken() : absl::OkStatus();
  }

  // The last thread that enters.
  absl::Status Pass(typename Queue::Section& section) ABSL_EXCLUSIVE_LOCKS_REQUIRED(queue_) {
    state_ = State::kActing;
    const absl::Status status = action_ == nullptr ? absl::OkStatus() : Act(section);
    if (state_ != State::kActing) return Broken();
    if (!status.ok()) {
      Break();
      return status;
    }
    state_ = State::kDraining;
    queue_.WakeAll();
    return absl::OkStatus();
  }

  absl::Status Act(typename Queue::Section& section)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(queue_) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    actor_ = ThreadNumber();
    absl::Cleanup unless_it_returns = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
      Break();
      Leave();
    };
    const typename Queue::Section::Unlocked unlocked(section);
    absl::Status status = action_();
    std::move(unless_it_returns).Cancel();
    return status;
  }

  absl::Status WaitToPass(typename Queue::Section& section, absl::Duration timeout,
                          const Operation& operation) ABSL_EXCLUSIVE_LOCKS_REQUIRED(queue_) {
    auto deadline = Core::Deadline::NotStarted(timeout);
    auto never = Core::Deadline::NotStarted(absl::InfiniteDuration());
    while (state_ == State::kFilling || state_ == State::kActing) {
      // When all have come, it is too late to give up.
      const WaitEnd end = section.Sleep(state_ == State::kFilling ? deadline : never);
      if (end == WaitEnd::kForever) return WouldWaitForever();
      if (end == WaitEnd::kTimedOut && state_ == State::kFilling) {
        Break();
        const int clock_error = deadline.clock_error();
        return clock_error == 0 ? Broken() : WaitResult(end, clock_error, operation).status();
      }
    }
    return state_ == State::kDraining ? absl::OkStatus() : Broken();
  }

  void Break() ABSL_EXCLUSIVE_LOCKS_REQUIRED(queue_) {
    state_ = State::kBroken;
    queue_.WakeAll();
  }

  // The last one makes the barrier ready for the next round.
  void Leave() ABSL_EXCLUSIVE_LOCKS_REQUIRED(queue_) {
    if (--count_ > 0 || (state_ != State::kDraining && state_ != State::kResetting)) return;
    state_ = State::kFilling;
    queue_.WakeAll();
  }

  const int parties_;
  const std::optional<absl::Duration> timeout_;
  absl::AnyInvocable<absl::Status()> action_;
  mutable Queue queue_;
  State state_ ABSL_GUARDED_BY(queue_) = State::kFilling;
  int count_ ABSL_GUARDED_BY(queue_) = 0;       // of threads that have entered and not left
  uint64_t actor_ ABSL_GUARDED_BY(queue_) = 0;  // the ThreadNumber of who runs the action
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_BARRIER_H_
