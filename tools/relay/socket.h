// An owned socket, and the calls that make one: non-blocking and close-on-exec from birth, as far
// as the system can.
//
// The calls return an errno (0 for success) instead of an absl::Status: a relay makes them for each
// client, most of their "errors" (EAGAIN, EINPROGRESS, EMFILE) are daily business, and a status
// with a message costs more than the call.

#ifndef SOMEOS_TOOLS_RELAY_SOCKET_H_
#define SOMEOS_TOOLS_RELAY_SOCKET_H_

#include <sys/types.h>

#include <utility>

#include "absl/types/span.h"
#include "someos/tools/relay/socket_address.h"

namespace someos::relay {

// Owns one descriptor, or none (-1), and closes it.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() { Close(); }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    if (this != &other) {
      Close();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }

  int fd() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

  // Closes in the kernel's usual way: what was sent is still delivered, then the end of file. Data
  // that arrived and was not read turns it into a reset.
  void Close();

  // Closes a TCP connection with a reset: the peer's next call fails with ECONNRESET, and data on
  // its way may be lost. Other sockets are closed as by Close().
  void CloseWithReset();

 private:
  int fd_ = -1;
};

// Makes `fd` non-blocking and close-on-exec.
int SetFlags(int fd);

// Another descriptor of the same socket, close-on-exec; none if there is none to be had.
Socket Duplicate(int fd);

// As recv(2) and send(2), with errno, and without SIGPIPE where the system has a flag for that.
ssize_t Receive(int fd, absl::Span<char> room);
ssize_t Send(int fd, absl::Span<const char> data);

// Accepts one connection into `*accepted`. EAGAIN: none is waiting.
int Accept(int listener, Socket* accepted);

// Makes an unconnected stream socket for an address of `family` (AF_INET, AF_INET6, AF_UNIX).
int NewSocket(int family, Socket* made);

// Begins to connect. 0: connected. EINPROGRESS: writability will tell that the attempt has ended.
// EAGAIN: the backlog of a Unix socket is full, and nothing has begun.
int BeginConnect(int fd, const SocketAddress& address);

// Ends the stream that `fd` sends. A peer that is gone is no error: a read tells.
int EndStream(int fd);

// How the attempt that BeginConnect began has ended. EINPROGRESS: it has not.
//
// `error_reported` is whether the poller has reported an error. Some mechanisms take the error from
// the socket while they report it (libkqueue); then it is ECONNREFUSED, the likely one.
int ConnectResult(int fd, bool error_reported);

// What has become of the other end of a connection.
enum class PeerState {
  kThere,   // it may have ended its stream, but may still receive
  kClosed,  // of a Unix socket: it is closed; what it sent can still be read
  kReset,   // the connection is broken
};

// Takes no error from the socket. For a connection that has not ended in both directions: where it
// has, an orderly end of a TCP connection looks like a reset.
PeerState PeerStateOf(int fd);

// Whether there is data to read.
bool HasUnreadData(int fd);

// Whether data that was written to a TCP socket has not been sent yet, as when the peer does not
// read; false where the system does not tell. A reset would discard it.
bool HasUnsentData(int fd);

// Moves `*socket` to the lowest free number, if that is lower than its own: select() cannot hold
// high ones. Does nothing on Windows, where it can.
void MoveToLowestNumber(Socket* socket);

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_SOCKET_H_
