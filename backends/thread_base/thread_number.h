// Numbers that tell threads apart for ever.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_THREAD_NUMBER_H_
#define SOMEOS_BACKENDS_THREAD_BASE_THREAD_NUMBER_H_

#include <atomic>
#include <cstdint>

#include "absl/base/optimization.h"

namespace someos::thread_base {

// The calling thread's: never 0, and no other thread of this process or its forked children has it,
// also not after this one has ended (unlike the system's numbers: findings/cpython_rlock_owner.sh).
// A thread that forks keeps it in the child.
inline uint64_t ThreadNumber() {
  static std::atomic<uint64_t> newest{0};
  thread_local uint64_t number = 0;
  if (ABSL_PREDICT_FALSE(number == 0)) {
    number = newest.fetch_add(1, std::memory_order_relaxed) + 1;
  }
  return number;
}

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_THREAD_NUMBER_H_
