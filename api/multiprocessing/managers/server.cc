#include "someos/api/multiprocessing/managers/server.h"

#include <memory>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/connection/address.h"
#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/server_loop.h"
#include "someos/api/poller.h"
#include "someos/api/select.h"
#include "someos/backends/connection_socket/sockets.h"

namespace someos::multiprocessing {

absl::StatusOr<std::unique_ptr<ManagerServer>> ManagerServer::Create(const Address& address,
                                                                     absl::string_view authkey,
                                                                     ManagedTypes types,
                                                                     const ServerOptions& options) {
  PollerOptions poller_options;
  poller_options.externally_synchronized = true;
  absl::StatusOr<std::unique_ptr<Poller>> poller = NewPoller(poller_options);
  if (!poller.ok()) return poller.status();
  absl::StatusOr<connection_socket::BoundSocket> socket =
      connection_socket::Listen(address, options.backlog);
  if (!socket.ok()) return socket.status();
  return absl::WrapUnique(new ManagerServer(std::make_unique<Loop>(
      *std::move(socket), authkey, std::move(types), options, *std::move(poller))));
}

ManagerServer::ManagerServer(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
ManagerServer::~ManagerServer() = default;

const Address& ManagerServer::address() const { return loop_->address(); }
absl::Status ManagerServer::Serve() { return loop_->Run(); }
void ManagerServer::Stop() { loop_->Stop(); }

}  // namespace someos::multiprocessing
