// Python's threading.Condition behind a proxy. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_CONDITION_OBJECT_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_CONDITION_OBJECT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers/call.h"
#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/shared_object.h"
#include "someos/api/multiprocessing/managers/types/lock_object.h"
#include "someos/api/multiprocessing/managers/wait_queue.h"

namespace someos::multiprocessing::internal {

class ConditionObject : public SharedObject {
 public:
  ConditionObject(const ServerContext& context, std::shared_ptr<LockObject> lock)
      : lock_(std::move(lock)), waiting_(context.timers) {}

  absl::string_view class_name() const override { return "Condition"; }
  void Start(Call call) override;
  std::string Repr() const override;

 private:
  void ForLock(Call call);
  void Wait(Call call);
  void Notify(Call call);
  void NotifyAll(Call call);
  // Replies unless the caller owns the lock.
  bool CheckOwned(Call& call, absl::string_view error) const;

  const std::shared_ptr<LockObject> lock_;
  WaitQueue waiting_;
};

ManagedType ConditionType();

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_CONDITION_OBJECT_H_
