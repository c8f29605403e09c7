#include "someos/api/multiprocessing/managers/types/barrier_object.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/managers/types/method_table.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing::internal {
namespace {

absl::Status BrokenBarrier() {
  return PythonException("threading", "BrokenBarrierError", std::vector<PyValue>{});
}

absl::StatusOr<std::shared_ptr<SharedObject>> Create(const ServerContext& context,
                                                     const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound =
      arguments.Bind("Barrier", {"parties", "action", "timeout"}, 1);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<int64_t> parties = (*bound)[0]->AsInt();
  if (!parties.ok()) return parties.status();
  if (*parties < 1) {
    return PlainStatus(absl::StatusCode::kInvalidArgument, "parties must be >= 1");
  }
  if ((*bound)[1] != nullptr && !(*bound)[1]->is_none()) {
    return PythonTypeError("this server calls no functions of Python: action must be None");
  }
  const absl::StatusOr<std::optional<absl::Duration>> timeout = TimeoutOf((*bound)[2]);
  if (!timeout.ok()) return timeout.status();
  return std::make_shared<BarrierObject>(context, *parties, *timeout);
}

}  // namespace

ManagedType BarrierType() {
  ManagedType type;
  type.type_id = "Barrier";
  type.create = Create;
  type.exposed = {"__getattribute__", "wait", "abort", "reset"};
  return type;
}

void BarrierObject::Start(Call call) {
  static constexpr NamedMethod<BarrierObject> kMethods[] = {
      {"__getattribute__", &BarrierObject::Attribute},
      {"wait", &BarrierObject::Wait},
      {"abort", &BarrierObject::Abort},
      {"reset", &BarrierObject::Reset},
  };
  StartMethod<BarrierObject>(kMethods, *this, std::move(call));
}

std::string BarrierObject::Repr() const {
  if (broken_) return "<Barrier: broken>";
  return absl::StrCat("<Barrier: waiters=", waiting_.size(), "/", parties_, ">");
}

absl::StatusOr<PyValue> BarrierObject::Attribute(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("__getattribute__", {"name"}, 1);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<absl::string_view> name = (*bound)[0]->AsStr();
  if (!name.ok()) return name.status();
  if (*name == "parties") return PyValue(parties_);
  if (*name == "n_waiting") return PyValue(static_cast<int64_t>(waiting_.size()));
  if (*name == "broken") return PyValue(broken_);
  return PythonException("builtins", "AttributeError",
                         absl::StrCat("'Barrier' object has no attribute '", *name, "'"));
}

absl::StatusOr<PyValue> BarrierObject::Abort(const Arguments&) {
  Break();
  return PyValue();
}

absl::StatusOr<PyValue> BarrierObject::Reset(const Arguments&) {
  waiting_.WakeAll();
  broken_ = false;
  return PyValue();
}

void BarrierObject::Break() {
  broken_ = true;
  waiting_.WakeAll();
}

void BarrierObject::Wait(Call call) {
  const absl::StatusOr<BoundArguments> bound = call.arguments().Bind("wait", {"timeout"}, 0);
  if (!bound.ok()) return call.Return(bound.status());
  const absl::StatusOr<std::optional<absl::Duration>> timeout = TimeoutOf((*bound)[0]);
  if (!timeout.ok()) return call.Return(timeout.status());
  if (broken_) return call.Return(BrokenBarrier());
  if (static_cast<int64_t>(waiting_.size()) + 1 == parties_) {
    opening_ = true;
    come_through_ = 0;
    waiting_.WakeAll();
    opening_ = false;
    return call.Return(PyValue(parties_ - 1));
  }
  waiting_.Add(
      std::move(call), timeout->has_value() ? *timeout : timeout_,
      [this](Call woken) {
        if (opening_) return woken.Return(PyValue(come_through_++));
        woken.Return(BrokenBarrier());
      },
      [this](Call late) {
        late.Return(BrokenBarrier());
        Break();
      });
}

}  // namespace someos::multiprocessing::internal
