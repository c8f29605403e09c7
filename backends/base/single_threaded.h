// Whether the program has a single thread and can skip synchronization.

#ifndef SOMEOS_BACKENDS_BASE_SINGLE_THREADED_H_
#define SOMEOS_BACKENDS_BASE_SINGLE_THREADED_H_

// glibc 2.32 and newer.
#if defined(__has_include)
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define SOMEOS_HAS_LIBC_SINGLE_THREADED 1
#endif
#endif

namespace someos::base {

// True only while the program has a single thread. False if the C library does not report it.
inline bool SingleThreaded() {
#ifdef SOMEOS_HAS_LIBC_SINGLE_THREADED
  return __libc_single_threaded != 0;
#else
  return false;
#endif
}

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_SINGLE_THREADED_H_
