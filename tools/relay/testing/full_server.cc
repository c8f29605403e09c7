#include "someos/tools/relay/testing/full_server.h"

#include <sys/socket.h>

#include "gtest/gtest.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/testing/peer.h"

namespace someos::relay {

FullServer::FullServer() : listener_(Listener::Open({AddressOf("127.0.0.1:0")}).value()) {
  EXPECT_EQ(listen(listener_.fd(), 0), 0);  // room for one
  waiting_ = Peer::ConnectedTo(listener_.address());
  AwaitReadable(listener_.fd());
}

Peer FullServer::Accept() {
  if (waiting_.has_value()) {
    AcceptFrom(listener_.fd());
    waiting_.reset();
  }
  return AcceptFrom(listener_.fd());
}

}  // namespace someos::relay
