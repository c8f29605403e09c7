#include "someos/tools/relay/testing/relay_fixture.h"

#include <signal.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "someos/api/backend.h"
#include "someos/api/select.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/testing/peer.h"
#include "someos/tools/relay/testing/running_relay.h"
#include "someos/tools/relay/testing/scripted_poller.h"

namespace someos::relay {

std::vector<Families> AllFamilies() {
  std::vector<Families> all = {{"127.0.0.1:0", "127.0.0.1:0"},
                               {"127.0.0.1:0", "unix:server.socket"},
                               {"unix:relay.socket", "127.0.0.1:0"},
                               {"unix:relay.socket", "unix:server.socket"}};
  if (Listener::Open({AddressOf("[::1]:0")}).ok()) {
    all.insert(all.end(), {{"unix:relay.socket", "[::1]:0"}, {"[::1]:0", "127.0.0.1:0"}});
  }
  return all;
}

void RoundTrip(Peer& client, Peer& upstream) {
  ASSERT_TRUE(client.Send("request"));
  ASSERT_EQ(upstream.Receive(7), "request");
  ASSERT_TRUE(upstream.Send("answer"));
  ASSERT_EQ(client.Receive(6), "answer");
}

RelayTest::RelayTest() {
  signal(SIGPIPE, SIG_IGN);
  // Unix sockets get short, relative paths: a test's directory may be too deep for them.
  EXPECT_EQ(chdir(::testing::TempDir().c_str()), 0);
}

std::unique_ptr<RunningRelay> RelayTest::StartRelay(const Limits& limits, WaitFunction wait) {
  return std::make_unique<RunningRelay>(backend(), std::vector{server_.address()}, "127.0.0.1:0",
                                        limits, std::move(wait));
}

Peers RelayTest::Connect(const RunningRelay& relay) {
  Peer client = Peer::ConnectedTo(relay.address());
  return {std::move(client), server_.Accept()};
}

Peers RelayTest::ConnectAndTalk(const RunningRelay& relay) {
  Peers peers = Connect(relay);
  RoundTrip(peers.client, peers.upstream);
  return peers;
}

std::vector<const Backend*> EveryBackend() {
  return {LinkedBackends().begin(), LinkedBackends().end()};
}

std::vector<const Backend*> DefaultBackendAlone() { return {LinkedBackends().front()}; }

std::string BackendName(const ::testing::TestParamInfo<const Backend*>& info) {
  return std::string(info.param->name);
}

}  // namespace someos::relay
