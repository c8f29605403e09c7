#include "someos/api/multiprocessing/synchronize/synchronize.h"

#include <algorithm>
#include <climits>
#include <utility>

#include "absl/status/statusor.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"
#include "someos/backends/lock_semaphore/named_semaphore.h"

namespace someos::multiprocessing {

int GreatestSemaphoreValue() {
  return static_cast<int>(
      std::min(lock_semaphore::NamedSemaphore::max_value(), static_cast<unsigned int>(INT_MAX)));
}

absl::StatusOr<Lock> Lock::Create() {
  absl::StatusOr<SemLock> made = SemLock::Create(Kind::kSemaphore, 1, 1);
  if (!made.ok()) return made.status();
  return Lock(*std::move(made));
}

absl::StatusOr<RLock> RLock::Create() {
  absl::StatusOr<SemLock> made = SemLock::Create(Kind::kRecursive, 1, 1);
  if (!made.ok()) return made.status();
  return RLock(*std::move(made));
}

absl::StatusOr<Semaphore> Semaphore::Create(int value) {
  absl::StatusOr<SemLock> made = SemLock::Create(Kind::kSemaphore, value, GreatestSemaphoreValue());
  if (!made.ok()) return made.status();
  return Semaphore(*std::move(made));
}

absl::StatusOr<BoundedSemaphore> BoundedSemaphore::Create(int value) {
  absl::StatusOr<SemLock> made = SemLock::Create(Kind::kSemaphore, value, value);
  if (!made.ok()) return made.status();
  return BoundedSemaphore(*std::move(made));
}

}  // namespace someos::multiprocessing
