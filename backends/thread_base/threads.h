// All objects of threading over a Core.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_THREADS_H_
#define SOMEOS_BACKENDS_THREAD_BASE_THREADS_H_

#include "someos/backends/thread_base/lock.h"

namespace someos::thread_base {

// The types of a backend.
template <typename CoreType>
struct Threads {
  using Core = CoreType;

  using Lock = thread_base::Lock<Core>;
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_THREADS_H_
