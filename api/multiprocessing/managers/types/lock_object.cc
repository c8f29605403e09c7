#include "someos/api/multiprocessing/managers/types/lock_object.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/managers/types/method_table.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {
namespace {

ManagedType TypeOf(absl::string_view type_id, LockObject::Kind kind) {
  ManagedType type;
  type.type_id = std::string(type_id);
  type.create = [kind](
                    const ServerContext& context,
                    const Arguments& arguments) -> absl::StatusOr<std::shared_ptr<SharedObject>> {
    const absl::StatusOr<BoundArguments> bound = arguments.Bind("allocate_lock", {}, 0);
    if (!bound.ok()) return bound.status();
    return std::make_shared<LockObject>(context, kind);
  };
  type.exposed = {"acquire", "release", "locked"};
  return type;
}

}  // namespace

ManagedType LockType() { return TypeOf("Lock", LockObject::Kind::kLock); }
ManagedType RLockType() { return TypeOf("RLock", LockObject::Kind::kRLock); }

absl::StatusOr<std::optional<absl::Duration>> AcquireTimeout(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound =
      arguments.Bind("acquire", {"blocking", "timeout"}, 0);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<std::optional<absl::Duration>> timeout = TimeoutOf((*bound)[1]);
  if (!timeout.ok()) return timeout.status();
  const bool given = timeout->has_value() && **timeout != absl::Seconds(-1);
  if (!IsTrue((*bound)[0], true)) {
    if (given) {
      return PlainStatus(absl::StatusCode::kInvalidArgument,
                         "can't specify a timeout for a non-blocking call");
    }
    return absl::ZeroDuration();
  }
  if (!given) return std::nullopt;
  if (**timeout < absl::ZeroDuration()) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       "timeout value must be a non-negative number");
  }
  return *timeout;
}

std::shared_ptr<LockObject> LockObject::Of(std::shared_ptr<SharedObject> object) {
  // Where the names are tells classes apart: there is no RTTI.
  const char* const name = object->class_name().data();
  if (name != kLock && name != kRLock) return nullptr;
  return std::static_pointer_cast<LockObject>(std::move(object));
}

void LockObject::Start(Call call) {
  static constexpr NamedMethod<LockObject> kMethods[] = {
      {"acquire", &LockObject::AcquireCall},
      {"release", &LockObject::ReleaseCall},
      {"locked", &LockObject::Locked},
  };
  StartMethod<LockObject>(kMethods, *this, std::move(call));
}

std::string LockObject::Repr() const {
  return absl::StrCat("<", depth_ > 0 ? "locked" : "unlocked", " ", class_name(), " object>");
}

void LockObject::AcquireCall(Call call) {
  const absl::StatusOr<std::optional<absl::Duration>> timeout = AcquireTimeout(call.arguments());
  if (!timeout.ok()) return call.Return(timeout.status());
  const bool again = kind_ == Kind::kRLock && depth_ > 0 && owner_ == call.caller();
  if (depth_ == 0 || again) {
    Take(call.caller(), 1);
    return call.Return(PyValue(true));
  }
  if (*timeout == absl::ZeroDuration()) return call.Return(PyValue(false));
  waiting_.Add(
      std::move(call), *timeout,
      [this](Call woken) {
        Take(woken.caller(), 1);
        woken.Return(PyValue(true));
      },
      [](Call late) { late.Return(PyValue(false)); });
}

void LockObject::ReleaseCall(Call call) {
  if (kind_ == Kind::kRLock && (depth_ == 0 || owner_ != call.caller())) {
    return call.Return(
        PythonException("builtins", "RuntimeError", "cannot release un-acquired lock"));
  }
  if (depth_ == 0) {
    return call.Return(PythonException("builtins", "RuntimeError", "release unlocked lock"));
  }
  if (--depth_ == 0) Free();
  call.Return();
}

absl::StatusOr<PyValue> LockObject::Locked(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("locked", {}, 0);
  if (!bound.ok()) return bound.status();
  return PyValue(depth_ > 0);
}

void LockObject::Acquire(Call call, int64_t depth, WaitQueue::Continuation acquired) {
  if (depth_ == 0) {
    Take(call.caller(), depth);
    return acquired(std::move(call));
  }
  waiting_.Add(
      std::move(call), std::nullopt,
      [this, depth, acquired = std::move(acquired)](Call woken) mutable {
        Take(woken.caller(), depth);
        acquired(std::move(woken));
      },
      nullptr);
}

bool LockObject::IsOwnedBy(CallerId caller) const {
  return depth_ > 0 && (kind_ == Kind::kLock || owner_ == caller);
}

int64_t LockObject::ReleaseAll() {
  const int64_t depth = std::exchange(depth_, 0);
  Free();
  return depth;
}

void LockObject::Take(CallerId caller, int64_t depth) {
  owner_ = caller;
  depth_ += depth;
}

// To the one that has waited longest.
void LockObject::Free() { waiting_.WakeOne(); }

}  // namespace someos::multiprocessing::internal
