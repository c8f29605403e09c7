#include "someos/api/multiprocessing/connection/connection.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/connection/errors.h"
#include "someos/api/multiprocessing/connection/frame_header.h"
#include "someos/api/multiprocessing/connection/peer_version.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/connection_socket/stream.h"

namespace someos::multiprocessing {
namespace {

using base::Deadline;
using connection_socket::Direction;
using connection_socket::Stream;
using connection_socket::Transfer;

absl::Status ValueError(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, message);
}

absl::Status StateError(absl::string_view message) {
  return OsError(absl::StatusCode::kFailedPrecondition, message);
}

// Of a deadline of ours: ETIMEDOUT of a broken connection has the same code.
bool IsTimeout(const absl::Status& status) {
  return absl::IsDeadlineExceeded(status) && ErrnoOf(status) == 0;
}

// What Python checks of an offset and a size; the part.
absl::StatusOr<absl::string_view> PartOf(absl::string_view buffer, int64_t offset,
                                         std::optional<int64_t> size) {
  if (offset < 0) return ValueError("offset is negative");
  const auto start = static_cast<uint64_t>(offset);
  if (buffer.size() < start) return ValueError("buffer length < offset");
  if (!size.has_value()) return buffer.substr(start);
  if (*size < 0) return ValueError("size is negative");
  if (static_cast<uint64_t>(*size) > buffer.size() - start) {
    return ValueError("buffer length < offset + size");
  }
  return buffer.substr(start, static_cast<size_t>(*size));
}

}  // namespace

absl::StatusOr<Connection> Connection::Of(int fd, bool readable, bool writable,
                                          const ConnectionOptions& options) {
  if (fd < 0) return ValueError("invalid handle");
  Stream stream(fd);
  if (!readable && !writable) {
    return ValueError("at least one of `readable` and `writable` must be True");
  }
  return Connection(std::move(stream), readable, writable, options);
}

Connection::Connection(Connection&& other) noexcept
    : options_(other.options_),
      stream_(std::move(other.stream_)),
      readable_(other.readable_),
      writable_(other.writable_),
      peer_(other.peer_.load(std::memory_order_relaxed)),
      reader_(std::move(other.reader_)),
      writer_(std::move(other.writer_)) {}

Connection& Connection::operator=(Connection&& other) noexcept {
  options_ = other.options_;
  stream_ = std::move(other.stream_);
  readable_ = other.readable_;
  writable_ = other.writable_;
  peer_.store(other.peer_.load(std::memory_order_relaxed), std::memory_order_relaxed);
  reader_ = std::move(other.reader_);
  writer_ = std::move(other.writer_);
  return *this;
}

absl::Status Connection::CheckReadable() const {
  if (closed()) return StateError("handle is closed");
  return readable_ ? absl::OkStatus() : StateError("connection is write-only");
}

absl::Status Connection::CheckWritable() const {
  if (closed()) return StateError("handle is closed");
  return writable_ ? absl::OkStatus() : StateError("connection is read-only");
}

absl::Status Connection::Fail(const Transfer& transfer, absl::string_view operation) {
  const std::string what = absl::StrCat(operation, " fd ", stream_.fd());
  return transfer.end == Transfer::End::kTimedOut ? TimeoutError(absl::StrCat(what, ": timed out"))
                                                  : ErrnoStatus(transfer.error, what);
}

absl::Status Connection::EndOfFile() {
  const bool between_messages = reader_.idle();
  reader_.Next();
  return between_messages ? EofError()
                          : OsError(absl::StatusCode::kDataLoss, "got end of file during message");
}

// What follows in the stream cannot be told apart any more.
absl::Status Connection::BadMessage(absl::Status status) {
  reader_.Next();
  if (writable_) {
    readable_ = false;
  } else {
    Close();
  }
  return status;
}

absl::Status Connection::ReadMessage(uint64_t max_length, absl::Duration timeout) {
  reader_.SetLongForm(peer().sends_long_form());
  absl::Status status = reader_.SetMaxSize(std::min(max_length, options_.max_message));
  if (!status.ok()) return BadMessage(std::move(status));
  Deadline deadline = Deadline::NotStarted(timeout);
  while (!reader_.complete()) {
    const Transfer transfer = stream_.Read(reader_.Space(), deadline);
    if (transfer.end == Transfer::End::kEndOfFile) return EndOfFile();
    if (transfer.end != Transfer::End::kBytes) return Fail(transfer, "receive");
    status = reader_.Advance(transfer.count);
    if (!status.ok()) return BadMessage(std::move(status));
  }
  return absl::OkStatus();
}

absl::Status Connection::WriteRest(Deadline& deadline) {
  while (!writer_.empty()) {
    const Transfer transfer = stream_.Write(writer_.pending(), "", deadline);
    if (transfer.end != Transfer::End::kBytes) return Fail(transfer, "send");
    writer_.Advance(transfer.count);
  }
  return absl::OkStatus();
}

// With `keep`, what cannot be written in time is kept in any case; otherwise only if the message
// has begun.
absl::Status Connection::WriteMessage(absl::string_view message, absl::Duration timeout,
                                      bool keep) {
  const absl::StatusOr<FrameHeader> header =
      FrameHeader::Of(message.size(), peer().accepts_long_form());
  if (!header.ok()) return header.status();
  Deadline deadline = Deadline::NotStarted(timeout);
  absl::Status status = WriteRest(deadline);
  absl::string_view head = header->view();
  absl::string_view body = message;
  while (status.ok() && !(head.empty() && body.empty())) {
    const Transfer transfer = stream_.Write(head, body, deadline);
    if (transfer.end != Transfer::End::kBytes) {
      status = Fail(transfer, "send");
      break;
    }
    const size_t of_head = std::min(head.size(), transfer.count);
    head.remove_prefix(of_head);
    body.remove_prefix(transfer.count - of_head);
  }
  const bool timed_out = IsTimeout(status);
  const bool begun = head.size() < header->view().size();
  if (timed_out && (keep || begun)) writer_.AddRest(head, body);
  return status;
}

absl::Status Connection::SendBytes(absl::string_view bytes, absl::Duration timeout) {
  absl::Status status = CheckWritable();
  return status.ok() ? WriteMessage(bytes, timeout, /*keep=*/false) : status;
}

absl::Status Connection::SendBytes(absl::string_view buffer, int64_t offset,
                                   std::optional<int64_t> size, absl::Duration timeout) {
  absl::Status status = CheckWritable();
  if (!status.ok()) return status;
  const absl::StatusOr<absl::string_view> part = PartOf(buffer, offset, size);
  return part.ok() ? WriteMessage(*part, timeout, /*keep=*/false) : part.status();
}

absl::Status Connection::Send(const PyValue& value, absl::Duration timeout) {
  absl::Status status = CheckWritable();
  if (!status.ok()) return status;
  const absl::StatusOr<std::string> pickle = Pickle(value, {peer().dialect()});
  return pickle.ok() ? WriteMessage(*pickle, timeout, /*keep=*/false) : pickle.status();
}

absl::StatusOr<std::string> Connection::ReceiveBytes(std::optional<int64_t> max_length,
                                                     absl::Duration timeout) {
  absl::Status status = CheckReadable();
  if (!status.ok()) return status;
  if (max_length.has_value() && *max_length < 0) return ValueError("negative maxlength");
  const uint64_t most = max_length.has_value() ? static_cast<uint64_t>(*max_length)
                                               : std::numeric_limits<uint64_t>::max();
  status = ReadMessage(most, timeout);
  if (!status.ok()) return status;
  return reader_.Take();
}

absl::StatusOr<size_t> Connection::ReceiveBytesInto(absl::Span<char> buffer, int64_t offset,
                                                    absl::Duration timeout) {
  absl::Status status = CheckReadable();
  if (!status.ok()) return status;
  if (offset < 0) return ValueError("negative offset");
  const auto start = static_cast<uint64_t>(offset);
  if (start > buffer.size()) return ValueError("offset too large");
  const absl::Span<char> destination = buffer.subspan(start);
  reader_.SetDestination(destination);
  status = ReadMessage(std::numeric_limits<uint64_t>::max(), timeout);
  const bool in_destination = reader_.ForgetDestination();
  if (!status.ok()) return status;
  const uint64_t size = reader_.message_size();
  if (size > destination.size()) {
    status = BufferTooShort(reader_.message());
  } else if (!in_destination) {
    std::copy_n(reader_.message().begin(), size, destination.begin());
  }
  reader_.Next();
  if (!status.ok()) return status;
  return size;
}

absl::StatusOr<PyValue> Connection::Receive(absl::Duration timeout) {
  absl::Status status = CheckReadable();
  if (!status.ok()) return status;
  status = ReadMessage(std::numeric_limits<uint64_t>::max(), timeout);
  if (!status.ok()) return status;
  PeerVersion learned = peer();
  learned.LearnFromPickle(reader_.message());
  Learn(learned);
  absl::StatusOr<PyValue> value = Unpickle(reader_.message(), options_.unpickle);
  reader_.Next();
  return value;
}

absl::StatusOr<bool> Connection::Poll(absl::Duration timeout) {
  absl::Status status = CheckReadable();
  if (!status.ok()) return status;
  Deadline deadline = Deadline::NotStarted(timeout);
  const Transfer transfer = stream_.Await(Direction::kRead, deadline);
  if (transfer.end == Transfer::End::kTimedOut) return false;
  if (transfer.end == Transfer::End::kFailed) return Fail(transfer, "poll");
  return true;
}

absl::StatusOr<std::optional<std::string>> Connection::TryReceiveBytes() {
  return TryReceiveBytes(std::numeric_limits<uint64_t>::max());
}

absl::StatusOr<std::optional<std::string>> Connection::TryReceiveBytes(uint64_t max_length) {
  absl::Status status = CheckReadable();
  if (!status.ok()) return status;
  status = ReadMessage(max_length, absl::ZeroDuration());
  if (status.ok()) return reader_.Take();
  if (IsTimeout(status)) return std::nullopt;
  return status;
}

absl::StatusOr<bool> Connection::TrySendBytes(absl::string_view bytes) {
  absl::Status status = CheckWritable();
  if (status.ok()) status = WriteMessage(bytes, absl::ZeroDuration(), /*keep=*/true);
  if (status.ok()) return true;
  if (IsTimeout(status)) return false;
  return status;
}

absl::StatusOr<bool> Connection::Flush() {
  absl::Status status = CheckWritable();
  if (!status.ok()) return status;
  Deadline deadline(absl::ZeroDuration());
  status = WriteRest(deadline);
  if (status.ok()) return true;
  if (IsTimeout(status)) return false;
  return status;
}

void Connection::Close() {
  stream_.Close();
  reader_.Next();
  writer_ = FrameWriter();
}

absl::StatusOr<int> Connection::fileno() const {
  if (closed()) return StateError("handle is closed");
  return stream_.fd();
}

int Connection::Release() { return stream_.Release(); }

PeerVersion Connection::peer() const {
  const uint32_t packed = peer_.load(std::memory_order_relaxed);
  return PeerVersion(static_cast<int>(packed >> 16), static_cast<int>(packed & 0xffff));
}

void Connection::Learn(PeerVersion peer) {
  PeerVersion known = this->peer();
  known.Learn(peer);
  peer_.store(Packed(known), std::memory_order_relaxed);
}

}  // namespace someos::multiprocessing
