#include "someos/api/multiprocessing/managers/types/event_object.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/managers/types/method_table.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

ManagedType EventType() {
  ManagedType type;
  type.type_id = "Event";
  type.create = [](const ServerContext& context,
                   const Arguments& arguments) -> absl::StatusOr<std::shared_ptr<SharedObject>> {
    const absl::StatusOr<BoundArguments> bound = arguments.Bind("Event", {}, 0);
    if (!bound.ok()) return bound.status();
    return std::make_shared<EventObject>(context);
  };
  type.exposed = {"is_set", "set", "clear", "wait"};
  return type;
}

void EventObject::Start(Call call) {
  static constexpr NamedMethod<EventObject> kMethods[] = {
      {"is_set", &EventObject::IsSet},
      {"set", &EventObject::Set},
      {"clear", &EventObject::Clear},
      {"wait", &EventObject::Wait},
  };
  StartMethod<EventObject>(kMethods, *this, std::move(call));
}

std::string EventObject::Repr() const {
  return absl::StrCat("<Event: ", set_ ? "set" : "unset", ">");
}

absl::StatusOr<PyValue> EventObject::IsSet(const Arguments&) { return PyValue(set_); }

absl::StatusOr<PyValue> EventObject::Set(const Arguments&) {
  set_ = true;
  waiting_.WakeAll();
  return PyValue();
}

absl::StatusOr<PyValue> EventObject::Clear(const Arguments&) {
  set_ = false;
  return PyValue();
}

void EventObject::Wait(Call call) {
  const absl::StatusOr<BoundArguments> bound = call.arguments().Bind("wait", {"timeout"}, 0);
  if (!bound.ok()) return call.Return(bound.status());
  const absl::StatusOr<std::optional<absl::Duration>> timeout = TimeoutOf((*bound)[0]);
  if (!timeout.ok()) return call.Return(timeout.status());
  if (set_) return call.Return(PyValue(true));
  waiting_.Add(
      std::move(call), *timeout, [](Call woken) { woken.Return(PyValue(true)); },
      [](Call late) { late.Return(PyValue(false)); });
}

}  // namespace someos::multiprocessing::internal
