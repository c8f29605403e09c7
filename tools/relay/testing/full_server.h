// A server that takes no connection for the moment.

#ifndef SOMEOS_TOOLS_RELAY_TESTING_FULL_SERVER_H_
#define SOMEOS_TOOLS_RELAY_TESTING_FULL_SERVER_H_

#include <optional>

#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/testing/peer.h"

namespace someos::relay {

// Its backlog is full, so that a connect() to it goes on: the system tries again after a second,
// then after two, and so on. Linux does so; others refuse, or accept more than they are told.
class FullServer {
 public:
  static constexpr bool kIsSupported =
#ifdef __linux__
      true;
#else
      false;
#endif

  FullServer();

  const SocketAddress& address() const { return listener_.address(); }

  // Makes room, and returns the connection that comes then.
  Peer Accept();

 private:
  Listener listener_;
  std::optional<Peer> waiting_;
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_TESTING_FULL_SERVER_H_
