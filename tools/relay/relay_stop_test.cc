// What Stop() does to the connections that are open, on every linked backend. No test here asks for
// statistics after Stop(): a relay that needs to be woken to end would be woken.

#include <errno.h>
#include <sys/stat.h>

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/poller.h"
#include "someos/testing/faults/descriptor_budget.h"
#include "someos/testing/status_matchers.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/relay_loop.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/statistics.h"
#include "someos/tools/relay/testing/full_server.h"
#include "someos/tools/relay/testing/peer.h"
#include "someos/tools/relay/testing/relay_fixture.h"
#include "someos/tools/relay/testing/running_relay.h"

namespace someos::relay {
namespace {

// Longer than the tests wait for the relay to end.
constexpr absl::Duration kLongDrain = absl::Hours(1);
// As long, so that no connection gets idle, but each is in the queue of those that may.
constexpr absl::Duration kLongIdle = absl::Hours(1);

class RelayStopTest : public RelayTest {
 protected:
  static Limits With(absl::Duration drain_timeout, absl::Duration idle_timeout = kLongIdle) {
    Limits limits;
    limits.drain_timeout = drain_timeout;
    limits.idle_timeout = idle_timeout;
    return limits;
  }

  static void ExpectOrderlyEnd(Peer& peer) {
    const Peer::Rest rest = peer.ReceiveAll();
    EXPECT_EQ(rest.data, "");
    EXPECT_EQ(rest.error, 0);
  }

  // Whether a new client is refused at `address`.
  static bool Refuses(const SocketAddress& address) {
    Socket socket;
    EXPECT_EQ(NewSocket(address.family(), &socket), 0);
    int error = BeginConnect(socket.fd(), address);
    if (error == EINPROGRESS) {
      AwaitWritable(socket.fd());
      error = ConnectResult(socket.fd(), /*error_reported=*/false);
    }
    return error == ECONNREFUSED;
  }
};

TEST_P(RelayStopTest, WithoutConnections) {
  const auto relay = StartRelay(With(kLongDrain));
  EXPECT_EQ(relay->Stop().accepted, 0);
  EXPECT_TRUE(Refuses(relay->address()));
}

TEST_P(RelayStopTest, BeforeRun) {
  for (int stops = 1; stops <= 2; ++stops) {
    const std::unique_ptr<Poller> poller = backend().create({}).value();
    RelayLoop loop(poller.get(), Listener::Open({AddressOf("127.0.0.1:0")}).value(),
                   {server().address()}, With(kLongDrain), [](const Statistics&) {});
    for (int i = 0; i < stops; ++i) loop.Stop();
    EXPECT_THAT(loop.Run(), Succeeds());
  }
}

TEST_P(RelayStopTest, TheOnlyIdleConnectionIsClosedAtOnce) {
  for (const absl::Duration idle_timeout : {kLongIdle, absl::InfiniteDuration()}) {
    const auto relay = StartRelay(With(kLongDrain, idle_timeout));
    auto [client, upstream] = ConnectAndTalk(*relay);
    const Statistics statistics = relay->Stop();
    ExpectOrderlyEnd(client);
    ExpectOrderlyEnd(upstream);
    EXPECT_EQ(statistics.active, 0);
    EXPECT_EQ(statistics.reset, 0);
    EXPECT_EQ(statistics.expired, 0);
  }
}

TEST_P(RelayStopTest, AllIdleConnectionsAreClosedAtOnce) {
  const auto relay = StartRelay(With(kLongDrain));
  std::vector<Peers> all;
  for (int i = 0; i < 5; ++i) all.push_back(ConnectAndTalk(*relay));
  const Statistics statistics = relay->Stop();
  for (auto& [client, upstream] : all) {
    ExpectOrderlyEnd(client);
    ExpectOrderlyEnd(upstream);
  }
  EXPECT_EQ(statistics.active, 0);
  EXPECT_EQ(statistics.reset, 0);
}

TEST_P(RelayStopTest, HalfClosedConnectionsAreClosedAtOnce) {
  const auto relay = StartRelay(With(kLongDrain));
  auto [client, upstream] = ConnectAndTalk(*relay);
  client.EndStream();
  ExpectOrderlyEnd(upstream);
  auto [other_client, other_upstream] = ConnectAndTalk(*relay);
  other_upstream.EndStream();
  ExpectOrderlyEnd(other_client);
  const Statistics statistics = relay->Stop();
  ExpectOrderlyEnd(client);
  ExpectOrderlyEnd(other_upstream);
  EXPECT_EQ(statistics.active, 0);
  EXPECT_EQ(statistics.reset, 0);
}

TEST_P(RelayStopTest, TheDrainTimeoutResetsAClientThatNeverReads) {
  const auto relay = StartRelay(With(absl::Milliseconds(200)));
  auto [client, upstream] = Connect(*relay);
  upstream.SendUntilStalled();
  EXPECT_EQ(relay->Stop().active, 0);
  EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
  EXPECT_NE(upstream.ReceiveAll().error, ETIMEDOUT);
}

TEST_P(RelayStopTest, AConnectionThatIsStillConnectingIsReset) {
  if (!FullServer::kIsSupported) GTEST_SKIP() << "a full backlog does not delay connect() here";
  FullServer full;
  RunningRelay relay(backend(), {full.address()}, "127.0.0.1:0", With(kLongDrain));
  Peer client = Peer::ConnectedTo(relay.address());
  relay.AwaitUntil([](const Statistics& statistics) { return statistics.active == 1; });
  EXPECT_EQ(relay.Stop().active, 0);
  EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
}

TEST_P(RelayStopTest, AClientThatWaitsForADescriptorIsReset) {
  const auto relay = StartRelay(With(kLongDrain));
  auto [client, upstream] = ConnectAndTalk(*relay);
  std::optional<RunningRelay::Standstill> standstill(*relay);
  Peer waiting = Peer::ConnectedTo(relay->address());
  // One for the client, and none for a socket to the server.
  const DescriptorBudget budget(1);
  standstill.reset();
  relay->AwaitUntil([](const Statistics& statistics) { return statistics.exhausted == 1; });
  EXPECT_EQ(relay->Stop().active, 0);
  ExpectOrderlyEnd(client);
  EXPECT_EQ(waiting.ReceiveAll().error, ECONNRESET);
}

TEST_P(RelayStopTest, TheUnixSocketIsRemoved) {
  struct stat file;
  RunningRelay relay(backend(), {server().address()}, "unix:stop.socket", With(kLongDrain));
  EXPECT_EQ(stat("stop.socket", &file), 0);
  auto [client, upstream] = ConnectAndTalk(relay);
  relay.Stop();
  EXPECT_NE(stat("stop.socket", &file), 0);
  ExpectOrderlyEnd(client);
}

INSTANTIATE_TEST_SUITE_P(Linked, RelayStopTest, ::testing::ValuesIn(EveryBackend()), BackendName);

// What takes a while, and is the same on every backend.
class RelayDrainTest : public RelayStopTest {};

// What the relay has read of a stream, and could not write before Stop(), arrives: all of it, and
// nothing that it reads later.
TEST_P(RelayDrainTest, WhatTheOnlyConnectionHoldsIsDelivered) {
  for (const bool to_client : {true, false}) {
    SCOPED_TRACE(to_client ? "to the client" : "to the server");
    const auto relay = StartRelay(With(kLongDrain));
    Peers peers = Connect(*relay);
    Peer& sender = to_client ? peers.upstream : peers.client;
    Peer& receiver = to_client ? peers.client : peers.upstream;
    sender.SendUntilStalled();
    const Statistics stalled = relay->Now();
    relay->loop().Stop();
    const Peer::Rest rest = receiver.ReceiveAll();
    EXPECT_THAT(relay->AwaitEnd(), Succeeds());
    const Statistics end = relay->loop().statistics();
    const Traffic& before = to_client ? stalled.to_client : stalled.to_upstream;
    const Traffic& after = to_client ? end.to_client : end.to_upstream;
    EXPECT_EQ(rest.error, 0);
    EXPECT_TRUE(rest.data == Peer::Filler(after.bytes));
    EXPECT_GT(after.bytes, before.bytes);
    EXPECT_EQ(after.reads, before.reads);
    EXPECT_EQ(end.active, 0);
    EXPECT_EQ(end.reset, 0);
    EXPECT_EQ(end.expired, 0);
  }
}

// One that drains does not keep the idle ones, nor do they end it.
TEST_P(RelayDrainTest, IdleConnectionsDoNotWaitForTheOneThatDrains) {
  const auto relay = StartRelay(With(kLongDrain));
  Peers first = ConnectAndTalk(*relay);
  auto [client, upstream] = Connect(*relay);
  Peers last = ConnectAndTalk(*relay);
  upstream.SendUntilStalled();
  relay->loop().Stop();
  for (Peers* idle : {&first, &last}) {
    ExpectOrderlyEnd(idle->client);
    ExpectOrderlyEnd(idle->upstream);
  }
  // New clients are refused from the beginning, not from the end.
  EXPECT_TRUE(Refuses(relay->address()));
  EXPECT_EQ(client.ReceiveAll().error, 0);
  EXPECT_THAT(relay->AwaitEnd(), Succeeds());
}

TEST_P(RelayDrainTest, ASecondStopDoesNotWait) {
  const auto relay = StartRelay(With(kLongDrain));
  auto [client, upstream] = Connect(*relay);
  upstream.SendUntilStalled();
  relay->loop().Stop();
  EXPECT_EQ(relay->Stop().active, 0);
  EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
}

TEST_P(RelayDrainTest, IdleTimeoutsAreKeptWhileDraining) {
  // SendUntilStalled takes a second of them.
  const auto relay = StartRelay(With(kLongDrain, absl::Seconds(3)));
  auto [client, upstream] = Connect(*relay);
  upstream.SendUntilStalled();
  const Statistics statistics = relay->Stop();
  EXPECT_EQ(statistics.expired, 1);
  EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
}

INSTANTIATE_TEST_SUITE_P(Linked, RelayDrainTest, ::testing::ValuesIn(DefaultBackendAlone()),
                         BackendName);

}  // namespace
}  // namespace someos::relay
