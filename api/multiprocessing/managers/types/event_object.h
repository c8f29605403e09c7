// Python's threading.Event behind a proxy. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_EVENT_OBJECT_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_EVENT_OBJECT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/managers/call.h"
#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/shared_object.h"
#include "someos/api/multiprocessing/managers/wait_queue.h"

namespace someos::multiprocessing::internal {

class EventObject : public SharedObject {
 public:
  explicit EventObject(const ServerContext& context) : waiting_(context.timers) {}

  absl::string_view class_name() const override { return "Event"; }
  void Start(Call call) override;
  std::string Repr() const override;

 private:
  absl::StatusOr<PyValue> IsSet(const Arguments& arguments);
  absl::StatusOr<PyValue> Set(const Arguments& arguments);
  absl::StatusOr<PyValue> Clear(const Arguments& arguments);
  void Wait(Call call);

  bool set_ = false;
  WaitQueue waiting_;
};

ManagedType EventType();

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_EVENT_OBJECT_H_
