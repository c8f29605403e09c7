// A relay written on epoll itself, for comparison: what one gets without a Poller between.

#ifndef SOMEOS_TOOLS_RELAY_BENCH_RAW_RELAY_LOOP_H_
#define SOMEOS_TOOLS_RELAY_BENCH_RAW_RELAY_LOOP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"

namespace someos::relay {

// Does with a message what RelayLoop does: one wait, one read of at most 64 KiB, one write; a side
// that takes no more holds its peer up; the end of a stream is passed on. There is nothing for bad
// days: a connection that cannot be made, or fails, ends the program or the connection.
class RawRelayLoop {
 public:
  // Relays what connects to `listener`, which it does not own, to `upstream`.
  RawRelayLoop(int listener, const SocketAddress& upstream);

  // Never returns.
  [[noreturn]] void Run();

 private:
  struct Side {
    Socket socket;
    Side* peer = nullptr;
    uint32_t interest = 0;  // as epoll has it
    std::string held{};     // from the peer, and not taken yet
    bool ended = false;     // its stream has
    bool told = false;      // that the peer's stream has ended
  };

  void Accept();
  void OnReady(Side& side, uint32_t mask);
  // Each returns whether the connection is well.
  bool Pump(Side& from, Side& to);
  bool Flush(Side& side);
  void Settle(Side& side);
  void Watch(Side& side);
  void Close(Side& side);

  const int listener_;
  const SocketAddress upstream_;
  const Socket epoll_;
  std::vector<char> scratch_;
  std::vector<Side*> closed_;  // perhaps still named by an event of the current batch
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_BENCH_RAW_RELAY_LOOP_H_
