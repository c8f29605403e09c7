#include "someos/api/multiprocessing/sharedctypes/locked_call.h"

#include <memory>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/api/multiprocessing/synchronize/locked.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"
#include "someos/api/multiprocessing/synchronize/synchronize.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing::internal {

absl::StatusOr<std::shared_ptr<SemLock>> LockOrNew(std::shared_ptr<SemLock> lock) {
  if (lock != nullptr) return lock;
  absl::StatusOr<RLock> made = RLock::Create();
  if (!made.ok()) return made.status();
  return std::make_shared<RLock>(*std::move(made));
}

absl::Status LockedCall(SemLock& lock, absl::FunctionRef<void()> body) {
  return Locked(lock, [&] {
    body();
    return absl::OkStatus();
  });
}

absl::Status InvalidIndex() { return PythonIndexError("invalid index"); }

}  // namespace someos::multiprocessing::internal
