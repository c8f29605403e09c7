// The objects of threading in a program with one thread.

#ifndef SOMEOS_BACKENDS_THREAD_DUMMY_THREAD_DUMMY_H_
#define SOMEOS_BACKENDS_THREAD_DUMMY_THREAD_DUMMY_H_

#include "someos/backends/thread_base/threads.h"
#include "someos/backends/thread_dummy/core.h"

namespace someos::thread_dummy {

using Threads = thread_base::Threads<Core>;
using Barrier = Threads::Barrier;
using BoundedSemaphore = Threads::BoundedSemaphore;
using Condition = Threads::Condition;
using Event = Threads::Event;
using Lock = Threads::Lock;
using RLock = Threads::RLock;
using Semaphore = Threads::Semaphore;

}  // namespace someos::thread_dummy

#endif  // SOMEOS_BACKENDS_THREAD_DUMMY_THREAD_DUMMY_H_
