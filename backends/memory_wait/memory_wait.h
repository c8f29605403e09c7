// Sleeping until a word of memory that processes share changes.

#ifndef SOMEOS_BACKENDS_MEMORY_WAIT_MEMORY_WAIT_H_
#define SOMEOS_BACKENDS_MEMORY_WAIT_MEMORY_WAIT_H_

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"

namespace someos::memory_wait {

// Sleeps while `word` is `expected`, until WakeAll in any process that has the memory mapped, but
// no longer than `longest`. May return earlier, for signals as well. A sleeper that is killed
// leaves nothing behind.
//
// On Linux this is futex(2). Elsewhere WakeAll has no effect, and this returns after a millisecond
// at the latest.
void SleepWhile(std::atomic<uint32_t>& word, uint32_t expected, absl::Duration longest);

// Wakes all that sleep because of `word`, which is to be changed before.
void WakeAll(std::atomic<uint32_t>& word);

}  // namespace someos::memory_wait

#endif  // SOMEOS_BACKENDS_MEMORY_WAIT_MEMORY_WAIT_H_
