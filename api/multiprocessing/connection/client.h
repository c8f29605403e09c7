// Connects to a listener: Python's multiprocessing.connection.Client.

#ifndef SOMEOS_API_MULTIPROCESSING_CONNECTION_CLIENT_H_
#define SOMEOS_API_MULTIPROCESSING_CONNECTION_CLIENT_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/connection/address.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/pending_handshake.h"

namespace someos::multiprocessing {

struct ClientOptions {
  Authentication authentication = {};
  absl::Duration connect_timeout = absl::InfiniteDuration();
  // Python has none: a client that has a key, of a listener that has none, waits there for ever.
  absl::Duration handshake_timeout = absl::Seconds(10);
  ConnectionOptions connection = {};
};

// Connects, and authenticates both sides to each other if there is a key.
//
// kUnauthenticated (AuthenticationError): "digest sent was rejected": the listener has another key;
// "digest received was wrong": it has welcomed this side without knowing the key. kDeadlineExceeded
// (TimeoutError), also if the listener has no key. kInvalidArgument (OSError) "AF_UNIX path too
// long", "AF_UNIX path is empty". kNotFound (OSError): no such host. Errnos: ECONNREFUSED, ENOENT.
// kOutOfRange (EOFError): it has closed during the handshake.
absl::StatusOr<Connection> Client(const Address& address, const ClientOptions& options = {});

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_CONNECTION_CLIENT_H_
