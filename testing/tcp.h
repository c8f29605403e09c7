// TCP over the loopback interface, every socket non-blocking.

#ifndef SOMEOS_TESTING_TCP_H_
#define SOMEOS_TESTING_TCP_H_

#include <cstdint>

#include "someos/testing/scoped_fd.h"

namespace someos {

// A socket bound to a free port of 127.0.0.1. Until Listen() it takes no connections: it refuses
// them, or lets them wait (OpenBSD).
class TcpServer {
 public:
  TcpServer();

  int fd() const { return socket_.get(); }

  void Listen();

  // Takes the next connection; waits for it as long as that takes.
  ScopedFd Accept();

  // A new socket whose connect() to this server has begun. `error` receives 0 if it has also ended,
  // EINPROGRESS if it is under way, or the errno of a refusal.
  ScopedFd BeginConnect(int* error) const;

 private:
  ScopedFd socket_;
  uint16_t port_;  // in network byte order
};

// Two connected sockets. `near` is the end that a scenario watches, `far` is its peer.
struct TcpPair {
  TcpPair();

  ScopedFd near;
  ScopedFd far;
};

// A socket whose connect() to a port where nobody listens has begun, and is going to be refused.
// None if this system's connect() says so itself.
ScopedFd BeginRefusedConnect();

// Writes into a connection until it takes no more and stays so: meanwhile the peer's system takes
// some of it, and the buffers grow.
void FillConnection(int fd);

// Sends a byte as urgent data, and receives it.
void SendUrgent(int fd, char byte);
char ReceiveUrgent(int fd);

// Closes a socket so that its peer receives a reset.
void CloseWithReset(ScopedFd& socket);

// Waits, for as long as it takes, until recv() on `fd` would find something: a byte, the end of the
// stream or an error. Loopback traffic takes its way through the kernel's network stack, and a
// scenario about what is there must not look before it has arrived.
void AwaitArrival(int fd);

}  // namespace someos

#endif  // SOMEOS_TESTING_TCP_H_
