// How the waits of Select, Poll, Epoll and Kqueue go together with signal handlers.

#ifndef SOMEOS_API_ON_SIGNAL_H_
#define SOMEOS_API_ON_SIGNAL_H_

#include <algorithm>
#include <chrono>
#include <optional>

#include "absl/time/time.h"

namespace someos::select {

// What a wait does when a signal handler has run in its thread. A binding of another language only
// notes a signal in its C handler, and runs the handler that its user wrote after the system call;
// so it needs kReturn, and continues with what a TimeLimit says is left (Python's PEP 475):
//
//   const TimeLimit limit(timeout);
//   while (true) {
//     absl::StatusOr<std::vector<PollEvent>> events = poll.Wait(limit.Left(), OnSignal::kReturn);
//     if (ErrnoOf(events.status()) != EINTR) return events;
//     if (PyErr_CheckSignals() != 0) return Raised();  // a handler has raised an exception
//   }
//
// A signal that arrives just before the kernel begins to wait does not interrupt it. A program that
// must not miss one lets its handler write to a pipe, and waits for that as well (Python's
// signal.set_wakeup_fd).
enum class OnSignal {
  kContinue,  // continues until the deadline
  kReturn,    // returns EINTR, also if the deadline has passed as well
};

// A timeout that several calls share. It counts from its construction, on the monotonic clock.
class TimeLimit {
 public:
  // `timeout` is what the calls accept: std::nullopt or absl::InfiniteDuration() for no limit. A
  // negative one keeps its meaning, whatever it is for the call.
  explicit TimeLimit(std::optional<absl::Duration> timeout)
      : timeout_(timeout), start_(Counts() ? Clock::now() : Clock::time_point()) {}

  // The timeout for the next call: what is left of it, zero if nothing is.
  std::optional<absl::Duration> Left() const {
    if (!Counts()) return timeout_;
    return std::max(*timeout_ - absl::FromChrono(Clock::now() - start_), absl::ZeroDuration());
  }

 private:
  using Clock = std::chrono::steady_clock;

  bool Counts() const {
    return timeout_.has_value() && *timeout_ > absl::ZeroDuration() &&
           *timeout_ != absl::InfiniteDuration();
  }

  std::optional<absl::Duration> timeout_;
  Clock::time_point start_;
};

}  // namespace someos::select

#endif  // SOMEOS_API_ON_SIGNAL_H_
