#include "someos/backends/base/deadline.h"

#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

namespace someos::base {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;

// A negative errno if the clock cannot be read.
int64_t MonotonicNow() {
#if SOMEOS_LINKS_THREAD_STEPPED
  if (const int64_t* const now = ClockOfThread(); now != nullptr) return *now;
#endif
  timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) return -int64_t{errno};
  return now.tv_sec * kNanosPerSecond + now.tv_nsec;
}

// An absl::Duration counts quarters of a nanosecond, which ToInt64Nanoseconds truncates. INT64_MAX
// if there are more.
int64_t NanosecondsRoundedUp(absl::Duration timeout) {
  const int64_t whole = absl::ToInt64Nanoseconds(timeout);
  return whole < INT64_MAX && absl::Nanoseconds(whole) < timeout ? whole + 1 : whole;
}

int64_t DivideRoundingUp(int64_t dividend, int64_t divisor) {
  return dividend / divisor + (dividend % divisor != 0 ? 1 : 0);
}

timespec ToTimespec(int64_t ns) {
  timespec result = {};
  result.tv_sec = static_cast<time_t>(ns / kNanosPerSecond);
  result.tv_nsec = static_cast<decltype(result.tv_nsec)>(ns % kNanosPerSecond);
  return result;
}

}  // namespace

#if SOMEOS_LINKS_THREAD_STEPPED
const int64_t*& ClockOfThread() {
  static thread_local const int64_t* clock = nullptr;
  return clock;
}
#endif

Deadline Deadline::OfTimeout(absl::Duration timeout) {
  const int64_t remaining = NanosecondsRoundedUp(timeout);
  return Deadline(remaining == kForever ? kForever : kNotStarted, remaining);
}

Deadline Deadline::Started() const {
  const int64_t now = MonotonicNow();
  if (now < 0) return Deadline(kNoClock, -now);
  if (remaining_ns_ >= kForever - now) return Deadline(kForever, kForever);
  return Deadline(now + remaining_ns_, remaining_ns_);
}

bool Deadline::Passed() {
  if (end_ns_ == kNotStarted) {
    Start();
    return end_ns_ == kNoClock;
  }
  if (end_ns_ == kForever) return false;
  if (end_ns_ == kImmediate || end_ns_ == kNoClock) return true;
  const int64_t now = MonotonicNow();
  if (now < 0) {
    *this = Deadline(kNoClock, -now);
    return true;
  }
  remaining_ns_ = std::max<int64_t>(0, end_ns_ - now);
  return remaining_ns_ == 0;
}

timespec Deadline::AsTimespec() const {
  return ToTimespec(std::min(remaining_ns_, kLongestWaitSeconds * kNanosPerSecond));
}

timespec Deadline::AsPointInTime() const {
  const int64_t read_at = end_ns_ - remaining_ns_;
  return ToTimespec(read_at + std::min(remaining_ns_, kLongestWaitSeconds * kNanosPerSecond));
}

timeval Deadline::AsTimeval() const {
  const int64_t us =
      std::min(DivideRoundingUp(remaining_ns_, 1000), kLongestWaitSeconds * 1'000'000);
  timeval result = {};
  result.tv_sec = static_cast<decltype(result.tv_sec)>(us / 1'000'000);
  result.tv_usec = static_cast<decltype(result.tv_usec)>(us % 1'000'000);
  return result;
}

int Deadline::AsMilliseconds() const {
  return static_cast<int>(
      std::min(DivideRoundingUp(remaining_ns_, 1'000'000), kLongestWaitSeconds * 1000));
}

int Deadline::AsWholeMilliseconds() const {
  return static_cast<int>(std::min(remaining_ns_ / 1'000'000, kLongestWaitSeconds * 1000));
}

}  // namespace someos::base
