// The Core of programs with one thread.

#ifndef SOMEOS_BACKENDS_THREAD_DUMMY_CORE_H_
#define SOMEOS_BACKENDS_THREAD_DUMMY_CORE_H_

#include <atomic>
#include <cstdint>

#include "someos/backends/base/deadline.h"
#include "someos/backends/thread_base/core.h"

namespace someos::thread_dummy {

// See thread_base/core.h. No other thread can end a wait, so that one with a deadline lasts until
// then, and one without is refused.
struct Core {
  using Word = std::atomic<uint32_t>;
  using Deadline = base::Deadline;

  static constexpr bool kInline = true;
  static constexpr int kSpins = 0;

  static void Point(const thread_base::Operation& /*operation*/) {}

  static thread_base::WaitEnd Wait(Word& word, uint32_t expected, Deadline& deadline,
                                   const thread_base::Operation& operation);
  static void Wake(Word& /*word*/, int /*count*/) {}

  static void Acquired(const thread_base::Operation& /*operation*/) {}
  static void Released(const void* /*object*/) {}
};

}  // namespace someos::thread_dummy

#endif  // SOMEOS_BACKENDS_THREAD_DUMMY_CORE_H_
