#include "someos/api/multiprocessing/connection/pending_handshake.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/errors.h"
#include "someos/api/multiprocessing/connection/handshake.h"
#include "someos/api/multiprocessing/connection/peer_version.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/random_bytes.h"
#include "someos/backends/connection_socket/await.h"
#include "someos/backends/connection_socket/stream.h"

namespace someos::multiprocessing {

using connection_socket::AwaitAny;
using connection_socket::Awaited;
using connection_socket::Direction;
using connection_socket::Transfer;

absl::StatusOr<PendingHandshake> PendingHandshake::Begin(Connection connection, HandshakeRole role,
                                                         absl::string_view authkey,
                                                         Digests digests) {
  const absl::StatusOr<std::string> random = base::RandomBytes(Handshake::kRandomSize);
  if (!random.ok()) return random.status();
  PendingHandshake pending(std::move(connection), Handshake(role, authkey, digests, *random));
  const absl::StatusOr<bool> sent = pending.SendMessages();
  if (!sent.ok()) return sent.status();
  return pending;
}

absl::StatusOr<bool> PendingHandshake::SendMessages() {
  absl::StatusOr<bool> sent = connection_.Flush();
  while (sent.ok()) {
    const std::optional<std::string> message = handshake_.TakeMessage();
    if (!message.has_value()) break;
    sent = connection_.TrySendBytes(*message);
  }
  return sent;
}

absl::StatusOr<bool> PendingHandshake::Continue() {
  while (true) {
    const absl::StatusOr<bool> sent = SendMessages();
    // What the peer has done wrong says more than that it no longer listens.
    if (!handshake_.status().ok()) return handshake_.status();
    if (!sent.ok()) return sent.status();
    if (!*sent) return false;
    if (handshake_.done()) break;
    const absl::StatusOr<std::optional<std::string>> message =
        connection_.TryReceiveBytes(Handshake::kMaxMessage);
    if (!message.ok()) return message.status();
    if (!message->has_value()) return false;
    (void)handshake_.Receive(**message);  // told by status(), after the last message
  }
  connection_.Learn(PeerVersion::OfHandshake(handshake_.peer_is_legacy().value_or(false)));
  return true;
}

absl::Status PendingHandshake::Finish(absl::Duration timeout) {
  base::Deadline deadline(timeout);
  while (true) {
    const absl::StatusOr<bool> done = Continue();
    if (!done.ok()) return done.status();
    if (*done) return absl::OkStatus();
    const Awaited awaited = {*connection_.fileno(),
                             wants_write() ? Direction::kWrite : Direction::kRead};
    const Transfer ready = AwaitAny(absl::MakeConstSpan(&awaited, 1), deadline);
    if (ready.end == Transfer::End::kTimedOut) return TimeoutError("handshake: timed out");
    if (ready.end == Transfer::End::kFailed) return ErrnoStatus(ready.error, "handshake");
  }
}

absl::StatusOr<Connection> Authenticate(Connection connection, HandshakeRole role,
                                        const Authentication& authentication,
                                        absl::Duration timeout) {
  if (!authentication.authkey.has_value()) return connection;
  absl::StatusOr<PendingHandshake> pending = PendingHandshake::Begin(
      std::move(connection), role, *authentication.authkey, authentication.digests);
  if (!pending.ok()) return pending.status();
  absl::Status status = pending->Finish(timeout);
  if (!status.ok()) return status;
  return pending->Take();
}

}  // namespace someos::multiprocessing
