// Peers that are gone while the relay neither reads from them nor writes to them: they had ended
// their stream, the other one reads nothing, or the server is not reached yet. Wherever a
// connection breaks, the other peer hears of it, and the connection's place is free again.

#include <errno.h>
#include <sys/socket.h>

#include <cstddef>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/statistics.h"
#include "someos/tools/relay/testing/full_server.h"
#include "someos/tools/relay/testing/peer.h"
#include "someos/tools/relay/testing/relay_fixture.h"
#include "someos/tools/relay/testing/running_relay.h"

namespace someos::relay {
namespace {

bool IsUnix(absl::string_view address) { return address.substr(0, 5) == "unix:"; }

// A connection of a relay of these families, over which a request and its answer have passed.
class Relayed {
 public:
  Relayed(const Backend& backend, const Families& families)
      : server_(families.connect), relay_(backend, {server_.address()}, families.listen) {}

  Peers Connect() {
    Peer client = Peer::ConnectedTo(relay_.address());
    Peers peers = {std::move(client), server_.Accept()};
    RoundTrip(peers.client, peers.upstream);
    return peers;
  }

  RunningRelay& relay() { return relay_; }

 private:
  PeerServer server_;
  RunningRelay relay_;
};

class DeadPeersTest : public RelayTest {};

TEST_P(DeadPeersTest, APeerThatHasEndedItsStreamFails) {
  for (const Families& families : AllFamilies()) {
    SCOPED_TRACE(absl::StrCat(families.listen, " to ", families.connect));
    Relayed relayed(backend(), families);
    Peers client_fails = relayed.Connect();
    Peers server_fails = relayed.Connect();
    client_fails.client.EndStream();
    server_fails.upstream.EndStream();
    EXPECT_EQ(client_fails.upstream.ReceiveAll().error, 0);
    EXPECT_EQ(server_fails.client.ReceiveAll().error, 0);
    client_fails.client.CloseWithReset();
    server_fails.upstream.CloseWithReset();
    client_fails.upstream.AwaitHangup();
    server_fails.client.AwaitHangup();
    EXPECT_EQ(relayed.relay().AwaitIdle().reset, 2);
  }
}

TEST_P(DeadPeersTest, APeerEndsItsStreamAndFailsAtOnce) {
  for (const Families& families : AllFamilies()) {
    Relayed relayed(backend(), families);
    for (const bool client_fails : {true, false}) {
      SCOPED_TRACE(absl::StrCat(families.listen, " to ", families.connect, ": ",
                                client_fails ? "client" : "server"));
      auto [client, upstream] = relayed.Connect();
      Peer& failing = client_fails ? client : upstream;
      Peer& other = client_fails ? upstream : client;
      {
        const RunningRelay::Standstill standstill(relayed.relay());
        failing.EndStream();
        failing.CloseWithReset();
      }
      // A Unix socket's end may be an orderly one.
      EXPECT_NE(other.ReceiveAll().error, ETIMEDOUT);
    }
    relayed.relay().AwaitIdle();
  }
}

// It has sent what it wanted to, and is no loss.
TEST_P(DeadPeersTest, AClosedUnixSocketEndsTheConnectionInGoodOrder) {
  constexpr int kSize = 3 << 20;
  for (const Families& families : AllFamilies()) {
    if (!IsUnix(families.listen) && !IsUnix(families.connect)) continue;
    Relayed relayed(backend(), families);
    for (const bool client_closes : {true, false}) {
      if (!IsUnix(client_closes ? families.listen : families.connect)) continue;
      SCOPED_TRACE(absl::StrCat(families.listen, " to ", families.connect));
      auto [client, upstream] = relayed.Connect();
      Peer& closing = client_closes ? client : upstream;
      Peer& other = client_closes ? upstream : client;
      std::thread sender([&closing = closing] {
        EXPECT_TRUE(closing.Send(Peer::Filler(kSize)));
        closing.Close();
      });
      const Peer::Rest rest = other.ReceiveAll();
      sender.join();
      EXPECT_EQ(rest.error, 0);
      EXPECT_TRUE(rest.data == Peer::Filler(kSize));
      // The other one still lives, and keeps no place.
      relayed.relay().AwaitIdle();
    }
    EXPECT_EQ(relayed.relay().Now().reset, 0);
  }
}

// The receiver has ended its stream, and reads nothing for a while.
TEST_P(DeadPeersTest, AWholeStreamOfADeadClientIsDelivered) {
#if !defined(__linux__) && !defined(__FreeBSD__)
  GTEST_SKIP() << "the system does not tell that data waits to be sent";
#endif
  constexpr int kSize = 1 << 20;
  for (const char* const listen : {"unix:relay.socket", "127.0.0.1:0"}) {
    SCOPED_TRACE(listen);
    Relayed relayed(backend(), {listen, "127.0.0.1:0"});
    auto [client, upstream] = relayed.Connect();
    ASSERT_TRUE(client.Send(Peer::Filler(kSize)));
    client.EndStream();
    relayed.relay().AwaitUntil(
        [](const Statistics& statistics) { return statistics.to_upstream.bytes >= kSize; });
    client.CloseWithReset();
    relayed.relay().AwaitIdle();
    const Peer::Rest rest = upstream.ReceiveAll();
    EXPECT_EQ(rest.error, 0);
    EXPECT_TRUE(rest.data == Peer::Filler(kSize));
  }
}

// What it had sent before is offered to the other one for a while.
TEST_P(DeadPeersTest, APeerFailsWhileTheOtherReadsNothing) {
  for (const bool client_fails : {true, false}) {
    SCOPED_TRACE(client_fails ? "client" : "server");
    Relayed relayed(backend(), {"127.0.0.1:0", "127.0.0.1:0"});
    auto [client, upstream] = relayed.Connect();
    Peer& failing = client_fails ? client : upstream;
    Peer& other = client_fails ? upstream : client;
    failing.SendUntilStalled();
    failing.CloseWithReset();
    other.AwaitHangup();
    EXPECT_EQ(other.ReceiveAll().error, ECONNRESET);
    EXPECT_EQ(relayed.relay().AwaitIdle().reset, 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Linked, DeadPeersTest, ::testing::ValuesIn(EveryBackend()), BackendName);

// What takes a while, and is the same on every backend.
class SlowPeersTest : public RelayTest {};

TEST_P(SlowPeersTest, WhatADeadPeerHasSentIsDeliveredToASlowOne) {
  Listener listener = Listener::Open({AddressOf("127.0.0.1:0")}).value();
  const int send_buffer = 1;  // the smallest that the system allows; accepted sockets inherit it
  ASSERT_EQ(setsockopt(listener.fd(), SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof(send_buffer)), 0);
  RunningRelay relay(backend(), {server().address()}, std::move(listener));
  Peer client = Peer::ConnectedTo(relay.address(), /*receive_buffer=*/1);
  Peer upstream = server().Accept();
  RoundTrip(client, upstream);  // the relay has seen the connection
  constexpr size_t kSize = 50'000;
  ASSERT_TRUE(upstream.Send(Peer::Filler(kSize)));
  upstream.CloseWithReset();
  // Slower than the time that it may take nothing, faster than that time for each of these steps.
  std::string received;
  for (int i = 0; i < 8; ++i) {
    absl::SleepFor(absl::Milliseconds(200));
    received += client.Receive(2000);
  }
  EXPECT_EQ(received, Peer::Filler(received.size()));
  EXPECT_EQ(received.size(), 16'000);
  EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
}

// A peer that lives may read when it likes.
TEST_P(SlowPeersTest, WhatAClosedUnixSocketHasSentWaits) {
  Relayed relayed(backend(), {"unix:relay.socket", "127.0.0.1:0"});
  auto [client, upstream] = relayed.Connect();
  const size_t sent = client.SendUntilStalled();
  client.Close();
  absl::SleepFor(absl::Seconds(2));
  EXPECT_EQ(relayed.relay().Now().active, 1);
  const Peer::Rest rest = upstream.ReceiveAll();
  EXPECT_EQ(rest.error, 0);
  EXPECT_TRUE(rest.data == Peer::Filler(sent));
  EXPECT_EQ(relayed.relay().AwaitIdle().reset, 0);
}

INSTANTIATE_TEST_SUITE_P(Linked, SlowPeersTest, ::testing::ValuesIn(DefaultBackendAlone()),
                         BackendName);

// While the server is not reached yet.
class DeadWhileConnectingTest : public RelayTest {
 protected:
  void SetUp() override {
    if (!FullServer::kIsSupported) GTEST_SKIP() << "a full backlog does not delay connect() here";
  }

  static auto HasConnections(size_t count) {
    return [count](const Statistics& statistics) { return statistics.active == count; };
  }

  // Of what a relay has done since `before`: it waited, and did not spin.
  static void ExpectFewWaits(const Statistics& before, const Statistics& after) {
    EXPECT_LE(after.waits - before.waits, 40);
  }
};

TEST_P(DeadWhileConnectingTest, AClientFails) {
  const FullServer full;
  RunningRelay relay(backend(), {full.address()});
  std::vector<Peer> clients;
  for (int i = 0; i < 4; ++i) clients.push_back(Peer::ConnectedTo(relay.address()));
  const Statistics before = relay.AwaitUntil(HasConnections(4));
  ASSERT_TRUE(clients[1].Send("what was sent"));
  clients[2].EndStream();
  clients[3].SendUrgentByte();
  relay.Now();
  for (Peer& client : clients) client.CloseWithReset();
  const Statistics after = relay.AwaitIdle();
  EXPECT_EQ(after.reset, 4);
  EXPECT_EQ(after.refused, 0);
  ExpectFewWaits(before, after);
}

TEST_P(DeadWhileConnectingTest, WhatALivingClientSendsDoesNotSpin) {
  FullServer full;
  RunningRelay relay(backend(), {full.address()});
  Peer client = Peer::ConnectedTo(relay.address());
  const Statistics before = relay.AwaitUntil(HasConnections(1));
  ASSERT_TRUE(client.Send("early "));
  client.SendUrgentByte();
  ASSERT_TRUE(client.Send("data"));
  client.EndStream();
  Peer upstream = full.Accept();
  // Urgent data is not part of the stream.
  EXPECT_EQ(upstream.ReceiveAll().data, "early data");
  upstream.EndStream();
  EXPECT_EQ(client.ReceiveAll().error, 0);
  ExpectFewWaits(before, relay.AwaitIdle());
}

TEST_P(DeadWhileConnectingTest, AClientThatHasSentNothingClosesItsUnixSocket) {
  const FullServer full;
  RunningRelay relay(backend(), {full.address()}, "unix:relay.socket");
  Peer client = Peer::ConnectedTo(relay.address());
  relay.AwaitUntil(HasConnections(1));
  client.Close();
  relay.AwaitIdle();
}

TEST_P(DeadWhileConnectingTest, WhatAClosedUnixSocketHasSentIsDelivered) {
  FullServer full;
  RunningRelay relay(backend(), {full.address()}, "unix:relay.socket");
  Peer client = Peer::ConnectedTo(relay.address());
  const Statistics before = relay.AwaitUntil(HasConnections(1));
  ASSERT_TRUE(client.Send("my last words"));
  client.Close();
  const Peer::Rest rest = full.Accept().ReceiveAll();
  EXPECT_EQ(rest.data, "my last words");
  EXPECT_EQ(rest.error, 0);
  const Statistics after = relay.AwaitIdle();
  EXPECT_EQ(after.reset, 0);
  ExpectFewWaits(before, after);
}

INSTANTIATE_TEST_SUITE_P(Linked, DeadWhileConnectingTest, ::testing::ValuesIn(EveryBackend()),
                         BackendName);

}  // namespace
}  // namespace someos::relay
