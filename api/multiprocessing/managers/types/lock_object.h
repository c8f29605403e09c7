// Python's threading.Lock and RLock behind a proxy. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_LOCK_OBJECT_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_LOCK_OBJECT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/managers/call.h"
#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/shared_object.h"
#include "someos/api/multiprocessing/managers/wait_queue.h"

namespace someos::multiprocessing::internal {

// An RLock belongs to the connection that has acquired it: to a thread of a client, as Python's. A
// Lock belongs to nobody. Both stay locked when the client that holds them dies.
class LockObject : public SharedObject {
 public:
  enum class Kind { kLock, kRLock };
  LockObject(const ServerContext& context, Kind kind) : kind_(kind), waiting_(context.timers) {}

  absl::string_view class_name() const override { return kind_ == Kind::kLock ? kLock : kRLock; }
  void Start(Call call) override;
  std::string Repr() const override;

  // For Condition.

  // Null if `object` is none, whatever it calls itself.
  static std::shared_ptr<LockObject> Of(std::shared_ptr<SharedObject> object);
  // Gives the lock to the call's caller, `depth` times, as soon as it is free, and continues.
  void Acquire(Call call, int64_t depth, WaitQueue::Continuation acquired);
  // Python's Condition takes a Lock for owned if it is locked.
  bool IsOwnedBy(CallerId caller) const;
  // Gives up all that the owner has acquired, and returns how often that was.
  int64_t ReleaseAll();

 private:
  static constexpr char kLock[] = "lock";
  static constexpr char kRLock[] = "RLock";

  void AcquireCall(Call call);
  void ReleaseCall(Call call);
  absl::StatusOr<PyValue> Locked(const Arguments& arguments);
  void Take(CallerId caller, int64_t depth);
  void Free();

  const Kind kind_;
  int64_t depth_ = 0;  // 0: free
  CallerId owner_ = 0;
  WaitQueue waiting_;
};

ManagedType LockType();
ManagedType RLockType();

// The arguments of acquire(blocking=True, timeout=-1): how long it may wait; zero if it must not,
// nullopt for ever.
absl::StatusOr<std::optional<absl::Duration>> AcquireTimeout(const Arguments& arguments);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_LOCK_OBJECT_H_
