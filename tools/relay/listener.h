// A listening stream socket, and the file that a Unix socket leaves behind.

#ifndef SOMEOS_TOOLS_RELAY_LISTENER_H_
#define SOMEOS_TOOLS_RELAY_LISTENER_H_

#include <sys/types.h>

#include "absl/status/statusor.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"

namespace someos::relay {

class Listener {
 public:
  // Listens at `address`. The file of a Unix socket that nobody listens on any more is replaced;
  // any other file in the way is EADDRINUSE. An IPv6 address stands for itself alone (IPV6_V6ONLY):
  // [::] takes no IPv4 connections. TCP connections accepted from it send without delay: they
  // inherit TCP_NODELAY.
  //
  // EADDRNOTAVAIL, EAFNOSUPPORT: it is no address of this machine. Others of socket(2), bind(2).
  static absl::StatusOr<Listener> Open(const SocketAddress& address);

  // Listens with a socket that somebody else has made and listens on. The file of a Unix socket is
  // theirs, and stays.
  //
  // kInvalidArgument: it is no listening TCP or Unix stream socket; the message says what it is.
  static absl::StatusOr<Listener> Adopt(Socket socket);

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
  Listener(Socket socket, const SocketAddress& address);

  // The file at the address is this listener's.
  void OwnFile();

  Socket socket_;
  SocketAddress address_;
  // Which file is ours; of a Unix socket only.
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_LISTENER_H_
