#include "someos/backends/memory_wait/memory_wait.h"

#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <atomic>
#include <climits>
#include <cstdint>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace someos::memory_wait {

static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t) &&
              std::atomic<uint32_t>::is_always_lock_free);

#ifdef __linux__

namespace {

// What SYS_futex takes, whatever the C library's time_t is.
struct KernelTime {
  using Number = decltype(timespec::tv_nsec);
  Number seconds;
  Number nanoseconds;
};

// Between processes: without FUTEX_PRIVATE_FLAG.
void Futex(std::atomic<uint32_t>& word, int operation, uint32_t value, const KernelTime* time) {
  syscall(SYS_futex, reinterpret_cast<uint32_t*>(&word), operation, value, time, nullptr, 0);
}

}  // namespace

void SleepWhile(std::atomic<uint32_t>& word, uint32_t expected, absl::Duration longest) {
  if (longest <= absl::ZeroDuration()) return;
  // The kernel takes no more seconds than it has bits for.
  const timespec time = absl::ToTimespec(std::min(longest, absl::Hours(24)));
  const KernelTime kernel_time = {static_cast<KernelTime::Number>(time.tv_sec), time.tv_nsec};
  Futex(word, FUTEX_WAIT, expected, &kernel_time);
}

void WakeAll(std::atomic<uint32_t>& word) { Futex(word, FUTEX_WAKE, INT_MAX, nullptr); }

#else

void SleepWhile(std::atomic<uint32_t>& word, uint32_t expected, absl::Duration longest) {
  if (word.load(std::memory_order_relaxed) != expected) return;
  absl::SleepFor(std::min(longest, absl::Milliseconds(1)));
}

void WakeAll(std::atomic<uint32_t>& /*word*/) {}

#endif

}  // namespace someos::memory_wait
