// A lock that is held in a block.

#ifndef SOMEOS_API_MULTIPROCESSING_DUMMY_HELD_H_
#define SOMEOS_API_MULTIPROCESSING_DUMMY_HELD_H_

#include "absl/base/thread_annotations.h"

namespace someos::multiprocessing::dummy {

// As std::scoped_lock, of which the analysis of threads knows nothing. Of threading::Lock and
// RLock.
template <typename Lock>
class ABSL_SCOPED_LOCKABLE Held {
 public:
  explicit Held(Lock& lock) ABSL_EXCLUSIVE_LOCK_FUNCTION(lock) : lock_(lock) { lock_.lock(); }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() ABSL_UNLOCK_FUNCTION() { lock_.unlock(); }

 private:
  Lock& lock_;
};

}  // namespace someos::multiprocessing::dummy

#endif  // SOMEOS_API_MULTIPROCESSING_DUMMY_HELD_H_
