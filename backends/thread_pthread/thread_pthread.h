// The objects of threading on the system's threads.

#ifndef SOMEOS_BACKENDS_THREAD_PTHREAD_THREAD_PTHREAD_H_
#define SOMEOS_BACKENDS_THREAD_PTHREAD_THREAD_PTHREAD_H_

#include "someos/backends/thread_base/threads.h"
#include "someos/backends/thread_pthread/core.h"

namespace someos::thread_pthread {

using Threads = thread_base::Threads<Core>;
using Lock = Threads::Lock;

}  // namespace someos::thread_pthread

#endif  // SOMEOS_BACKENDS_THREAD_PTHREAD_THREAD_PTHREAD_H_
