// The other ends of a relay, for tests: clients and servers that wait for what they expect, and
// fail the test if it does not come.

#ifndef SOMEOS_TOOLS_RELAY_TESTING_PEER_H_
#define SOMEOS_TOOLS_RELAY_TESTING_PEER_H_

#include <atomic>
#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"

namespace someos::relay {

// One end of a connection.
class Peer {
 public:
  explicit Peer(Socket socket) : socket_(std::move(socket)) {}

  // A peer whose connection to `server` is established, be it accepted or not. `receive_buffer`, if
  // not 0, is the size of its receive buffer in bytes (SO_RCVBUF).
  static Peer ConnectedTo(const SocketAddress& server, int receive_buffer = 0);

  // Sends all of `data`. False (and no failure of the test) if the connection is broken.
  bool Send(absl::string_view data);

  // Sends until for a while nothing more is taken, and returns how many bytes were: those of
  // `Filler()` from its beginning.
  size_t SendUntilStalled();

  // What arrives until there are `size` bytes, or the stream ends or fails.
  std::string Receive(size_t size);

  // How the stream ended when all of it had been received.
  struct Rest {
    std::string data;
    int error;  // 0: with an end of file
  };
  Rest ReceiveAll();

  // Sends a byte of urgent data.
  void SendUrgentByte();

  // Waits until the connection is known to be over in both directions, be it orderly or not. What
  // has arrived stays to be received.
  void AwaitHangup();

  // Ends this peer's stream; it may still receive.
  void EndStream();
  void Close() { socket_.Close(); }
  void CloseWithReset() { socket_.CloseWithReset(); }

  // `size` bytes, the same each time, in which no two places look alike.
  static std::string Filler(size_t size);

 private:
  Socket socket_;
  bool reset_found_ = false;  // by connect()
};

// A server that does nothing by itself.
class PeerServer {
 public:
  // Listens at `address`, in the form of the command line.
  explicit PeerServer(absl::string_view address = "127.0.0.1:0");

  const SocketAddress& address() const { return listener_.address(); }

  // The next connection.
  Peer Accept();

  // Accepts `count` connections one after the other, and sends back to each all it has sent.
  void EchoInTurn(int count);

  // The same, but accepts those that come before `begin` is set as they come, and lets them wait.
  void EchoInTurn(int count, const std::atomic<bool>& begin);

  void Close() { listener_.Close(); }

 private:
  Listener listener_;
};

// An address of 127.0.0.1 that refuses connections, and that nobody else gets as long as this
// lives.
class AbsentServer {
 public:
  AbsentServer();

  const SocketAddress& address() const { return address_; }

 private:
  // It is the port of one end of a connection. (A socket that is bound and does not listen would do
  // but for OpenBSD, whose tcp_input.c answers nothing then.) The end is bound to it before it
  // connects: a port that connect() has taken is given to other sockets too, and one that connects
  // to its own port gets a connection to itself.
  Listener listener_;
  Socket socket_;
  SocketAddress address_;
};

// Wait until `fd` is ready: readable, as a listener is with a connection to accept, or writable, as
// a socket is when its connect() has ended.
void AwaitReadable(int fd);
void AwaitWritable(int fd);

// The next connection of the listening socket `listener`.
Peer AcceptFrom(int listener);

// The one address that `text` stands for.
SocketAddress AddressOf(absl::string_view text);

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_TESTING_PEER_H_
