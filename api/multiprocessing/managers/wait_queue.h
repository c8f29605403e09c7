// Calls that wait for something. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_WAIT_QUEUE_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_WAIT_QUEUE_H_

#include <cstddef>
#include <list>
#include <optional>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/managers/call.h"
#include "someos/api/multiprocessing/managers/timer_queue.h"

namespace someos::multiprocessing::internal {

// A call waits here until it is woken, its timeout has passed or its connection is gone, which
// removes it: a dead client takes no item and no lock. First in, first out.
class WaitQueue {
 public:
  using Continuation = absl::AnyInvocable<void(Call)>;

  // `timers` must outlive it.
  explicit WaitQueue(TimerQueue* timers) : timers_(timers) {}
  ~WaitQueue() { Clear(); }
  WaitQueue(const WaitQueue&) = delete;
  WaitQueue& operator=(const WaitQueue&) = delete;

  // Continues with `on_wake` or `on_timeout`; with neither if the connection is gone before.
  void Add(Call call, std::optional<absl::Duration> timeout, Continuation on_wake,
           Continuation on_timeout);
  bool empty() const { return waiting_.empty(); }
  size_t size() const { return waiting_.size(); }
  // Wakes the one that has waited longest; false if there is none.
  bool WakeOne();
  // Wakes those that wait now.
  void WakeAll();

 private:
  struct Waiting {
    Call call;
    Continuation on_wake;
    Continuation on_timeout;
    TimerQueue::Id timer;  // 0: none
  };
  using Place = std::list<Waiting>::iterator;

  // Removes what waits at `place`, and its timer.
  Waiting Take(Place place);
  void Clear();

  TimerQueue* const timers_;
  std::list<Waiting> waiting_;
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_WAIT_QUEUE_H_
