// Functions that are to run at a time, for an event loop. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_TIMER_QUEUE_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_TIMER_QUEUE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace someos::multiprocessing::internal {

// For one thread at a time.
class TimerQueue {
 public:
  using Id = uint64_t;  // never 0, never used again
  // `now` is the time since any fixed point of a clock that nobody sets.
  explicit TimerQueue(std::function<absl::Duration()> now) : now_(std::move(now)) {}
  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;

  // `run` may add and cancel others.
  Id Add(absl::Duration after, absl::AnyInvocable<void()> run);
  // Does nothing if it has run or was cancelled.
  void Cancel(Id id);
  // Zero if one is due, InfiniteDuration if there is none.
  absl::Duration UntilNext() const;
  // Runs what is due, in the order of its time; not what it adds.
  void RunDue();

 private:
  using Key = std::pair<absl::Duration, Id>;

  const std::function<absl::Duration()> now_;
  Id last_ = 0;
  std::map<Key, absl::AnyInvocable<void()>> pending_;
  absl::flat_hash_map<Id, absl::Duration> times_;
};

// The time of a clock that nobody sets, since any fixed point.
absl::Duration MonotonicTime();

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_TIMER_QUEUE_H_
