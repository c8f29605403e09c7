// The objects of threading in a program with one thread.

#ifndef SOMEOS_BACKENDS_THREAD_DUMMY_THREAD_DUMMY_H_
#define SOMEOS_BACKENDS_THREAD_DUMMY_THREAD_DUMMY_H_

#include "someos/backends/thread_base/threads.h"
#include "someos/backends/thread_dummy/core.h"

namespace someos::thread_dummy {

using Threads = thread_base::Threads<Core>;
using Lock = Threads::Lock;

}  // namespace someos::thread_dummy

#endif  // SOMEOS_BACKENDS_THREAD_DUMMY_THREAD_DUMMY_H_
