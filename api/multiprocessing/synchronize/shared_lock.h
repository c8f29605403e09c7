// The abstract SharedLock: mutual exclusion between processes, and the contract of its backends.
//
//   absl::StatusOr<SharedMemory> memory = SharedMemory::CreateAnonymous(4096);
//   absl::Span<char> place = memory->buf().first(kSharedLockSize);
//   absl::StatusOr<std::unique_ptr<SharedLock>> lock = CreateSharedLock(place);  // one process
//   ... = AttachSharedLock(place);                                               // all others
//   absl::Status status = (*lock)->Acquire(absl::Seconds(1));
//   if (absl::IsDataLoss(status)) Repair();  // acquired; its last owner has died
//
// CreateSharedLock and AttachSharedLock of shared_locks.h make them. The contract is the same on
// every backend; capabilities() says what a backend cannot do.
//
//  1. Exclusion. Between a successful Acquire, or one that returns kDataLoss, and Release, no other
//     thread of any process that has the lock acquires it. What an owner has written is seen by the
//     next one.
//  2. Owners. The thread that has acquired owns the lock, and it alone can release it. Where
//     has_owner is false nobody owns it, and any thread of any process may release it.
//  3. Death. If the process of an owner ends, however that happens, the next Acquire succeeds, also
//     one that is waiting already, and returns kDataLoss once: what the lock protects may be half
//     changed. Where owner_death is false the lock stays locked. (A thread that ends without
//     releasing counts as well where the system tells: lock_robust.)
//  4. Time. A timeout runs on the monotonic clock where `monotonic` says so. It never ends early.
//     Signals neither end nor lengthen a wait.
//  5. Fork. A child may use its copy of the object as its parent does. It does not own what the
//     forking thread owned.
//  6. Trust. Processes that share a lock trust each other: they write into the same memory.

#ifndef SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_SHARED_LOCK_H_
#define SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_SHARED_LOCK_H_

#include <cstddef>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace someos::multiprocessing {

// What a lock can do, so that callers and tests can query it instead of guessing.
struct SharedLockCapabilities {
  bool has_owner = false;    // point 2
  bool owner_death = false;  // point 3
  bool monotonic = false;    // point 4; otherwise setting the clock changes timeouts
  // A wait with a timeout sleeps until the release. Otherwise it looks again, with sleeps that grow
  // to ten milliseconds. (Without a timeout every wait sleeps.)
  bool timed_waits_sleep = false;
};

class SharedLock {
 public:
  // Must not run while another thread uses the object. A lock that this thread owns stays locked.
  // While it owns one, the memory must stay mapped: a thread's robust mutexes are a list that the C
  // library keeps within them, and after munmap(2) the next one that it acquires would crash.
  // In the process that has created it, removes the name if it has one: nobody can attach then.
  virtual ~SharedLock() = default;
  SharedLock(const SharedLock&) = delete;
  SharedLock& operator=(const SharedLock&) = delete;

  // Acquires the lock. Waits for it until `timeout`; zero or less does not wait. May be called by
  // any threads at the same time.
  //
  // kDataLoss: acquired; the last owner has died. kDeadlineExceeded: not acquired.
  // kFailedPrecondition: not acquired; this thread owns it (has_owner). Errnos of the system: not
  // acquired.
  virtual absl::Status Acquire(absl::Duration timeout = absl::InfiniteDuration()) = 0;

  // Releases the lock.
  //
  // kFailedPrecondition: this thread does not own it; without has_owner: it is not locked.
  virtual absl::Status Release() = 0;

  // The backend's name: "robust", "file" or "semaphore".
  virtual absl::string_view mechanism() const = 0;

  virtual SharedLockCapabilities capabilities() const = 0;

 protected:
  SharedLock() = default;
};

// The memory that a lock takes, whatever its mechanism, and its alignment in bytes.
inline constexpr size_t kSharedLockSize = 256;
inline constexpr size_t kSharedLockAlignment = 64;
// The part of it that is the backend's; aligned as the whole.
inline constexpr size_t kSharedLockPayload = 192;

// What a backend provides to the facade. Constant, with static lifetime.
struct LockBackend {
  absl::string_view name;  // "robust", "file", "semaphore"
  // The implementation, for people to read: "pthread_mutex_t, PTHREAD_MUTEX_ROBUST".
  absl::string_view implementation;
  // Make a lock in memory of kSharedLockPayload bytes that processes share, which are 0; and use
  // the one that is there. The memory must outlive the object.
  absl::StatusOr<std::unique_ptr<SharedLock>> (*create)(absl::Span<char> payload);
  absl::StatusOr<std::unique_ptr<SharedLock>> (*attach)(absl::Span<char> payload);
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_SHARED_LOCK_H_
