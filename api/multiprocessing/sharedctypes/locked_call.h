// What Value and Array do with their lock.

#ifndef SOMEOS_API_MULTIPROCESSING_SHAREDCTYPES_LOCKED_CALL_H_
#define SOMEOS_API_MULTIPROCESSING_SHAREDCTYPES_LOCKED_CALL_H_

#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"

namespace someos::multiprocessing::internal {

// The lock, or a new RLock if it is null.
absl::StatusOr<std::shared_ptr<SemLock>> LockOrNew(std::shared_ptr<SemLock> lock);

// Calls `body` with the lock, which is released also if an exception leaves `body`.
absl::Status LockedCall(SemLock& lock, absl::FunctionRef<void()> body);

// IndexError "invalid index".
absl::Status InvalidIndex();

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_SHAREDCTYPES_LOCKED_CALL_H_
