#include "someos/api/multiprocessing/python_worker/queue_state.h"

#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/python_worker/py_objects.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {
namespace {

// A Connection that one may read from or write to, but not both.
absl::Status ReadConnection(const PyValue& value, bool readable, int& fd) {
  const absl::StatusOr<PyValue> args =
      ArgumentsOfCall(value, "multiprocessing.connection", "rebuild_connection", 3);
  if (!args.ok()) return args.status();
  const absl::Span<const PyValue> items = *args->AsItems();
  const absl::StatusOr<PyValue> inherited =
      StateOfNew(items[0], "multiprocessing.popen_spawn_posix", "_DupFd");
  if (!inherited.ok()) return inherited.status();
  const absl::StatusOr<PyValue> number = inherited->Get("fd");
  if (!number.ok() || items[1] != PyValue(readable) || items[2] != PyValue(!readable)) {
    return UnknownForm("a queue's Connection", value);
  }
  const absl::StatusOr<int64_t> descriptor = number->AsInt();
  if (!descriptor.ok() || *descriptor < 0 || *descriptor > std::numeric_limits<int>::max()) {
    return UnknownForm("a Connection's descriptor", *number);
  }
  fd = static_cast<int>(*descriptor);
  return absl::OkStatus();
}

// (handle, kind, greatest value, name)
absl::Status ReadSemaphore(const PyValue& value, absl::string_view class_name, std::string& name) {
  const absl::StatusOr<PyValue> state =
      StateOfNew(value, "multiprocessing.synchronize", class_name);
  if (!state.ok()) return state.status();
  const auto items = TupleOf(*state, 4, class_name);
  if (!items.ok()) return items.status();
  const absl::StatusOr<absl::string_view> text = (*items)[3].AsStr();
  if (!text.ok()) return UnknownForm("a lock with a name", value);
  name = std::string(*text);
  return absl::OkStatus();
}

// What all queues begin with: the ends of the pipe and their locks.
absl::Status ReadPipe(absl::Span<const PyValue> items, QueueState& queue) {
  absl::Status status = ReadConnection(items[0], /*readable=*/true, queue.reader);
  if (status.ok()) status = ReadConnection(items[1], /*readable=*/false, queue.writer);
  if (status.ok()) status = ReadSemaphore(items[2], "Lock", queue.read_lock);
  if (status.ok()) status = ReadSemaphore(items[3], "Lock", queue.write_lock);
  return status;
}

}  // namespace

absl::StatusOr<QueueState> ReadSimpleQueue(const PyValue& value) {
  const absl::StatusOr<PyValue> state = StateOfNew(value, "multiprocessing.queues", "SimpleQueue");
  if (!state.ok()) return state.status();
  const auto items = TupleOf(*state, 4, "the state of a SimpleQueue");
  if (!items.ok()) return items.status();
  QueueState queue;
  const absl::Status status = ReadPipe(*items, queue);
  if (!status.ok()) return status;
  return queue;
}

absl::StatusOr<QueueState> ReadCallQueue(const PyValue& value) {
  const absl::StatusOr<PyValue> state =
      StateOfNew(value, "concurrent.futures.process", "_SafeQueue");
  if (!state.ok()) return state.status();
  const auto items = TupleOf(*state, 8, "the state of a Queue");
  if (!items.ok()) return items.status();
  QueueState queue;
  absl::Status status = ReadPipe(items->subspan(2, 4), queue);
  if (status.ok()) status = ReadSemaphore((*items)[6], "BoundedSemaphore", queue.places);
  if (!status.ok()) return status;
  return queue;
}

}  // namespace someos::multiprocessing::internal
