// Python's Event over a Core.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_EVENT_H_
#define SOMEOS_BACKENDS_THREAD_BASE_EVENT_H_

#include <atomic>
#include <climits>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_base/errors.h"

namespace someos::thread_base {

// A flag that threads wait for. Thread-safe. It may be destroyed by a thread that has seen it set,
// even while Set has not returned.
//
// Source: Python's documentation of threading.Event.
template <typename Core>
class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  bool IsSet() const {
    Core::Point({"Event.IsSet", this});
    return (state_.load(std::memory_order_acquire) & kSet) != 0;
  }

  // Wakes all threads that wait, also if Clear follows before they run.
  void Set() {
    Core::Point({"Event.Set", this});
    uint32_t state = state_.load(std::memory_order_relaxed);
    uint32_t set;
    do {
      const bool was_set = (state & kSet) != 0;
      set = was_set ? state : ((state & ~kFlags) + kOneMoreSet) | kSet;
    } while (!state_.compare_exchange_weak(state, set, std::memory_order_acq_rel,
                                           std::memory_order_relaxed));
    if ((state & kWaitedFor) != 0) Core::Wake(state_, INT_MAX);
    Core::After();
  }

  void Clear() {
    Core::Point({"Event.Clear", this});
    state_.fetch_and(~kSet, std::memory_order_acq_rel);
    Core::After();
  }

  // Waits until the flag is set, at once if it is. Returns true, or false if the timeout passes
  // first; a timeout of zero or less does not wait. kOutOfRange "timeout value is too large" beyond
  // kTimeoutMax, kFailedPrecondition of a wait that nobody can end, and an errno if the clock
  // cannot be read.
  absl::StatusOr<bool> Wait(std::optional<absl::Duration> timeout = std::nullopt) {
    const Operation operation = {"Event.Wait", this};
    Core::Point(operation);
    uint32_t state = state_.load(std::memory_order_acquire);
    if ((state & kSet) != 0) return true;
    const absl::Duration time = timeout.value_or(absl::InfiniteDuration());
    if (absl::Status status = CheckTimeout(time); !status.ok()) return status;
    auto deadline = Core::Deadline::NotStarted(time);
    return WaitResult(WaitForSetAfter(state & ~kFlags, deadline, operation), deadline.clock_error(),
                      operation);
  }

 private:
  // The rest of the word counts how often it was set, so that a thread sees that it was although it
  // is not any more. (The count begins anew after a thousand million; a thread would have to sleep
  // through exactly so many to miss one.)
  static constexpr uint32_t kSet = 1;
  static constexpr uint32_t kWaitedFor = 2;
  static constexpr uint32_t kFlags = kSet | kWaitedFor;
  static constexpr uint32_t kOneMoreSet = 4;

  WaitEnd WaitForSetAfter(uint32_t count, typename Core::Deadline& deadline,
                          const Operation& operation) {
    uint32_t state = state_.load(std::memory_order_acquire);
    while ((state & ~kFlags) == count) {
      const uint32_t waited_for = state | kWaitedFor;
      if (state != waited_for &&
          !state_.compare_exchange_weak(state, waited_for, std::memory_order_acquire)) {
        continue;
      }
      const WaitEnd end = Core::Wait(state_, waited_for, deadline, operation);
      state = state_.load(std::memory_order_acquire);
      if (end != WaitEnd::kWoken && (state & ~kFlags) == count) return end;
    }
    return WaitEnd::kWoken;
  }

  typename Core::Word state_{0};
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_EVENT_H_
