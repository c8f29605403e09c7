#include "someos/api/multiprocessing/managers/types/queue_object.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/managers/types/method_table.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {
namespace {

absl::Status QueueException(absl::string_view name) {
  return PythonException("queue", name, std::vector<PyValue>{});
}

ManagedType TypeOf(absl::string_view type_id) {
  ManagedType type;
  type.type_id = std::string(type_id);
  type.create = [](const ServerContext& context,
                   const Arguments& arguments) -> absl::StatusOr<std::shared_ptr<SharedObject>> {
    const absl::StatusOr<BoundArguments> bound = arguments.Bind("Queue", {"maxsize"}, 0);
    if (!bound.ok()) return bound.status();
    const absl::StatusOr<int64_t> max_size = (*bound)[0] == nullptr ? 0 : (*bound)[0]->AsInt();
    if (!max_size.ok()) return max_size.status();
    return std::make_shared<QueueObject>(context, *max_size);
  };
  type.exposed = {"empty", "full",       "get",   "get_nowait", "join",
                  "put",   "put_nowait", "qsize", "task_done"};
  return type;
}

// Of get's and put's block and timeout: zero if it must not wait, nullopt for ever.
absl::StatusOr<std::optional<absl::Duration>> WaitTime(const PyValue* block,
                                                       const PyValue* timeout) {
  if (!IsTrue(block, true)) return absl::ZeroDuration();
  absl::StatusOr<std::optional<absl::Duration>> time = TimeoutOf(timeout);
  if (time.ok() && time->value_or(absl::ZeroDuration()) < absl::ZeroDuration()) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       "'timeout' must be a non-negative number");
  }
  return time;
}

}  // namespace

ManagedType QueueType() { return TypeOf("Queue"); }
ManagedType JoinableQueueType() { return TypeOf("JoinableQueue"); }

void QueueObject::Start(Call call) {
  static constexpr NamedMethod<QueueObject> kMethods[] = {
      {"get", &QueueObject::Get},
      {"put", &QueueObject::Put},
      {"qsize", &QueueObject::Size},
      {"empty", &QueueObject::Empty},
      {"full", &QueueObject::Full},
      {"get_nowait", &QueueObject::GetNoWait},
      {"put_nowait", &QueueObject::PutNoWait},
      {"join", &QueueObject::Join},
      {"task_done", &QueueObject::TaskDone},
  };
  StartMethod<QueueObject>(kMethods, *this, std::move(call));
}

absl::StatusOr<PyValue> QueueObject::Size(const Arguments&) {
  return PyValue(static_cast<int64_t>(items_.size()));
}
absl::StatusOr<PyValue> QueueObject::Empty(const Arguments&) { return PyValue(items_.empty()); }
absl::StatusOr<PyValue> QueueObject::Full(const Arguments&) { return PyValue(full()); }

absl::StatusOr<PyValue> QueueObject::TaskDone(const Arguments&) {
  if (unfinished_ == 0) {
    return PlainStatus(absl::StatusCode::kInvalidArgument, "task_done() called too many times");
  }
  if (--unfinished_ == 0) joining_.WakeAll();
  return PyValue();
}

void QueueObject::Get(Call call) {
  const absl::StatusOr<BoundArguments> bound =
      call.arguments().Bind("get", {"block", "timeout"}, 0);
  if (!bound.ok()) return call.Return(bound.status());
  const absl::StatusOr<std::optional<absl::Duration>> time = WaitTime((*bound)[0], (*bound)[1]);
  if (!time.ok()) return call.Return(time.status());
  GetWithin(std::move(call), *time);
}

void QueueObject::GetNoWait(Call call) { GetWithin(std::move(call), absl::ZeroDuration()); }

void QueueObject::GetWithin(Call call, std::optional<absl::Duration> timeout) {
  if (!items_.empty()) return ReturnFirst(std::move(call));
  if (timeout == absl::ZeroDuration()) return call.Return(QueueException("Empty"));
  getting_.Add(
      std::move(call), timeout, [this](Call woken) { ReturnFirst(std::move(woken)); },
      [](Call late) { late.Return(QueueException("Empty")); });
}

void QueueObject::ReturnFirst(Call call) {
  const HeldValue item = std::move(items_.front());
  items_.pop_front();
  call.Return(item.value());  // while it is held
  putting_.WakeOne();
}

void QueueObject::Put(Call call) {
  const absl::StatusOr<BoundArguments> bound =
      call.arguments().Bind("put", {"item", "block", "timeout"}, 1);
  if (!bound.ok()) return call.Return(bound.status());
  const absl::StatusOr<std::optional<absl::Duration>> time = WaitTime((*bound)[1], (*bound)[2]);
  if (!time.ok()) return call.Return(time.status());
  const PyValue item = *(*bound)[0];
  PutWithin(std::move(call), item, *time);
}

void QueueObject::PutNoWait(Call call) {
  const absl::StatusOr<BoundArguments> bound = call.arguments().Bind("put_nowait", {"item"}, 1);
  if (!bound.ok()) return call.Return(bound.status());
  const PyValue item = *(*bound)[0];
  PutWithin(std::move(call), item, absl::ZeroDuration());
}

void QueueObject::PutWithin(Call call, const PyValue& item, std::optional<absl::Duration> timeout) {
  if (!full()) {
    Append(HeldValue(item, objects_));
    return call.Return();
  }
  if (timeout == absl::ZeroDuration()) return call.Return(QueueException("Full"));
  putting_.Add(
      std::move(call), timeout,
      [this, item = HeldValue(item, objects_)](Call woken) mutable {
        Append(std::move(item));
        woken.Return();
      },
      [](Call late) { late.Return(QueueException("Full")); });
}

void QueueObject::Append(HeldValue item) {
  items_.push_back(std::move(item));
  ++unfinished_;
  getting_.WakeOne();
}

void QueueObject::Join(Call call) {
  if (unfinished_ == 0) return call.Return();
  joining_.Add(std::move(call), std::nullopt, [](Call woken) { woken.Return(); }, nullptr);
}

}  // namespace someos::multiprocessing::internal
