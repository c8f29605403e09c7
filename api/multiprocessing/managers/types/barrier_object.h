// Python's threading.Barrier behind a proxy. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_BARRIER_OBJECT_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_BARRIER_OBJECT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/managers/call.h"
#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/shared_object.h"
#include "someos/api/multiprocessing/managers/wait_queue.h"

namespace someos::multiprocessing::internal {

// Without an action: that would be a function of Python.
class BarrierObject : public SharedObject {
 public:
  BarrierObject(const ServerContext& context, int64_t parties,
                std::optional<absl::Duration> timeout)
      : parties_(parties), timeout_(timeout), waiting_(context.timers) {}

  absl::string_view class_name() const override { return "Barrier"; }
  void Start(Call call) override;
  std::string Repr() const override;

 private:
  absl::StatusOr<PyValue> Attribute(const Arguments& arguments);
  absl::StatusOr<PyValue> Abort(const Arguments& arguments);
  absl::StatusOr<PyValue> Reset(const Arguments& arguments);
  void Wait(Call call);
  // Those that wait fail.
  void Break();

  const int64_t parties_;
  const std::optional<absl::Duration> timeout_;
  bool broken_ = false;
  bool opening_ = false;  // those that are woken come through, instead of failing
  int64_t come_through_ = 0;
  WaitQueue waiting_;
};

ManagedType BarrierType();

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_BARRIER_OBJECT_H_
