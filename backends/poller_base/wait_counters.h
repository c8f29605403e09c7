// The counters behind Poller::counters().

#ifndef SOMEOS_BACKENDS_POLLER_BASE_WAIT_COUNTERS_H_
#define SOMEOS_BACKENDS_POLLER_BASE_WAIT_COUNTERS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "someos/api/diagnostics.h"

namespace someos::poller_base {

// Written only by the waiting thread, so that an increment is a plain load and store; any thread
// may read them.
class WaitCounters {
 public:
  void CountWait(size_t events, bool woken) {
    Add(waits_, 1);
    Add(events_, events);
    if (woken) Add(wakes_, 1);
  }
  // Counts a wait that found one event. The same as CountWait(1, false), but with a single
  // increment.
  void CountOne() { Add(ones_, 1); }
  void CountSpurious() { Add(spurious_, 1); }
  void CountInterrupted() { Add(interrupted_, 1); }

  Counters Read() const {
    const uint64_t ones = Get(ones_);
    return {Get(waits_) + ones, Get(events_) + ones, Get(wakes_), Get(spurious_),
            Get(interrupted_)};
  }

 private:
  using Counter = std::atomic<uint64_t>;

  static uint64_t Get(const Counter& counter) { return counter.load(std::memory_order_relaxed); }
  static void Add(Counter& counter, uint64_t count) {
    counter.store(Get(counter) + count, std::memory_order_relaxed);
  }

  Counter ones_{0};
  Counter waits_{0};
  Counter events_{0};
  Counter wakes_{0};
  Counter spurious_{0};
  Counter interrupted_{0};
};

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_WAIT_COUNTERS_H_
