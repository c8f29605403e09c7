#include "someos/api/multiprocessing/connection/client.h"

#include <utility>

#include "absl/status/statusor.h"
#include "someos/api/multiprocessing/connection/address.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/handshake.h"
#include "someos/api/multiprocessing/connection/pending_handshake.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/connection_socket/sockets.h"

namespace someos::multiprocessing {

absl::StatusOr<Connection> Client(const Address& address, const ClientOptions& options) {
  base::Deadline deadline(options.connect_timeout);
  absl::StatusOr<base::OwnedFd> socket = connection_socket::Connect(address, deadline);
  if (!socket.ok()) return socket.status();
  absl::StatusOr<Connection> connection =
      Connection::Of(socket->Release(), true, true, options.connection);
  if (!connection.ok()) return connection.status();
  return Authenticate(*std::move(connection), HandshakeRole::kClient, options.authentication,
                      options.handshake_timeout);
}

}  // namespace someos::multiprocessing
