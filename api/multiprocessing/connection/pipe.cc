#include "someos/api/multiprocessing/connection/pipe.h"

#include <array>
#include <utility>

#include "absl/status/statusor.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/peer_version.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/connection_socket/sockets.h"

namespace someos::multiprocessing {

absl::StatusOr<std::pair<Connection, Connection>> Pipe(bool duplex,
                                                       const ConnectionOptions& options) {
  absl::StatusOr<std::array<base::OwnedFd, 2>> ends =
      duplex ? connection_socket::SocketPair() : connection_socket::Pipe();
  if (!ends.ok()) return ends.status();
  absl::StatusOr<Connection> first = Connection::Of((*ends)[0].Release(), true, duplex, options);
  absl::StatusOr<Connection> second = Connection::Of((*ends)[1].Release(), duplex, true, options);
  if (!first.ok()) return first.status();
  if (!second.ok()) return second.status();
  const PeerVersion knows_long_form(308, PeerVersion::kNewest);
  first->Learn(knows_long_form);
  second->Learn(knows_long_form);
  return std::pair(*std::move(first), *std::move(second));
}

}  // namespace someos::multiprocessing
