// Words to wait on where the system has none, made of POSIX's mutexes and condition variables.

#ifndef SOMEOS_BACKENDS_THREAD_PTHREAD_PARKING_H_
#define SOMEOS_BACKENDS_THREAD_PTHREAD_PARKING_H_

#include <atomic>
#include <cstdint>

#include "someos/backends/base/deadline.h"
#include "someos/backends/thread_base/core.h"

namespace someos::thread_pthread {

// Wait and Wake as thread_base/core.h describes them, between the threads of a process. Threads
// that wait stand in a table of queues, chosen by the word's address, first come, first woken. In a
// forked child nobody waits.
struct Parking {
  static thread_base::WaitEnd Wait(std::atomic<uint32_t>& word, uint32_t expected,
                                   base::Deadline& deadline);
  static void Wake(std::atomic<uint32_t>& word, int count);
};

}  // namespace someos::thread_pthread

#endif  // SOMEOS_BACKENDS_THREAD_PTHREAD_PARKING_H_
