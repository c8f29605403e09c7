#include "someos/api/multiprocessing/connection/listener.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/connection/address.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/errors.h"
#include "someos/api/multiprocessing/connection/handshake.h"
#include "someos/api/multiprocessing/connection/pending_handshake.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/connection_socket/await.h"
#include "someos/backends/connection_socket/sockets.h"
#include "someos/backends/connection_socket/stream.h"

namespace someos::multiprocessing {

using connection_socket::Awaited;
using connection_socket::BoundSocket;
using connection_socket::Direction;
using connection_socket::Transfer;

namespace {

bool HasPassed(base::Deadline& deadline) { return !deadline.infinite() && deadline.Passed(); }

}  // namespace

Listener::Listener(BoundSocket bound, const ListenerOptions& options, std::string directory)
    : socket_(std::move(bound.fd)),
      address_(std::move(bound.address)),
      options_(options),
      directory_(std::move(directory)) {
  base::WatchForForks();
  fork_generation_ = base::ForkGeneration();
}

absl::StatusOr<std::unique_ptr<Listener>> Listener::Create(const Address& address,
                                                           const ListenerOptions& options) {
  absl::StatusOr<BoundSocket> bound = connection_socket::Listen(address, options.backlog);
  if (!bound.ok()) return bound.status();
  return absl::WrapUnique(new Listener(*std::move(bound), options, ""));
}

absl::StatusOr<std::unique_ptr<Listener>> Listener::Create(const ListenerOptions& options,
                                                           Family family) {
  if (family == Family::kInet) return Create(Address::Inet("localhost", 0), options);
  if (family == Family::kInet6) return Create(Address::Inet6("localhost", 0), options);
  absl::StatusOr<std::string> directory = connection_socket::MakeTemporaryDirectory();
  if (!directory.ok()) return directory.status();
  const Address address = Address::Unix(absl::StrCat(*directory, "/listener"));
  absl::StatusOr<BoundSocket> bound = connection_socket::Listen(address, options.backlog);
  if (!bound.ok()) {
    connection_socket::RemoveDirectory(*directory);
    return bound.status();
  }
  return absl::WrapUnique(new Listener(*std::move(bound), options, *std::move(directory)));
}

absl::StatusOr<int> Listener::fileno() const {
  if (closed()) return OsError(absl::StatusCode::kFailedPrecondition, "listener is closed");
  return socket_.get();
}

size_t Listener::MaxHandshakes() const { return std::max<size_t>(options_.max_handshakes, 1); }

bool Listener::HasRoom() {
  return pending_.size() < MaxHandshakes() || HasPassed(pending_.front().grace);
}

absl::StatusOr<std::optional<Connection>> Listener::AcceptOne(bool& none_waits) {
  absl::StatusOr<std::optional<BoundSocket>> accepted = connection_socket::Accept(socket_.get());
  if (!accepted.ok()) return accepted.status();
  none_waits = !accepted->has_value();
  if (none_waits) return std::nullopt;
  Address address = std::move((*accepted)->address);
  absl::StatusOr<Connection> connection =
      Connection::Of((*accepted)->fd.Release(), true, true, options_.connection);
  if (!connection.ok()) return connection.status();
  if (!options_.authentication.authkey.has_value()) {
    last_accepted_ = std::move(address);
    return *std::move(connection);
  }
  absl::StatusOr<PendingHandshake> handshake =
      PendingHandshake::Begin(*std::move(connection), HandshakeRole::kListener,
                              *options_.authentication.authkey, options_.authentication.digests);
  // One that has gone already is no error; that the system has no random bytes is one.
  if (absl::IsUnimplemented(handshake.status())) return handshake.status();
  if (!handshake.ok()) return std::nullopt;
  if (pending_.size() >= MaxHandshakes()) pending_.pop_front();
  pending_.push_back({std::move(address), *std::move(handshake),
                      base::Deadline(options_.handshake_timeout),
                      base::Deadline(options_.handshake_timeout / 10)});
  return std::nullopt;
}

absl::StatusOr<std::optional<Connection>> Listener::ContinueHandshakes() {
  for (auto one = pending_.begin(); one != pending_.end();) {
    const absl::StatusOr<bool> done = one->handshake.Continue();
    if (done.ok() && !*done && !HasPassed(one->deadline)) {
      ++one;
      continue;
    }
    Pending ended = std::move(*one);
    one = pending_.erase(one);
    if (absl::IsUnauthenticated(done.status())) {
      last_accepted_ = std::move(ended.address);
      return done.status();
    }
    if (done.ok() && *done) {
      last_accepted_ = std::move(ended.address);
      return ended.handshake.Take();
    }
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<Connection>> Listener::TryAccept() {
  const absl::StatusOr<int> listening = fileno();
  if (!listening.ok()) return listening.status();
  // Before others take the places of those whose answers have arrived.
  if (pending_.size() >= MaxHandshakes()) {
    absl::StatusOr<std::optional<Connection>> connection = ContinueHandshakes();
    if (!connection.ok() || connection->has_value()) return connection;
  }
  absl::Status not_accepted;
  bool none_waits = false;
  // Not for as long as there are any: clients that leave at once would keep the others waiting.
  for (size_t i = 0; i < MaxHandshakes() && !none_waits && HasRoom(); ++i) {
    absl::StatusOr<std::optional<Connection>> connection = AcceptOne(none_waits);
    if (connection.ok() && connection->has_value()) return connection;
    not_accepted = connection.status();
    if (!not_accepted.ok()) break;
  }
  // Also if no descriptor is left: those that end here give theirs back.
  absl::StatusOr<std::optional<Connection>> connection = ContinueHandshakes();
  if (connection.ok() && !connection->has_value() && !not_accepted.ok()) return not_accepted;
  return connection;
}

absl::Status Listener::AwaitClients(base::Deadline& deadline) {
  std::vector<Awaited> awaited;
  absl::Duration left = connection_socket::Remaining(deadline);
  if (HasRoom()) {
    awaited.push_back({socket_.get(), Direction::kRead});
  } else {
    left = std::min(left, connection_socket::Remaining(pending_.front().grace));
  }
  for (const Pending& one : pending_) {
    awaited.push_back({*one.handshake.fileno(),
                       one.handshake.wants_write() ? Direction::kWrite : Direction::kRead});
  }
  if (!pending_.empty()) {
    left = std::min(left, connection_socket::Remaining(pending_.front().deadline));
  }
  base::Deadline next(left);
  const Transfer ready = connection_socket::AwaitAny(awaited, next);
  if (ready.end == Transfer::End::kFailed) return ErrnoStatus(ready.error, "accept");
  return HasPassed(deadline) ? TimeoutError("accept: timed out") : absl::OkStatus();
}

absl::StatusOr<Connection> Listener::Accept(absl::Duration timeout) {
  base::Deadline deadline(timeout);
  while (true) {
    absl::StatusOr<std::optional<Connection>> connection = TryAccept();
    if (!connection.ok()) return connection.status();
    if (connection->has_value()) return **std::move(connection);
    absl::Status status = AwaitClients(deadline);
    if (!status.ok()) return status;
  }
}

void Listener::Close() {
  if (closed()) return;
  pending_.clear();
  socket_.Reset();
  const bool has_path = address_.family() == Family::kUnix && !address_.is_abstract();
  if (!has_path || base::ForkGeneration() != fork_generation_) return;
  connection_socket::RemoveSocket(std::string(address_.path()));
  if (!directory_.empty()) connection_socket::RemoveDirectory(directory_);
}

}  // namespace someos::multiprocessing
