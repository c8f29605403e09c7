// Keeps a thread from being cancelled where it could not be.

#ifndef SOMEOS_BACKENDS_BASE_NO_CANCELLATION_H_
#define SOMEOS_BACKENDS_BASE_NO_CANCELLATION_H_

#include <pthread.h>

namespace someos::base {

// During its lifetime, pthread_cancel(3) of the calling thread has no effect; it has afterwards.
//
// A cancelled thread unwinds its stack from within a system call. It must not do so from within a
// destructor or another noexcept function, such as one that closes a descriptor: that ends the
// program.
class NoCancellation {
 public:
  NoCancellation() { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  NoCancellation(const NoCancellation&) = delete;
  NoCancellation& operator=(const NoCancellation&) = delete;
  ~NoCancellation() {
    int disabled;
    pthread_setcancelstate(before_, &disabled);
  }

 private:
  int before_;
};

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_NO_CANCELLATION_H_
