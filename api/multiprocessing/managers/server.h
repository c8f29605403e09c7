// The server of a manager: objects that other processes use through proxies.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_SERVER_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/connection/address.h"
#include "someos/api/multiprocessing/connection/handshake.h"
#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/serializer.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"

namespace someos::multiprocessing {

struct ServerOptions {
  int backlog = 128;
  // Which digests prove the key; kStrict refuses Python before 3.12.
  Digests digests = Digests::kAny;
  // A peer that has not proved that it knows the key by then is disconnected.
  absl::Duration handshake_timeout = absl::Seconds(10);
  // No more peers that have not proved it are accepted at once; further ones wait.
  size_t max_handshakes = 256;
  // Longer requests end the connection. Memory is taken as they arrive, not by what they claim.
  uint64_t max_message = uint64_t{1} << 30;
  UnpickleOptions unpickle;
  // That of the clients.
  Serializer serializer = Serializer::kPickle;
  // Runs the methods of ManagedClass objects in threads of its own; null: the server's thread does.
  Executor executor;
};

// Speaks the protocol of Python's managers, with proxies of Python 2.7 to 3.14 and with
// ManagerClient. One thread serves everybody: a call that waits occupies no other one, and neither
// does a client that does nothing.
//
// Whoever knows the key may call every exposed method, and nothing else: what arrives is never
// executed, unlike with Python's own server. What is sent is not encrypted (SECURITY.md).
class ManagerServer {
 public:
  // Listens at `address`; clients are served once Serve runs. `authkey` may be any bytes.
  //
  // Errors of Listener: EADDRINUSE, "AF_UNIX path too long" and so on.
  static absl::StatusOr<std::unique_ptr<ManagerServer>> Create(const Address& address,
                                                               absl::string_view authkey,
                                                               ManagedTypes types,
                                                               const ServerOptions& options = {});
  // Serve must have returned. Removes the socket of an AF_UNIX address.
  ~ManagerServer();
  ManagerServer(const ManagerServer&) = delete;
  ManagerServer& operator=(const ManagerServer&) = delete;

  // With the port that the system has chosen.
  const Address& address() const;

  // Serves until a client asks for a shutdown or Stop is called; then the connections are closed
  // and the objects destroyed. Once. In one thread, which may be any one.
  //
  // Errors of the Poller, after which it serves no more. What a client does wrong is no error here.
  absl::Status Serve();

  // Makes Serve return, also if it is called later. From any thread and from signal handlers.
  void Stop();

 private:
  class Loop;
  explicit ManagerServer(std::unique_ptr<Loop> loop);

  const std::unique_ptr<Loop> loop_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_SERVER_H_
