// What the threads of a schedule hand to each other: whoever has it runs.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_BATON_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_BATON_H_

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_pthread/core.h"

namespace someos::thread_stepped {

// One thread waits for it, another one gives it. It may be destroyed as soon as it has been taken,
// even while the call of Give has not returned.
class Baton {
 public:
  Baton() = default;
  Baton(const Baton&) = delete;
  Baton& operator=(const Baton&) = delete;

  // Lets the one that takes it go on, now or when it comes.
  void Give() {
    word_.store(1, std::memory_order_release);
    thread_pthread::Core::Words::Wake(word_, 1);
  }

  // Waits until it is given; at most for `timeout`, and returns whether it was.
  bool Take(absl::Duration timeout = absl::InfiniteDuration()) {
    base::Deadline deadline(timeout);
    while (word_.exchange(0, std::memory_order_acquire) == 0) {
      const auto end = thread_pthread::Core::Words::Wait(word_, 0, deadline);
      if (end == thread_base::WaitEnd::kTimedOut) return false;
    }
    return true;
  }

 private:
  std::atomic<uint32_t> word_{0};
};

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_BATON_H_
