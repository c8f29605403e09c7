// A socket of loopback for which several threads wait.

#ifndef SOMEOS_TOOLS_BENCH_LISTENING_SOCKET_H_
#define SOMEOS_TOOLS_BENCH_LISTENING_SOCKET_H_

#include "someos/testing/tcp.h"

namespace someos::bench {

class ListeningSocket {
 public:
  ListeningSocket() { server_.Listen(); }

  int fd() const { return server_.fd(); }
  // Takes a connection, if no other thread has, and resets it, so that no number of a port stays in
  // use.
  void AcceptAndReset() const;
  // Connects, and waits until the connection is reset.
  void ConnectUntilReset() const;

 private:
  TcpServer server_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_LISTENING_SOCKET_H_
