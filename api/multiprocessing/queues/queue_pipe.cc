#include "someos/api/multiprocessing/queues/queue_pipe.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/errors.h"
#include "someos/api/multiprocessing/connection/frame_header.h"
#include "someos/api/multiprocessing/connection/pipe.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"
#include "someos/api/multiprocessing/synchronize/synchronize.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/connection_socket/stream.h"

namespace someos::multiprocessing::internal {
namespace {

// How often a sender that has to wait looks whether it is to stop.
constexpr absl::Duration kLook = absl::Milliseconds(50);

absl::Status IsStopped() {
  return PlainStatus(absl::StatusCode::kCancelled, "the queue is not sent any more");
}

absl::Status IsClosed() {
  return OsError(absl::StatusCode::kFailedPrecondition, "handle is closed");
}

}  // namespace

absl::Status QueueIsEmpty() {
  return PlainStatus(absl::StatusCode::kDeadlineExceeded, "the queue is empty");
}

absl::Status QueueIsFull() {
  return PlainStatus(absl::StatusCode::kDeadlineExceeded, "the queue is full");
}

absl::StatusOr<std::string> FrameOf(const PyValue& value) {
  const absl::StatusOr<std::string> pickle = Pickle(value);
  if (!pickle.ok()) return pickle.status();
  const absl::StatusOr<FrameHeader> header =
      FrameHeader::Of(pickle->size(), LongForm::kKnownToPeer);
  if (!header.ok()) return header.status();
  return absl::StrCat(header->view(), *pickle);
}

absl::StatusOr<QueuePipe> QueuePipe::Create(const ConnectionOptions& options) {
  absl::StatusOr<std::pair<Connection, Connection>> ends = Pipe(/*duplex=*/false, options);
  if (!ends.ok()) return ends.status();
  absl::StatusOr<Lock> reader_lock = Lock::Create();
  if (!reader_lock.ok()) return reader_lock.status();
  absl::StatusOr<Lock> writer_lock = Lock::Create();
  if (!writer_lock.ok()) return writer_lock.status();
  return QueuePipe(std::move(ends->first), connection_socket::Stream(ends->second.Release()),
                   *std::move(reader_lock), *std::move(writer_lock));
}

absl::StatusOr<QueuePipe> QueuePipe::Open(const QueuePipeState& state,
                                          const ConnectionOptions& options) {
  base::OwnedFd writer(state.writer);
  absl::StatusOr<Connection> reader = Connection::Of(state.reader, true, false, options);
  if (!reader.ok()) return reader.status();
  if (!writer.valid()) return PlainStatus(absl::StatusCode::kInvalidArgument, "invalid handle");
  absl::StatusOr<SemLock> reader_lock = SemLock::Open(state.reader_lock);
  if (!reader_lock.ok()) return reader_lock.status();
  absl::StatusOr<SemLock> writer_lock = SemLock::Open(state.writer_lock);
  if (!writer_lock.ok()) return writer_lock.status();
  return QueuePipe(*std::move(reader), connection_socket::Stream(writer.Release()),
                   *std::move(reader_lock), *std::move(writer_lock));
}

QueuePipeState QueuePipe::state() const {
  return {reader_.fileno().value_or(-1), writer_.fd(), reader_lock_.state(), writer_lock_.state()};
}

absl::StatusOr<bool> QueuePipe::Empty() {
  const absl::StatusOr<bool> readable = reader_.Poll();
  if (!readable.ok()) return readable;
  return !*readable;
}

void QueuePipe::Close() {
  reader_.Close();
  writer_.Close();
}

absl::StatusOr<std::string> QueuePipe::Read(std::optional<absl::Duration> rest) {
  if (rest.has_value()) {
    const absl::StatusOr<bool> readable = reader_.Poll(*rest);
    if (!readable.ok()) return readable.status();
    if (!*readable) return QueueIsEmpty();
  }
  return reader_.ReceiveBytes();
}

absl::StatusOr<std::string> QueuePipe::Receive(bool block, std::optional<absl::Duration> timeout) {
  if (!block) timeout = absl::ZeroDuration();
  base::Deadline deadline(timeout.value_or(absl::InfiniteDuration()));
  const absl::StatusOr<bool> locked = reader_lock_.Acquire(block, timeout);
  if (!locked.ok()) return locked.status();
  if (!*locked) return QueueIsEmpty();
  std::optional<absl::Duration> rest;
  if (!deadline.infinite()) {
    rest = deadline.Passed() ? absl::ZeroDuration()
                             : absl::DurationFromTimespec(deadline.AsTimespec());
  }
  absl::StatusOr<std::string> message = Read(rest);
  if (const absl::Status status = reader_lock_.Release(); !status.ok()) return status;
  return message;
}

absl::Status QueuePipe::Write(absl::string_view frames, absl::Duration look,
                              absl::FunctionRef<bool()> stop) {
  while (!frames.empty()) {
    base::Deadline deadline = base::Deadline::NotStarted(look);
    const connection_socket::Transfer transfer = writer_.Write(frames, "", deadline);
    switch (transfer.end) {
      case connection_socket::Transfer::End::kBytes:
        frames.remove_prefix(transfer.count);
        break;
      case connection_socket::Transfer::End::kTimedOut:
        if (stop()) return IsStopped();
        break;
      default:
        return ErrnoStatus(transfer.error, absl::StrCat("send fd ", writer_.fd()));
    }
  }
  return absl::OkStatus();
}

absl::Status QueuePipe::Send(absl::string_view frames) {
  return Send(frames, absl::InfiniteDuration(), [] { return false; });
}

absl::Status QueuePipe::SendUnless(absl::FunctionRef<bool()> stop, absl::string_view frames) {
  return Send(frames, kLook, stop);
}

absl::Status QueuePipe::Send(absl::string_view frames, absl::Duration look,
                             absl::FunctionRef<bool()> stop) {
  if (!writer_.valid()) return IsClosed();
  while (true) {
    const absl::StatusOr<bool> locked = writer_lock_.Acquire(true, look);
    if (!locked.ok()) return locked.status();
    if (*locked) break;
    if (stop()) return IsStopped();
  }
  absl::Status status = Write(frames, look, stop);
  status.Update(writer_lock_.Release());
  return status;
}

}  // namespace someos::multiprocessing::internal
