#include "someos/api/multiprocessing/queues/simple_queue.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/queues/queue_pipe.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

absl::StatusOr<SimpleQueue> SimpleQueue::Create(const ConnectionOptions& options) {
  absl::StatusOr<internal::QueuePipe> pipe = internal::QueuePipe::Create(options);
  if (!pipe.ok()) return pipe.status();
  return SimpleQueue(*std::move(pipe), options);
}

absl::StatusOr<SimpleQueue> SimpleQueue::Open(const State& state,
                                              const ConnectionOptions& options) {
  absl::StatusOr<internal::QueuePipe> pipe = internal::QueuePipe::Open(state, options);
  if (!pipe.ok()) return pipe.status();
  return SimpleQueue(*std::move(pipe), options);
}

absl::Status SimpleQueue::Put(const PyValue& value) {
  const absl::StatusOr<std::string> frame = internal::FrameOf(value);
  if (!frame.ok()) return frame.status();
  return pipe_.Send(*frame);
}

absl::StatusOr<PyValue> SimpleQueue::Get() {
  const absl::StatusOr<std::string> pickle = pipe_.Receive(/*block=*/true, std::nullopt);
  if (!pickle.ok()) return pickle.status();
  return Unpickle(*pickle, options_.unpickle);
}

}  // namespace someos::multiprocessing
