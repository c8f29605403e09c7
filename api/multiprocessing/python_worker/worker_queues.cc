#include "someos/api/multiprocessing/python_worker/worker_queues.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/errors.h"
#include "someos/api/multiprocessing/connection/peer_version.h"
#include "someos/api/multiprocessing/python_worker/queue_state.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/worker_process/parent_process.h"
#include "someos/backends/worker_process/this_program.h"

namespace someos::multiprocessing::internal {
namespace {

using worker_process::ParentProcess;

// How long to wait before looking whether the parent lives. Its end wakes who waits for a message
// at once, unless a third process keeps the pipe open; nothing wakes who waits for a lock.
constexpr absl::Duration kMessagePatience = absl::Seconds(30);
constexpr absl::Duration kLockPatience = absl::Seconds(1);

ConnectionOptions OfAnySize() {
  ConnectionOptions options;
  options.max_message = std::numeric_limits<int64_t>::max();
  return options;
}

absl::StatusOr<SemLock> OpenSemaphore(const std::string& name) {
  return SemLock::Open({SemLock::Kind::kSemaphore, 1, name});
}

// EofError if the parent ends before.
absl::Status AcquireFrom(SemLock& lock, const ParentProcess& parent) {
  while (true) {
    const absl::StatusOr<bool> acquired = lock.Acquire(true, kLockPatience);
    if (!acquired.ok()) return acquired.status();
    if (*acquired) return absl::OkStatus();
    if (parent.ended()) return EofError();
  }
}

}  // namespace

absl::StatusOr<TaskQueue> TaskQueue::Open(const QueueState& state) {
  const base::OwnedFd unused(state.writer);
  absl::StatusOr<Connection> reader =
      Connection::Of(state.reader, /*readable=*/true, /*writable=*/false, OfAnySize());
  if (!reader.ok()) return reader.status();
  absl::Status status = worker_process::SetCloseOnExec(state.reader);
  if (!status.ok()) return status;
  absl::StatusOr<SemLock> lock = OpenSemaphore(state.read_lock);
  if (!lock.ok()) return lock.status();
  std::optional<SemLock> places;
  if (!state.places.empty()) {
    // Its greatest value is not known here, and is not to be checked.
    absl::StatusOr<SemLock> opened =
        SemLock::Open({SemLock::Kind::kSemaphore, std::numeric_limits<int>::max(), state.places});
    if (!opened.ok()) return opened.status();
    places.emplace(*std::move(opened));
  }
  return TaskQueue(*std::move(reader), *std::move(lock), std::move(places));
}

absl::StatusOr<std::string> TaskQueue::Get(const ParentProcess& parent) {
  while (true) {
    absl::Status status = AcquireFrom(lock_, parent);
    if (!status.ok()) return status;
    absl::StatusOr<std::optional<std::string>> message = GetIfReady();
    status = lock_.Release();
    if (!message.ok()) return message.status();
    if (!status.ok()) return status;
    if (message->has_value()) {
      if (places_.has_value()) status = places_->Release();
      if (!status.ok()) return status;
      return **std::move(message);
    }
    const absl::StatusOr<bool> ready = reader_.Poll(kMessagePatience);
    if (!ready.ok()) return ready.status();
    if (!*ready && parent.ended()) return EofError();
  }
}

absl::StatusOr<std::optional<std::string>> TaskQueue::GetIfReady() {
  const absl::StatusOr<bool> ready = reader_.Poll(absl::ZeroDuration());
  if (!ready.ok()) return ready.status();
  if (!*ready) return std::nullopt;
  absl::StatusOr<std::string> message = reader_.ReceiveBytes();
  if (!message.ok()) return message.status();
  return *std::move(message);
}

absl::StatusOr<ResultQueue> ResultQueue::Open(const QueueState& state, PeerVersion python) {
  const base::OwnedFd unused(state.reader);
  absl::StatusOr<Connection> writer =
      Connection::Of(state.writer, /*readable=*/false, /*writable=*/true, OfAnySize());
  if (!writer.ok()) return writer.status();
  const absl::Status status = worker_process::SetCloseOnExec(state.writer);
  if (!status.ok()) return status;
  writer->Learn(python);
  absl::StatusOr<SemLock> lock = OpenSemaphore(state.write_lock);
  if (!lock.ok()) return lock.status();
  return ResultQueue(*std::move(writer), *std::move(lock));
}

absl::Status ResultQueue::Put(absl::string_view message, const ParentProcess& parent) {
  absl::Status status = AcquireFrom(lock_, parent);
  if (!status.ok()) return status;
  status = writer_.SendBytes(message);
  const absl::Status released = lock_.Release();
  return status.ok() ? released : status;
}

}  // namespace someos::multiprocessing::internal
