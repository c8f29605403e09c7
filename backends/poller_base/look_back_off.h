// Decides whether a wait looks before it blocks.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_LOOK_BACK_OFF_H_
#define SOMEOS_BACKENDS_POLLER_BASE_LOOK_BACK_OFF_H_

#include <algorithm>
#include <atomic>

#include "absl/time/time.h"
#include "someos/backends/base/deadline.h"

namespace someos::poller_base {

// A look is a system call that does not block. If it finds something it takes less time than one
// that may block, which prepares for sleep first: poll(2) and select(2) add the thread to the wait
// queue of every descriptor up to the first ready one, and any timeout needs a clock and a timer.
// If it finds nothing it was in vain. So looks become rare while they are in vain (exponential
// back-off): after 1, 3, 7 and then always 15 waits without a look.
//
// Thread-safe; if several threads wait, they may look more often.
class LookBackOff {
 public:
  // Whether the wait that begins should look. It then calls one of the other two.
  bool Due() {
    const int left = to_skip_.load(std::memory_order_relaxed);
    if (left == 0) return true;
    to_skip_.store(left - 1, std::memory_order_relaxed);
    return false;
  }
  void Found() { next_to_skip_.store(1, std::memory_order_relaxed); }
  void InVain() {
    const int next = next_to_skip_.load(std::memory_order_relaxed);
    to_skip_.store(next, std::memory_order_relaxed);
    next_to_skip_.store(std::min(2 * next + 1, kMaxToSkip), std::memory_order_relaxed);
  }

  // Such a wait: returns the result of `call`(deadline), a system call that returns 0 if it finds
  // nothing. The deadline, which may be Deadline::NotStarted, is started before a call that blocks;
  // if it cannot be, the result is 0.
  template <typename Call>
  int LookThenBlock(base::Deadline& deadline, Call call) {
    if (!deadline.immediate() && Due()) {
      const int found = call(base::Deadline(absl::ZeroDuration()));
      if (found != 0) {
        Found();
        return found;
      }
      InVain();
    }
    deadline.Start();
    return deadline.clock_error() != 0 ? 0 : call(deadline);
  }

 private:
  static constexpr int kMaxToSkip = 15;

  std::atomic<int> to_skip_{0};       // by the next waits
  std::atomic<int> next_to_skip_{1};  // after the next look that is in vain
};

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_LOOK_BACK_OFF_H_
