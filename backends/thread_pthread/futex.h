// futex(2): Linux's words to wait on.

#ifndef SOMEOS_BACKENDS_THREAD_PTHREAD_FUTEX_H_
#define SOMEOS_BACKENDS_THREAD_PTHREAD_FUTEX_H_

#include <atomic>
#include <cstdint>

#include "someos/backends/base/deadline.h"
#include "someos/backends/thread_base/core.h"

namespace someos::thread_pthread {

// Wait and Wake as thread_base/core.h describes them, between the threads of a process.
struct Futex {
  static thread_base::WaitEnd Wait(std::atomic<uint32_t>& word, uint32_t expected,
                                   base::Deadline& deadline);
  static void Wake(std::atomic<uint32_t>& word, int count);
};

}  // namespace someos::thread_pthread

#endif  // SOMEOS_BACKENDS_THREAD_PTHREAD_FUTEX_H_
