// A handshake under way on a connection.

#ifndef SOMEOS_API_MULTIPROCESSING_CONNECTION_PENDING_HANDSHAKE_H_
#define SOMEOS_API_MULTIPROCESSING_CONNECTION_PENDING_HANDSHAKE_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/handshake.h"

namespace someos::multiprocessing {

// What both sides do to prove that they know a key.
struct Authentication {
  // The key; none: the peer is trusted, as with Python's authkey=None. An empty key is a key.
  std::optional<std::string> authkey;
  Digests digests = Digests::kAny;
};

// Owns the connection until the handshake has ended. For event loops:
//
//   absl::StatusOr<PendingHandshake> pending = PendingHandshake::Begin(...);
//   ...whenever pending->fileno() is readable or, if wants_write(), writable:
//   absl::StatusOr<bool> done = pending->Continue();
//   if (done.ok() && *done) Connection connection = pending->Take();
//
// A failure is final: what remains is to destroy it, which closes the connection. Not thread-safe.
class PendingHandshake {
 public:
  // Sends what is to be sent first. Errno ENOSYS: the system has no random numbers.
  static absl::StatusOr<PendingHandshake> Begin(Connection connection, HandshakeRole role,
                                                absl::string_view authkey, Digests digests);

  // Goes on without blocking; whether it is done. Errors are those of Handshake (kUnauthenticated)
  // and of Connection: a peer that has closed is an EOFError.
  absl::StatusOr<bool> Continue();
  // The same until it is done. kDeadlineExceeded.
  absl::Status Finish(absl::Duration timeout);

  // There is something to send that the system does not take at the moment.
  bool wants_write() const { return connection_.has_unsent(); }
  absl::StatusOr<int> fileno() const { return connection_.fileno(); }

  // The connection, once it is done. What the handshake has told about the peer is known to it.
  Connection Take() { return std::move(connection_); }

 private:
  PendingHandshake(Connection connection, Handshake handshake)
      : connection_(std::move(connection)), handshake_(std::move(handshake)) {}

  // True: there is nothing left to send.
  absl::StatusOr<bool> SendMessages();

  Connection connection_;
  Handshake handshake_;
};

// Does the whole handshake, if there is a key, and returns the connection.
absl::StatusOr<Connection> Authenticate(Connection connection, HandshakeRole role,
                                        const Authentication& authentication,
                                        absl::Duration timeout);

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_CONNECTION_PENDING_HANDSHAKE_H_
