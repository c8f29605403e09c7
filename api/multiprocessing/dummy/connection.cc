#include "someos/api/multiprocessing/dummy/connection.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/connection/errors.h"
#include "someos/api/multiprocessing/dummy/queue.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::dummy {
namespace {

absl::Status IsClosed(absl::string_view what) {
  return OsError(absl::StatusCode::kFailedPrecondition, what);
}

// What a queue takes: none for ever, and none below zero.
std::optional<absl::Duration> TimeoutOf(absl::Duration timeout) {
  if (timeout == absl::InfiniteDuration()) return std::nullopt;
  return std::max(timeout, absl::ZeroDuration());
}

}  // namespace

Connection& Connection::operator=(Connection&& other) noexcept {
  if (this == &other) return *this;
  Close();
  in_ = std::move(other.in_);
  out_ = std::move(other.out_);
  return *this;
}

absl::Status Connection::Send(PyValue value) {
  if (closed()) return IsClosed("handle is closed");
  absl::Status status = out_->Put(std::move(value));
  return absl::IsCancelled(status) ? ErrnoStatus(EPIPE, "send") : status;
}

absl::StatusOr<PyValue> Connection::Receive(absl::Duration timeout) {
  if (closed()) return IsClosed("handle is closed");
  absl::StatusOr<PyValue> value = in_->Get(/*block=*/true, TimeoutOf(timeout));
  if (absl::IsCancelled(value.status())) return EofError();
  if (absl::IsDeadlineExceeded(value.status())) return TimeoutError("receive timed out");
  return value;
}

absl::StatusOr<std::string> Connection::ReceiveBytes(absl::Duration timeout) {
  const absl::StatusOr<PyValue> value = Receive(timeout);
  if (!value.ok()) return value.status();
  const absl::StatusOr<absl::string_view> bytes = value->AsBytes();
  if (!bytes.ok()) return bytes.status();
  return std::string(*bytes);
}

absl::StatusOr<bool> Connection::Poll(absl::Duration timeout) {
  if (closed()) return IsClosed("handle is closed");
  return in_->WaitForValue(timeout);
}

void Connection::Close() {
  if (closed()) return;
  std::exchange(in_, nullptr)->Shutdown();
  std::exchange(out_, nullptr)->Shutdown();
}

std::pair<Connection, Connection> Pipe(bool /*duplex*/) {
  const auto there = std::make_shared<Queue<PyValue>>();
  const auto back = std::make_shared<Queue<PyValue>>();
  return {Connection(back, there), Connection(there, back)};
}

absl::StatusOr<Connection> Listener::Accept(absl::Duration timeout) {
  absl::StatusOr<Connection> connection = address_->Get(/*block=*/true, TimeoutOf(timeout));
  if (absl::IsCancelled(connection.status())) return IsClosed("listener is closed");
  if (absl::IsDeadlineExceeded(connection.status())) return TimeoutError("accept timed out");
  return connection;
}

absl::StatusOr<Connection> Client(const Listener::Address& address) {
  std::pair<Connection, Connection> ends = Pipe();
  absl::Status status = address->Put(std::move(ends.second));
  if (absl::IsCancelled(status)) return ErrnoStatus(ECONNREFUSED, "connect");
  if (!status.ok()) return status;
  return std::move(ends.first);
}

}  // namespace someos::multiprocessing::dummy
