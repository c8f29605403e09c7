// A server that sends back what it gets, in one thread on one Poller.

#ifndef SOMEOS_TOOLS_RELAY_DEMO_ECHO_SERVER_H_
#define SOMEOS_TOOLS_RELAY_DEMO_ECHO_SERVER_H_

#include <atomic>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/tools/relay/channel.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/statistics.h"

namespace someos::relay {

// Each connection is a Channel whose sink is its source. When a client has ended its stream and
// got everything back, its connection is closed; one that fails is closed at once.
class EchoServer {
 public:
  // `poller` is not owned and watches nothing else.
  EchoServer(Poller* poller, Listener listener);
  EchoServer(const EchoServer&) = delete;
  EchoServer& operator=(const EchoServer&) = delete;

  // Where it listens.
  const SocketAddress& address() const { return listener_.address(); }

  // Serves until Stop() is called. To be called once. An error is the poller's or accept()'s.
  absl::Status Run();

  // Makes Run() return. Safe from any thread.
  void Stop();

 private:
  struct Peer {
    Socket socket;
    Channel channel;
    Interest interest;
  };

  absl::Status AcceptAll();
  absl::Status OnReady(const Event& event);

  Poller& poller_;
  const Listener listener_;
  const std::unique_ptr<char[]> scratch_;
  Traffic traffic_;
  absl::flat_hash_map<int, Peer> peers_;  // by descriptor
  std::atomic<bool> stop_requested_{false};
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_DEMO_ECHO_SERVER_H_
