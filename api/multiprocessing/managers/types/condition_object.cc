#include "someos/api/multiprocessing/managers/types/condition_object.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/managers/object_table.h"
#include "someos/api/multiprocessing/managers/token.h"
#include "someos/api/multiprocessing/managers/types/method_table.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing::internal {
namespace {

// The Lock or RLock that a proxy names.
absl::StatusOr<std::shared_ptr<LockObject>> LockOf(const ServerContext& context,
                                                   const PyValue& value) {
  const absl::StatusOr<PickledProxy> proxy = ProxyOf(value);
  if (!proxy.ok()) return PythonTypeError("the lock of a Condition must be a Lock or an RLock");
  const ObjectTable::Entry* entry = context.objects->Find(proxy->token.ident);
  const bool known = entry != nullptr && entry->type->type_id == proxy->token.type_id;
  std::shared_ptr<LockObject> lock = known ? LockObject::Of(entry->object) : nullptr;
  if (lock == nullptr) {
    return PythonTypeError("the lock of a Condition must be a Lock or an RLock of this server");
  }
  return lock;
}

}  // namespace

ManagedType ConditionType() {
  ManagedType type;
  type.type_id = "Condition";
  type.create = [](const ServerContext& context,
                   const Arguments& arguments) -> absl::StatusOr<std::shared_ptr<SharedObject>> {
    const absl::StatusOr<BoundArguments> bound = arguments.Bind("Condition", {"lock"}, 0);
    if (!bound.ok()) return bound.status();
    if ((*bound)[0] == nullptr || (*bound)[0]->is_none()) {
      return std::make_shared<ConditionObject>(
          context, std::make_shared<LockObject>(context, LockObject::Kind::kRLock));
    }
    absl::StatusOr<std::shared_ptr<LockObject>> lock = LockOf(context, *(*bound)[0]);
    if (!lock.ok()) return lock.status();
    return std::make_shared<ConditionObject>(context, *std::move(lock));
  };
  type.exposed = {"acquire", "release", "locked", "wait", "notify", "notify_all"};
  return type;
}

void ConditionObject::Start(Call call) {
  static constexpr NamedMethod<ConditionObject> kMethods[] = {
      {"acquire", &ConditionObject::ForLock}, {"release", &ConditionObject::ForLock},
      {"locked", &ConditionObject::ForLock},  {"wait", &ConditionObject::Wait},
      {"notify", &ConditionObject::Notify},   {"notify_all", &ConditionObject::NotifyAll},
  };
  StartMethod<ConditionObject>(kMethods, *this, std::move(call));
}

std::string ConditionObject::Repr() const {
  return absl::StrCat("<Condition(", lock_->Repr(), ", ", waiting_.size(), ")>");
}

void ConditionObject::ForLock(Call call) { lock_->Start(std::move(call)); }

bool ConditionObject::CheckOwned(Call& call, absl::string_view error) const {
  if (lock_->IsOwnedBy(call.caller())) return true;
  call.Return(PythonException("builtins", "RuntimeError", error));
  return false;
}

void ConditionObject::Wait(Call call) {
  if (!CheckOwned(call, "cannot wait on un-acquired lock")) return;
  const absl::StatusOr<BoundArguments> bound = call.arguments().Bind("wait", {"timeout"}, 0);
  if (!bound.ok()) return call.Return(bound.status());
  const absl::StatusOr<std::optional<absl::Duration>> timeout = TimeoutOf((*bound)[0]);
  if (!timeout.ok()) return call.Return(timeout.status());
  const auto depth = std::make_shared<int64_t>(0);
  // Both have the lock again before they return.
  auto return_locked = [this, depth](bool notified) {
    return [this, depth, notified](Call call) {
      lock_->Acquire(std::move(call), *depth,
                     [notified](Call locked) { locked.Return(PyValue(notified)); });
    };
  };
  waiting_.Add(std::move(call), *timeout, return_locked(true), return_locked(false));
  *depth = lock_->ReleaseAll();
}

void ConditionObject::Notify(Call call) {
  if (!CheckOwned(call, "cannot notify on un-acquired lock")) return;
  const absl::StatusOr<BoundArguments> bound = call.arguments().Bind("notify", {"n"}, 0);
  if (!bound.ok()) return call.Return(bound.status());
  const absl::StatusOr<int64_t> n = (*bound)[0] == nullptr ? 1 : (*bound)[0]->AsInt();
  if (!n.ok()) return call.Return(n.status());
  for (int64_t i = 0; i < *n && waiting_.WakeOne(); ++i) {
  }
  call.Return();
}

void ConditionObject::NotifyAll(Call call) {
  if (!CheckOwned(call, "cannot notify on un-acquired lock")) return;
  waiting_.WakeAll();
  call.Return();
}

}  // namespace someos::multiprocessing::internal
