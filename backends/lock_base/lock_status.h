// The statuses that the contract of SharedLock names.

#ifndef SOMEOS_BACKENDS_LOCK_BASE_LOCK_STATUS_H_
#define SOMEOS_BACKENDS_LOCK_BASE_LOCK_STATUS_H_

#include "absl/base/attributes.h"
#include "absl/status/status.h"
#include "someos/api/errno_status.h"

namespace someos::lock_base {

ABSL_ATTRIBUTE_NOINLINE inline absl::Status TimedOut() {
  return PlainStatus(absl::StatusCode::kDeadlineExceeded, "acquire a shared lock: timed out");
}
ABSL_ATTRIBUTE_NOINLINE inline absl::Status OwnerDied() {
  return PlainStatus(absl::StatusCode::kDataLoss,
                     "acquire a shared lock: acquired, but its last owner has died");
}
ABSL_ATTRIBUTE_NOINLINE inline absl::Status AlreadyOwned() {
  return PlainStatus(absl::StatusCode::kFailedPrecondition,
                     "acquire a shared lock: this thread owns it already");
}
ABSL_ATTRIBUTE_NOINLINE inline absl::Status NotOwned() {
  return PlainStatus(absl::StatusCode::kFailedPrecondition,
                     "release a shared lock: this thread does not own it");
}

}  // namespace someos::lock_base

#endif  // SOMEOS_BACKENDS_LOCK_BASE_LOCK_STATUS_H_
