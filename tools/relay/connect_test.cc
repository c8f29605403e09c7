// How the relay connects to its server, and what it does if that cannot be reached, takes long or
// goes wrong at once.

#include <errno.h>

#include <set>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/poller.h"
#include "someos/testing/clocks.h"
#include "someos/testing/open_descriptors.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/statistics.h"
#include "someos/tools/relay/testing/full_server.h"
#include "someos/tools/relay/testing/peer.h"
#include "someos/tools/relay/testing/relay_fixture.h"
#include "someos/tools/relay/testing/running_relay.h"

namespace someos::relay {
namespace {

using ::testing::IsEmpty;

class ConnectTest : public RelayTest {
 protected:
  // An address that refuses after a while, and one that refuses at once.
  const SocketAddress& RefusesLater() const { return absent_.address(); }
  static SocketAddress RefusesAtOnce() { return AddressOf("unix:nobody.socket"); }

 private:
  const AbsentServer absent_;
};

TEST_P(ConnectTest, ClientsAreResetIfNoAddressAccepts) {
  for (const std::vector<SocketAddress>& addresses : std::vector<std::vector<SocketAddress>>{
           {RefusesLater()},
           {RefusesAtOnce()},
           {RefusesLater(), RefusesLater()},
           {RefusesAtOnce(), RefusesAtOnce()},
           {RefusesLater(), RefusesAtOnce()},
           {RefusesAtOnce(), RefusesLater()},
       }) {
    RunningRelay relay(backend(), addresses);
    const std::set<int> open = OpenDescriptors();
    for (int i = 0; i < 3; ++i) {
      Peer client = Peer::ConnectedTo(relay.address());
      const Peer::Rest rest = client.ReceiveAll();
      EXPECT_EQ(rest.data, "");
      EXPECT_EQ(rest.error, ECONNRESET);
    }
    const Statistics statistics = relay.AwaitIdle();
    EXPECT_EQ(statistics.accepted, 3);
    EXPECT_EQ(statistics.refused, 3);
    EXPECT_EQ(statistics.reset, 0);
    EXPECT_THAT(LeftOpen(open), IsEmpty());
  }
}

TEST_P(ConnectTest, AddressesAreTriedInOrder) {
  RunningRelay relay(backend(),
                     {RefusesLater(), RefusesAtOnce(), RefusesLater(), server().address()});
  Peers peers = ConnectAndTalk(relay);
  EXPECT_EQ(relay.Now().refused, 0);
}

TEST_P(ConnectTest, TheFirstAddressThatAcceptsIsTaken) {
  PeerServer second;
  RunningRelay relay(backend(), {server().address(), second.address()});
  for (int i = 0; i < 3; ++i) ConnectAndTalk(relay);
  EXPECT_EQ(relay.Now().refused, 0);
}

TEST_P(ConnectTest, NoDescriptorStaysOpen) {
  const auto relay = StartRelay();
  const std::set<int> open = OpenDescriptors();
  for (int i = 0; i < 4; ++i) {
    auto [client, upstream] = ConnectAndTalk(*relay);
    if (i == 0) client.CloseWithReset();
    if (i == 1) upstream.CloseWithReset();
    if (i == 2) client.EndStream();
  }
  relay->AwaitIdle();
  EXPECT_THAT(LeftOpen(open), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Linked, ConnectTest, ::testing::ValuesIn(EveryBackend()), BackendName);

// What takes a while, and is the same on every backend.
class SlowConnectTest : public ConnectTest {};

TEST_P(SlowConnectTest, WhatTheClientSendsWaitsForTheServer) {
  if (!FullServer::kIsSupported) GTEST_SKIP() << "a full backlog does not delay connect() here";
  FullServer full;
  RunningRelay relay(backend(), {full.address()});
  Peer client = Peer::ConnectedTo(relay.address());
  ASSERT_TRUE(client.Send("early"));
  client.EndStream();
  const Statistics before =
      relay.AwaitUntil([](const Statistics& statistics) { return statistics.active == 1; });
  Peer upstream = full.Accept();
  EXPECT_EQ(upstream.ReceiveAll().data, "early");
  upstream.EndStream();
  EXPECT_EQ(client.ReceiveAll().error, 0);
  const Statistics statistics = relay.AwaitIdle();
  EXPECT_EQ(statistics.reset, 0);
  // It waited, and did not spin.
  EXPECT_LE(statistics.waits - before.waits, 20);
}

TEST_P(SlowConnectTest, AServerThatDoesNotAcceptInTimeIsGivenUp) {
  if (!FullServer::kIsSupported) GTEST_SKIP() << "a full backlog does not delay connect() here";
  const FullServer full;
  Limits limits;
  limits.connect_timeout = absl::Milliseconds(300);
  for (const std::vector<SocketAddress>& addresses : std::vector<std::vector<SocketAddress>>{
           {full.address()}, {full.address(), full.address()}, {RefusesLater(), full.address()}}) {
    const absl::Duration begin = MonotonicNow();
    RunningRelay relay(backend(), addresses, "127.0.0.1:0", limits);
    std::vector<Peer> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(Peer::ConnectedTo(relay.address()));
    for (Peer& client : clients) EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
    const int attempts =
        addresses[0].ToString() == full.address().ToString() ? addresses.size() : 1;
    EXPECT_GE(MonotonicNow() - begin, attempts * limits.connect_timeout);
    const Statistics statistics = relay.AwaitIdle();
    EXPECT_EQ(statistics.refused, 3);
    EXPECT_EQ(statistics.timed_out, 3 * attempts);
    EXPECT_EQ(statistics.reset, 0);
  }
}

TEST_P(SlowConnectTest, TheNextAddressIsTriedWhenOneTakesTooLong) {
  if (!FullServer::kIsSupported) GTEST_SKIP() << "a full backlog does not delay connect() here";
  const FullServer full;
  Limits limits;
  limits.connect_timeout = absl::Milliseconds(300);
  RunningRelay relay(backend(), {full.address(), server().address()}, "127.0.0.1:0", limits);
  Peers peers = Connect(relay);
  RoundTrip(peers.client, peers.upstream);
  // The time was that of the first attempt, and is over for the connection.
  absl::SleepFor(2 * limits.connect_timeout);
  RoundTrip(peers.client, peers.upstream);
  const Statistics statistics = relay.Now();
  EXPECT_EQ(statistics.timed_out, 1);
  EXPECT_EQ(statistics.refused, 0);
}

// A server that has accepted while the process was stopped has accepted in time.
TEST_P(SlowConnectTest, AServerThatAcceptsDuringAStandstillIsNotGivenUp) {
  Limits limits;
  limits.connect_timeout = absl::Milliseconds(300);
  const auto relay =
      StartRelay(limits, [](Poller& poller, absl::Span<Event> events, absl::Duration timeout) {
        return poller.Wait(events.first(1), timeout);
      });
  std::vector<Peer> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(Peer::ConnectedTo(relay->address()));
  relay->AwaitUntil([](const Statistics& statistics) { return statistics.accepted > 0; });
  {
    const RunningRelay::Standstill standstill(*relay);
    absl::SleepFor(2 * limits.connect_timeout);
  }
  for (Peer& client : clients) ASSERT_TRUE(client.Send("x"));
  for (int i = 0; i < 3; ++i) {
    Peer upstream = server().Accept();
    EXPECT_EQ(upstream.Receive(1), "x");
  }
  EXPECT_EQ(relay->Now().timed_out, 0);
}

INSTANTIATE_TEST_SUITE_P(Linked, SlowConnectTest, ::testing::ValuesIn(DefaultBackendAlone()),
                         BackendName);

}  // namespace
}  // namespace someos::relay
