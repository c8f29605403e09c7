#include "someos/backends/thread_pthread/futex.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

#include "someos/backends/base/deadline.h"
#include "someos/backends/thread_base/core.h"

namespace someos::thread_pthread {
namespace {

using thread_base::WaitEnd;

// What SYS_futex takes, whatever the C library's time_t is.
struct KernelTime {
  using Number = decltype(timespec::tv_nsec);
  Number seconds;
  Number nanoseconds;
};

static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t) &&
              std::atomic<uint32_t>::is_always_lock_free);

// The kernel takes the address for a name alone if it wakes.
auto Call(std::atomic<uint32_t>& word, int operation, uint32_t value, const KernelTime* end) {
  return syscall(SYS_futex, reinterpret_cast<uint32_t*>(&word), operation | FUTEX_PRIVATE_FLAG,
                 value, end, nullptr, FUTEX_BITSET_MATCH_ANY);
}

}  // namespace

// With a point in time instead of a timeout, a call that a signal or a stop interrupted is no
// longer for it.
WaitEnd Futex::Wait(std::atomic<uint32_t>& word, uint32_t expected, base::Deadline& deadline) {
  if (deadline.infinite()) {
    Call(word, FUTEX_WAIT_BITSET, expected, nullptr);
    return WaitEnd::kWoken;
  }
  if (deadline.Passed()) return WaitEnd::kTimedOut;
  const timespec end = deadline.AsPointInTime();
  const KernelTime kernel_end = {static_cast<KernelTime::Number>(end.tv_sec), end.tv_nsec};
  const auto result = Call(word, FUTEX_WAIT_BITSET, expected, &kernel_end);
  const bool timed_out = result != 0 && errno == ETIMEDOUT;
  // The call ends early for a deadline that is far away.
  return timed_out && deadline.Passed() ? WaitEnd::kTimedOut : WaitEnd::kWoken;
}

void Futex::Wake(std::atomic<uint32_t>& word, int count) {
  Call(word, FUTEX_WAKE, static_cast<uint32_t>(count), nullptr);
}

}  // namespace someos::thread_pthread
