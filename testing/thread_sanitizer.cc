// What ThreadSanitizer must not report: it reads this list from any program that has it.

#include "absl/base/config.h"

#ifdef ABSL_HAVE_THREAD_SANITIZER
extern "C" const char* __tsan_default_suppressions();

extern "C" const char* __tsan_default_suppressions() {
  // libkqueue closes the descriptors of a queue in a thread of its own, some time after the queue,
  // and takes them out of its epoll set there (by epoll_update).
  // And where a file was closed without Unregister, the emulation takes all numbers out of the old
  // queue, this one too, which another thread may be opening anew; that does no harm. Nor does
  // taking out the filter of an event that came too late: at most there is none.
  //
  // RebuildAfterFork replaces, in the child, what a thread of its parent may have read in Wait,
  // where it holds no lock. That thread does not exist in the child.
  //
  // A robust lock asks its mutex whether the caller owns it by unlocking it: the mutex says EPERM
  // if not, as PTHREAD_MUTEX_ERRORCHECK promises.
  return "race:linux_kqueue_cleanup\n"
         "race:monitoring_thread\n"
         "race:epoll_update\n"
         "race:LibkqueueEmulation::RecreateQueue\n"
         "race:KqueueRegistrations::DropStray\n"
         "race:EpollRegistrations::ReplaceSet\n"
         "mutex:RobustLock::Release\n";
}
#endif
