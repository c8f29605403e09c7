// The Core of threads that are the system's.

#ifndef SOMEOS_BACKENDS_THREAD_PTHREAD_CORE_H_
#define SOMEOS_BACKENDS_THREAD_PTHREAD_CORE_H_

#include <atomic>
#include <cstdint>

#include "someos/backends/base/deadline.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_pthread/system_threads.h"

#ifdef __linux__
#include "someos/backends/thread_pthread/futex.h"
#else
#include "someos/backends/thread_pthread/parking.h"
#endif

namespace someos::thread_pthread {

// See thread_base/core.h.
struct Core : SystemThreads {
  using Word = std::atomic<uint32_t>;
  using Deadline = base::Deadline;
#ifdef __linux__
  using Words = Futex;
#else
  using Words = Parking;
#endif

  static constexpr int kSpins = 100;

  static void Point(const thread_base::Operation& /*operation*/) {}
  static void After() {}

  static thread_base::WaitEnd Wait(Word& word, uint32_t expected, Deadline& deadline,
                                   const thread_base::Operation& /*operation*/) {
    return Words::Wait(word, expected, deadline);
  }
  static void Wake(Word& word, int count) { Words::Wake(word, count); }

  static void Acquired(const thread_base::Operation& /*operation*/) {}
  static void Released(const void* /*object*/) {}
};

}  // namespace someos::thread_pthread

#endif  // SOMEOS_BACKENDS_THREAD_PTHREAD_CORE_H_
