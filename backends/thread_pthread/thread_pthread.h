// The objects of threading on the system's threads.

#ifndef SOMEOS_BACKENDS_THREAD_PTHREAD_THREAD_PTHREAD_H_
#define SOMEOS_BACKENDS_THREAD_PTHREAD_THREAD_PTHREAD_H_

#include "someos/backends/thread_base/threads.h"
#include "someos/backends/thread_pthread/core.h"

namespace someos::thread_pthread {

using Threads = thread_base::Threads<Core>;
using Barrier = Threads::Barrier;
using BoundedSemaphore = Threads::BoundedSemaphore;
using Condition = Threads::Condition;
using Event = Threads::Event;
using Lock = Threads::Lock;
using RLock = Threads::RLock;
using Semaphore = Threads::Semaphore;

}  // namespace someos::thread_pthread

#endif  // SOMEOS_BACKENDS_THREAD_PTHREAD_THREAD_PTHREAD_H_
