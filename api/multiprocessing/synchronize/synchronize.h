// Python's multiprocessing.Lock, RLock, Semaphore and BoundedSemaphore.
//
//   absl::StatusOr<Lock> lock = Lock::Create();
//   absl::StatusOr<bool> acquired = lock->Acquire(true, absl::Seconds(1));
//   lock->state()  // for another process: SemLock::Open(state)
//
// Each is a semaphore of POSIX with a name, as in Python, so that processes of Python can take part
// (api/multiprocessing/shared_memory/README.md). A SharedLock also notices that its owner has died.

#ifndef SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_SYNCHRONIZE_H_
#define SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_SYNCHRONIZE_H_

#include <utility>

#include "absl/status/statusor.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"

namespace someos::multiprocessing {

// Any thread of any process may release it. One that is acquired twice by a thread waits for a
// release by another.
class Lock : public SemLock {
 public:
  // Errnos as of SemLock::Create.
  static absl::StatusOr<Lock> Create();

 private:
  explicit Lock(SemLock made) : SemLock(std::move(made)) {}
};

// Only the thread that has acquired it releases it, as often as it has acquired it.
class RLock : public SemLock {
 public:
  static absl::StatusOr<RLock> Create();

 private:
  explicit RLock(SemLock made) : SemLock(std::move(made)) {}
};

// EINVAL (OSError): `value` is negative.
class Semaphore : public SemLock {
 public:
  static absl::StatusOr<Semaphore> Create(int value = 1);

 private:
  explicit Semaphore(SemLock made) : SemLock(std::move(made)) {}
};

// Python's _multiprocessing.SemLock.SEM_VALUE_MAX: how far a Semaphore counts.
int GreatestSemaphoreValue();

// Not to be released beyond `value`.
class BoundedSemaphore : public SemLock {
 public:
  static absl::StatusOr<BoundedSemaphore> Create(int value = 1);

 private:
  explicit BoundedSemaphore(SemLock made) : SemLock(std::move(made)) {}
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_SYNCHRONIZE_H_
