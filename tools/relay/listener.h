// A listening stream socket, and the file that a Unix socket leaves behind.

#ifndef SOMEOS_TOOLS_RELAY_LISTENER_H_
#define SOMEOS_TOOLS_RELAY_LISTENER_H_

#include <sys/types.h>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"

namespace someos::relay {

class Listener {
 public:
  // Listens at the first of `addresses` (not empty) that this machine has. The file of a Unix
  // socket that nobody listens on any more is replaced; any other file in the way is EADDRINUSE.
  // TCP connections accepted from it send without delay: they inherit TCP_NODELAY.
  static absl::StatusOr<Listener> Open(absl::Span<const SocketAddress> addresses);

  Listener(Listener&& other) noexcept = default;
  Listener& operator=(Listener&& other) = delete;
  // As Close().
  ~Listener() { Close(); }

  // Stops listening, and removes the Unix socket's file unless it has been replaced since.
  void Close();

  bool listening() const { return socket_.valid(); }
  int fd() const { return socket_.fd(); }

  // Where it listens, with the port that the kernel chose for port 0.
  const SocketAddress& address() const { return address_; }

 private:
  explicit Listener(Socket socket, const SocketAddress& address);

  Socket socket_;
  SocketAddress address_;
  // Which file is ours; of a Unix socket only.
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_LISTENER_H_
