#include "someos/api/multiprocessing/managers/types/semaphore_object.h"

#include <cstdint>
#include <limits>
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

absl::Status ValueError(absl::string_view text) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, text);
}

ManagedType TypeOf(absl::string_view type_id, bool bounded) {
  ManagedType type;
  type.type_id = std::string(type_id);
  type.create = [bounded](
                    const ServerContext& context,
                    const Arguments& arguments) -> absl::StatusOr<std::shared_ptr<SharedObject>> {
    const absl::StatusOr<BoundArguments> bound = arguments.Bind("Semaphore", {"value"}, 0);
    if (!bound.ok()) return bound.status();
    const absl::StatusOr<int64_t> value = (*bound)[0] == nullptr ? 1 : (*bound)[0]->AsInt();
    if (!value.ok()) return value.status();
    if (*value < 0) return ValueError("semaphore initial value must be >= 0");
    return std::make_shared<SemaphoreObject>(
        context, *value, bounded ? std::optional<int64_t>(*value) : std::nullopt);
  };
  type.exposed = {"acquire", "release"};
  return type;
}

}  // namespace

ManagedType SemaphoreType() { return TypeOf("Semaphore", false); }
ManagedType BoundedSemaphoreType() { return TypeOf("BoundedSemaphore", true); }

void SemaphoreObject::Start(Call call) {
  static constexpr NamedMethod<SemaphoreObject> kMethods[] = {
      {"acquire", &SemaphoreObject::Acquire},
      {"release", &SemaphoreObject::Release},
  };
  StartMethod<SemaphoreObject>(kMethods, *this, std::move(call));
}

std::string SemaphoreObject::Repr() const {
  return absl::StrCat("<", class_name(), ": value=", value_, ">");
}

// Unlike a Lock's, a negative timeout is one that has passed.
void SemaphoreObject::Acquire(Call call) {
  const absl::StatusOr<BoundArguments> bound =
      call.arguments().Bind("acquire", {"blocking", "timeout"}, 0);
  if (!bound.ok()) return call.Return(bound.status());
  const bool blocking = IsTrue((*bound)[0], true);
  const absl::StatusOr<std::optional<absl::Duration>> timeout = TimeoutOf((*bound)[1]);
  if (!timeout.ok()) return call.Return(timeout.status());
  if (!blocking && timeout->has_value()) {
    return call.Return(ValueError("can't specify timeout for non-blocking acquire"));
  }
  if (value_ > 0) {
    --value_;
    return call.Return(PyValue(true));
  }
  if (!blocking || timeout->value_or(absl::InfiniteDuration()) <= absl::ZeroDuration()) {
    return call.Return(PyValue(false));
  }
  waiting_.Add(
      std::move(call), *timeout,
      [this](Call woken) {
        --value_;
        woken.Return(PyValue(true));
      },
      [](Call late) { late.Return(PyValue(false)); });
}

void SemaphoreObject::Release(Call call) {
  const absl::StatusOr<BoundArguments> bound = call.arguments().Bind("release", {"n"}, 0);
  if (!bound.ok()) return call.Return(bound.status());
  const absl::StatusOr<int64_t> n = (*bound)[0] == nullptr ? 1 : (*bound)[0]->AsInt();
  if (!n.ok()) return call.Return(n.status());
  if (*n < 1) return call.Return(ValueError("n must be one or more"));
  const int64_t limit = limit_.value_or(std::numeric_limits<int64_t>::max());
  if (*n > limit - value_) return call.Return(ValueError("Semaphore released too many times"));
  value_ += *n;
  while (value_ > 0 && waiting_.WakeOne()) {
  }
  call.Return();
}

}  // namespace someos::multiprocessing::internal
