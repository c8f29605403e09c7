// The lock that whoever uses a line editor holds.

#ifndef SOMEOS_BACKENDS_LINE_BASE_EDITING_LOCK_H_
#define SOMEOS_BACKENDS_LINE_BASE_EDITING_LOCK_H_

#include <mutex>

#include "absl/base/thread_annotations.h"

namespace someos::line_base {

// Recursive, because the user's functions, which are called while it is held, may call what edits
// the line.
class ABSL_LOCKABLE EditingLock {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  bool TryLock() ABSL_EXCLUSIVE_TRYLOCK_FUNCTION(true) { return mutex_.try_lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  std::recursive_mutex mutex_;
};

}  // namespace someos::line_base

#endif  // SOMEOS_BACKENDS_LINE_BASE_EDITING_LOCK_H_
