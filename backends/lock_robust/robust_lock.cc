#include "someos/backends/lock_robust/robust_lock.h"

#include <pthread.h>
#ifdef __FreeBSD__
#include <pthread_np.h>
#endif
#include <time.h>

#include <cerrno>
#include <memory>
#include <new>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/synchronize/shared_lock.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/lock_base/lock_status.h"
#include "someos/backends/lock_base/wall_clock.h"

namespace someos::multiprocessing {
namespace {

static_assert(sizeof(pthread_mutex_t) <= kSharedLockPayload);
static_assert(alignof(pthread_mutex_t) <= kSharedLockAlignment);

#if defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 30)
#define SOMEOS_HAS_CLOCKLOCK 1
#endif
#endif

// Whether pthread_mutex_clocklock(3) is there: the timed call without it takes the wall clock.
#ifdef SOMEOS_HAS_CLOCKLOCK
constexpr bool kMonotonic = true;
int LockUntil(pthread_mutex_t* mutex, const base::Deadline& deadline) {
  const timespec end = deadline.AsPointInTime();
  return pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, &end);
}
#else
constexpr bool kMonotonic = false;
int LockUntil(pthread_mutex_t* mutex, const base::Deadline& deadline) {
  const timespec end = lock_base::WallClockAfter(deadline);
  return pthread_mutex_timedlock(mutex, &end);
}
#endif

// Returns 0 or an errno. Out of line, so that what waits without a timeout, which is mostly
// nothing, saves no registers for it.
ABSL_ATTRIBUTE_NOINLINE int LockWithTimeout(pthread_mutex_t* mutex, absl::Duration timeout) {
#ifdef __FreeBSD__
  // Which says EBUSY and ETIMEDOUT to the owner itself, the latter when the time is over.
  if (pthread_mutex_isowned_np(mutex) != 0) return EDEADLK;
#endif
  base::Deadline deadline(timeout);
  if (deadline.clock_error() != 0) return deadline.clock_error();
  if (deadline.immediate()) return pthread_mutex_trylock(mutex);
  if (deadline.infinite()) return pthread_mutex_lock(mutex);
  while (true) {
    const int error = LockUntil(mutex, deadline);
    if (error != ETIMEDOUT || deadline.Passed()) return error;
  }
}

class RobustLock final : public SharedLock {
 public:
  explicit RobustLock(pthread_mutex_t* mutex) : mutex_(mutex) {}

  absl::Status Acquire(absl::Duration timeout) override {
    const int error = ABSL_PREDICT_TRUE(timeout == absl::InfiniteDuration())
                          ? pthread_mutex_lock(mutex_)
                          : LockWithTimeout(mutex_, timeout);
    return ABSL_PREDICT_TRUE(error == 0) ? absl::OkStatus() : Failed(error);
  }

  absl::Status Release() override {
    const int error = pthread_mutex_unlock(mutex_);
    if (ABSL_PREDICT_TRUE(error == 0)) return absl::OkStatus();
    return error == EPERM ? lock_base::NotOwned() : ErrnoStatus(error, "release a shared lock");
  }

  absl::string_view mechanism() const override { return "robust"; }

  SharedLockCapabilities capabilities() const override {
    SharedLockCapabilities capabilities;
    capabilities.has_owner = true;
    capabilities.owner_death = true;
    capabilities.monotonic = kMonotonic;
    capabilities.timed_waits_sleep = true;
    return capabilities;
  }

 private:
  ABSL_ATTRIBUTE_NOINLINE absl::Status Failed(int error) {
    switch (error) {
      case EOWNERDEAD: {
        const int consistent = pthread_mutex_consistent(mutex_);
        if (consistent == 0) return lock_base::OwnerDied();
        return ErrnoStatus(consistent, "acquire a shared lock of an owner that has died");
      }
      case EBUSY:
      case ETIMEDOUT:
        return lock_base::TimedOut();
      case EDEADLK:
        return lock_base::AlreadyOwned();
      default:
        return ErrnoStatus(error, "acquire a shared lock");
    }
  }

  pthread_mutex_t* const mutex_;
};

// 0 or an errno.
int Initialize(pthread_mutex_t* mutex) {
  pthread_mutexattr_t attributes;
  int error = pthread_mutexattr_init(&attributes);
  if (error != 0) return error;
  error = pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  if (error == 0) error = pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  if (error == 0) error = pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
  if (error == 0) error = pthread_mutex_init(mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
  return error;
}

// The mutex is never destroyed: others may be using it, and it ends with its memory.
absl::StatusOr<std::unique_ptr<SharedLock>> Create(absl::Span<char> payload) {
  auto* const mutex = new (payload.data()) pthread_mutex_t;
  const int error = Initialize(mutex);
  if (error != 0) return ErrnoStatus(error, "create a shared lock");
  return absl::make_unique<RobustLock>(mutex);
}

absl::StatusOr<std::unique_ptr<SharedLock>> Attach(absl::Span<char> payload) {
  return absl::make_unique<RobustLock>(
      std::launder(reinterpret_cast<pthread_mutex_t*>(payload.data())));
}

constexpr LockBackend kBackend = {"robust", "pthread_mutex_t, PTHREAD_MUTEX_ROBUST", Create,
                                  Attach};

}  // namespace

const LockBackend& RobustLockBackend() { return kBackend; }

}  // namespace someos::multiprocessing
