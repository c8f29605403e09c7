// The objects of threading on threads that a test runs one at a time.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_THREAD_STEPPED_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_THREAD_STEPPED_H_

#include "someos/backends/thread_base/threads.h"
#include "someos/backends/thread_stepped/atomic.h"
#include "someos/backends/thread_stepped/core.h"
#include "someos/backends/thread_stepped/explore.h"

namespace someos::thread_stepped {

using Threads = thread_base::Threads<Core>;
using Barrier = Threads::Barrier;
using BoundedSemaphore = Threads::BoundedSemaphore;
using Condition = Threads::Condition;
using Event = Threads::Event;
using Lock = Threads::Lock;
using RLock = Threads::RLock;
using Semaphore = Threads::Semaphore;

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_THREAD_STEPPED_H_
