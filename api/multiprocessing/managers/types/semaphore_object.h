// Python's threading.Semaphore and BoundedSemaphore behind a proxy. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_SEMAPHORE_OBJECT_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_SEMAPHORE_OBJECT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers/call.h"
#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/shared_object.h"
#include "someos/api/multiprocessing/managers/wait_queue.h"

namespace someos::multiprocessing::internal {

class SemaphoreObject : public SharedObject {
 public:
  // `limit`: of a BoundedSemaphore.
  SemaphoreObject(const ServerContext& context, int64_t value, std::optional<int64_t> limit)
      : value_(value), limit_(limit), waiting_(context.timers) {}

  absl::string_view class_name() const override {
    return limit_.has_value() ? "BoundedSemaphore" : "Semaphore";
  }
  void Start(Call call) override;
  std::string Repr() const override;

 private:
  void Acquire(Call call);
  void Release(Call call);

  int64_t value_;
  const std::optional<int64_t> limit_;
  WaitQueue waiting_;
};

ManagedType SemaphoreType();
ManagedType BoundedSemaphoreType();

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_SEMAPHORE_OBJECT_H_
