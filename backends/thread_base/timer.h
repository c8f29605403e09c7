// Python's Timer over a Core.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_TIMER_H_
#define SOMEOS_BACKENDS_THREAD_BASE_TIMER_H_

#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_base/errors.h"
#include "someos/backends/thread_base/thread.h"
#include "someos/backends/thread_base/thread_record.h"

namespace someos::thread_base {

// A thread that waits, and then calls a function once, unless it is cancelled before:
//
//   Timer timer(absl::Seconds(30), [] { LOG(WARNING) << "still at it"; });
//   absl::Status status = timer.Start();
//   ...
//   timer.Cancel();
//
// The time begins with Start; zero or less calls at once. Its destructor, like a Thread's, joins:
// it waits until the function has been called, unless the timer is cancelled or a daemon. By
// thread_dummy Start waits for the time, calls the function and returns.
//
// Thread-safe; the function may cancel, too, which changes nothing any more.
// Source: Python's documentation of threading.Timer.
template <typename Core>
class Timer : public Thread<Core> {
 public:
  Timer(absl::Duration interval, absl::AnyInvocable<void() &&> function, ThreadOptions options = {})
      : Timer(interval, std::move(function), std::move(options), std::make_shared<State>()) {}

  // As Thread::Start. kOutOfRange "timeout value is too large" beyond kTimeoutMax, except
  // InfiniteDuration, which only Cancel ends; with thread_dummy kFailedPrecondition, since nobody
  // can. An errno if the clock cannot be read.
  absl::Status Start() {
    if (absl::Status status = CheckTimeout(interval_); !status.ok()) return status;
    if (Core::kInline && interval_ == absl::InfiniteDuration()) return WouldWaitForever();
    if (const int error = typename Core::Deadline(interval_).clock_error(); error != 0) {
      return ErrnoStatus(error, "Timer.Start: clock_gettime");
    }
    return Thread<Core>::Start();
  }

  // The function is not called, unless it has been, or is being, called. Any number of times.
  void Cancel() {
    Core::Point({"Timer.Cancel", state_.get()});
    state_->Set(kFinished);
    Core::After();
  }

  // Whether the function has been called and has returned, or the timer has been cancelled.
  bool finished() const {
    Core::Point({"Timer.finished", state_.get()});
    return state_->Get() == kFinished;
  }

 private:
  static constexpr uint32_t kWaiting = 0;
  static constexpr uint32_t kFinished = 1;
  struct State : StateWord<Core> {
    State() : StateWord<Core>(kWaiting) {}
  };

  Timer(absl::Duration interval, absl::AnyInvocable<void() &&> function, ThreadOptions options,
        std::shared_ptr<State> state)
      : Thread<Core>(
            [interval, state, function = std::move(function)]() mutable {
              typename Core::Deadline deadline(interval);
              state->Await(kFinished, deadline, {"Timer", state.get()});
              if (state->Get() == kFinished) return;
              if (function) std::move(function)();
              state->Set(kFinished);
            },
            std::move(options)),
        interval_(interval),
        state_(std::move(state)) {}

  absl::Duration interval_;
  std::shared_ptr<State> state_;
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_TIMER_H_
