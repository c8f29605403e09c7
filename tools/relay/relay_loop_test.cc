// A relay in a thread, between clients and servers of the test, on every linked backend.

#include "someos/tools/relay/relay_loop.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/poller.h"
#include "someos/api/select.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/statistics.h"
#include "someos/tools/relay/testing/peer.h"
#include "someos/tools/relay/testing/running_relay.h"

namespace someos::relay {
namespace {

using ::testing::AnyOf;
using ::testing::IsEmpty;

class RelayLoopTest : public ::testing::TestWithParam<const Backend*> {
 protected:
  RelayLoopTest() {
    signal(SIGPIPE, SIG_IGN);
    // Unix sockets get short, relative paths: a test's directory may be too deep for them.
    EXPECT_EQ(chdir(::testing::TempDir().c_str()), 0);
  }

  static const Backend& backend() { return *GetParam(); }

  // A relay to `server`.
  static std::unique_ptr<RunningRelay> RelayTo(const PeerServer& server) {
    return std::make_unique<RunningRelay>(backend(), std::vector{server.address()});
  }

  // The address of a server that is not there.
  const SocketAddress& Nobody() const { return absent_.address(); }

 private:
  const AbsentServer absent_;
};

TEST_P(RelayLoopTest, BothWays) {
  PeerServer server;
  const auto relay = RelayTo(server);
  Peer client = Peer::ConnectedTo(relay->address());
  Peer upstream = server.Accept();
  RoundTrip(client, upstream);

  const Statistics statistics = relay->Now();
  EXPECT_EQ(statistics.accepted, 1);
  EXPECT_EQ(statistics.active, 1);
  EXPECT_EQ(statistics.to_upstream.bytes, 7);
  EXPECT_EQ(statistics.to_client.bytes, 6);
}

TEST_P(RelayLoopTest, EveryFamily) {
  struct Way {
    const char* listen;
    const char* connect;
  };
  for (const Way& way : {Way{"127.0.0.1:0", "unix:server.socket"},
                         Way{"unix:relay.socket", "[::1]:0"}, Way{"[::1]:0", "127.0.0.1:0"}}) {
    SCOPED_TRACE(absl::StrCat(way.listen, " to ", way.connect));
    if (!Listener::Open({AddressOf("[::1]:0")}).ok()) GTEST_SKIP() << "no IPv6 on this machine";
    PeerServer server(way.connect);
    RunningRelay relay(backend(), {server.address()}, way.listen);
    Peer client = Peer::ConnectedTo(relay.address());
    Peer upstream = server.Accept();
    RoundTrip(client, upstream);
  }
}

TEST_P(RelayLoopTest, TheServerMaySpeakFirst) {
  PeerServer server;
  const auto relay = RelayTo(server);
  Peer client = Peer::ConnectedTo(relay->address());
  Peer upstream = server.Accept();
  ASSERT_TRUE(upstream.Send("220 ready"));
  EXPECT_EQ(client.Receive(9), "220 ready");
}

TEST_P(RelayLoopTest, ClientEndsFirst) {
  PeerServer server;
  const auto relay = RelayTo(server);
  Peer client = Peer::ConnectedTo(relay->address());
  Peer upstream = server.Accept();
  ASSERT_TRUE(client.Send("question"));
  client.EndStream();
  const Peer::Rest question = upstream.ReceiveAll();
  EXPECT_EQ(question.data, "question");
  EXPECT_EQ(question.error, 0);
  ASSERT_TRUE(upstream.Send("answer"));
  upstream.Close();
  const Peer::Rest answer = client.ReceiveAll();
  EXPECT_EQ(answer.data, "answer");
  EXPECT_EQ(answer.error, 0);
  EXPECT_EQ(relay->AwaitIdle().reset, 0);
}

TEST_P(RelayLoopTest, ServerEndsFirst) {
  PeerServer server;
  const auto relay = RelayTo(server);
  Peer client = Peer::ConnectedTo(relay->address());
  Peer upstream = server.Accept();
  ASSERT_TRUE(upstream.Send("all I know"));
  upstream.EndStream();
  const Peer::Rest all = client.ReceiveAll();
  EXPECT_EQ(all.data, "all I know");
  EXPECT_EQ(all.error, 0);
  ASSERT_TRUE(client.Send("thanks"));
  EXPECT_EQ(upstream.Receive(6), "thanks");
  client.EndStream();
  EXPECT_EQ(upstream.ReceiveAll().error, 0);
  EXPECT_EQ(relay->AwaitIdle().reset, 0);
}

TEST_P(RelayLoopTest, MuchBothWaysAtOnce) {
  PeerServer server;
  const auto relay = RelayTo(server);
  Peer client = Peer::ConnectedTo(relay->address());
  const std::string data = Peer::Filler(8 << 20);
  std::thread echo([&] { server.EchoInTurn(1); });
  std::thread sender([&] {
    EXPECT_TRUE(client.Send(data));
    client.EndStream();
  });
  const Peer::Rest back = client.ReceiveAll();
  sender.join();
  echo.join();
  EXPECT_EQ(back.error, 0);
  EXPECT_TRUE(back.data == data);
}

TEST_P(RelayLoopTest, NobodyListens) {
  RunningRelay relay(backend(), {Nobody()});
  for (int i = 0; i < 3; ++i) {
    Peer client = Peer::ConnectedTo(relay.address());
    const Peer::Rest rest = client.ReceiveAll();
    EXPECT_EQ(rest.data, "");
    EXPECT_EQ(rest.error, ECONNRESET);
  }
  const Statistics statistics = relay.AwaitIdle();
  EXPECT_EQ(statistics.refused, 3);
  EXPECT_EQ(statistics.reset, 0);
}

TEST_P(RelayLoopTest, AddressesAreTriedInOrder) {
  PeerServer server;
  RunningRelay relay(backend(),
                     {Nobody(), AddressOf("unix:nobody.socket"), Nobody(), server.address()});
  Peer client = Peer::ConnectedTo(relay.address());
  Peer upstream = server.Accept();
  RoundTrip(client, upstream);
  EXPECT_EQ(relay.Now().refused, 0);
}

TEST_P(RelayLoopTest, ClientResets) {
  PeerServer server;
  const auto relay = RelayTo(server);
  Peer client = Peer::ConnectedTo(relay->address());
  Peer upstream = server.Accept();
  RoundTrip(client, upstream);
  client.CloseWithReset();
  EXPECT_EQ(upstream.ReceiveAll().error, ECONNRESET);
  EXPECT_EQ(relay->AwaitIdle().reset, 1);
}

TEST_P(RelayLoopTest, ClientResetsBeforeTheServerIsReached) {
  PeerServer server;
  const auto relay = RelayTo(server);
  for (int i = 0; i < 50; ++i) Peer::ConnectedTo(relay->address()).CloseWithReset();
  Peer client = Peer::ConnectedTo(relay->address());
  ASSERT_TRUE(client.Send("I stay"));
  std::string got;
  while (got.empty()) {
    Peer upstream = server.Accept();
    got = upstream.Receive(6);
  }
  EXPECT_EQ(got, "I stay");
}

TEST_P(RelayLoopTest, ServerResetsAfterItsAnswer) {
  PeerServer server;
  const auto relay = RelayTo(server);
  Peer client = Peer::ConnectedTo(relay->address());
  Peer upstream = server.Accept();
  RoundTrip(client, upstream);
  ASSERT_TRUE(upstream.Send("half an ans"));
  ASSERT_EQ(client.Receive(11), "half an ans");
  upstream.CloseWithReset();
  EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
  EXPECT_EQ(relay->AwaitIdle().reset, 1);
}

TEST_P(RelayLoopTest, ServerResetsWhileTheClientSends) {
  PeerServer server;
  const auto relay = RelayTo(server);
  Peer client = Peer::ConnectedTo(relay->address());
  Peer upstream = server.Accept();
  client.SendUntilStalled();
  upstream.CloseWithReset();
  // A broken stream must not look like a whole one.
  EXPECT_THAT(client.ReceiveAll().error, AnyOf(ECONNRESET, EPIPE));
  EXPECT_EQ(relay->AwaitIdle().reset, 1);
}

TEST_P(RelayLoopTest, ClientThatNeverReads) {
  PeerServer server;
  const auto relay = RelayTo(server);
  Peer client = Peer::ConnectedTo(relay->address());
  Peer upstream = server.Accept();
  const size_t sent = upstream.SendUntilStalled();
  const Statistics stalled = relay->AwaitUntil(
      [](const Statistics& statistics) { return statistics.to_client.stalls > 0; });

  // The others do not notice, and the relay does not spin meanwhile.
  Peer other = Peer::ConnectedTo(relay->address());
  Peer other_upstream = server.Accept();
  constexpr int kRoundTrips = 50;
  for (int i = 0; i < kRoundTrips; ++i) RoundTrip(other, other_upstream);
  EXPECT_LT(relay->Now().waits - stalled.waits, 4 * kRoundTrips + 20);

  // When the client reads at last, all is there.
  upstream.EndStream();
  const Peer::Rest all = client.ReceiveAll();
  EXPECT_EQ(all.error, 0);
  EXPECT_TRUE(all.data == Peer::Filler(sent));
}

TEST_P(RelayLoopTest, StalledClientResets) {
  PeerServer server;
  const auto relay = RelayTo(server);
  Peer client = Peer::ConnectedTo(relay->address());
  Peer upstream = server.Accept();
  upstream.SendUntilStalled();
  client.CloseWithReset();
  EXPECT_THAT(upstream.ReceiveAll().error, AnyOf(ECONNRESET, EPIPE));
  EXPECT_EQ(relay->AwaitIdle().reset, 1);
}

TEST_P(RelayLoopTest, RequestsAndAnswersChangeNoInterest) {
  PeerServer server;
  const auto relay = RelayTo(server);
  Peer client = Peer::ConnectedTo(relay->address());
  Peer upstream = server.Accept();
  RoundTrip(client, upstream);
  const Statistics before = relay->Now();
  constexpr int kRoundTrips = 100;
  for (int i = 0; i < kRoundTrips; ++i) RoundTrip(client, upstream);
  const Statistics after = relay->Now();
  EXPECT_EQ(after.modifies, before.modifies);
  EXPECT_EQ(after.to_upstream.reads - before.to_upstream.reads, kRoundTrips);
  EXPECT_EQ(after.to_client.reads - before.to_client.reads, kRoundTrips);
  // One for each message, and those of the two reports.
  EXPECT_LE(after.waits - before.waits, 2 * kRoundTrips + 3);
}

TEST_P(RelayLoopTest, HalfClosedConnectionsDoNotSpin) {
  PeerServer server;
  const auto relay = RelayTo(server);
  // One whose client has ended its stream, one whose server has, and one whose client has gone
  // altogether while its server is silent.
  std::vector<Peer> peers;
  for (int i = 0; i < 3; ++i) {
    Peer client = Peer::ConnectedTo(relay->address());
    Peer upstream = server.Accept();
    RoundTrip(client, upstream);
    if (i == 0) {
      client.EndStream();
      EXPECT_EQ(upstream.ReceiveAll().error, 0);
    } else if (i == 1) {
      upstream.EndStream();
      EXPECT_EQ(client.ReceiveAll().error, 0);
    } else {
      client.Close();
      EXPECT_EQ(upstream.ReceiveAll().error, 0);
    }
    peers.push_back(std::move(client));
    peers.push_back(std::move(upstream));
  }
  Peer client = Peer::ConnectedTo(relay->address());
  Peer upstream = server.Accept();
  RoundTrip(client, upstream);
  const Statistics before = relay->Now();
  constexpr int kRoundTrips = 100;
  for (int i = 0; i < kRoundTrips; ++i) RoundTrip(client, upstream);
  const Statistics after = relay->Now();
  EXPECT_LE(after.waits - before.waits, 2 * kRoundTrips + 3);
  EXPECT_EQ(after.active, 4);
}

TEST_P(RelayLoopTest, FullBacklogOfAUnixSocketIsWaitedFor) {
  // More clients than the server's backlog holds; where the system refuses them instead of asking
  // to come again, there is nothing to wait for.
  Listener listener = Listener::Open({AddressOf("unix:backlog.socket")}).value();
  ASSERT_EQ(listen(listener.fd(), 1), 0);
  RunningRelay relay(backend(), {listener.address()});
  std::vector<Peer> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(Peer::ConnectedTo(relay.address()));
    ASSERT_TRUE(clients.back().Send(absl::StrCat("client ", 10 + i)) || relay.Now().refused > 0);
    clients.back().EndStream();
  }
  constexpr size_t kAllTheyHaveSent = 20 * 9;
  const Statistics full = relay.AwaitUntil([](const Statistics& statistics) {
    return statistics.exhausted > 0 || statistics.refused > 0 ||
           statistics.to_upstream.bytes >= kAllTheyHaveSent;
  });
  if (full.refused > 0) GTEST_SKIP() << "a full backlog refuses here";
  // OpenBSD's holds 240 and more, whatever was asked for (sysctl(2), KERN_SOMINCONN).
  if (full.exhausted == 0) GTEST_SKIP() << "the smallest backlog holds them all here";
  for (int i = 0; i < 20; ++i) {
    Socket socket;
    while (Accept(listener.fd(), &socket) == EAGAIN) std::this_thread::yield();
    Peer upstream(std::move(socket));
    EXPECT_EQ(upstream.ReceiveAll().data, absl::StrCat("client ", 10 + i));
  }
  EXPECT_EQ(relay.Stop().refused, 0);
}

TEST_P(RelayLoopTest, StopDeliversWhatWasRead) {
  PeerServer server;
  auto relay = RelayTo(server);
  Peer client = Peer::ConnectedTo(relay->address());
  Peer upstream = server.Accept();
  upstream.SendUntilStalled();
  relay->loop().Stop();
  const Peer::Rest rest = client.ReceiveAll();
  const Statistics statistics = relay->Stop();
  EXPECT_TRUE(rest.data == Peer::Filler(statistics.to_client.bytes));
  EXPECT_EQ(statistics.active, 0);
}

TEST_P(RelayLoopTest, StopDoesNotWaitForAClientThatNeverReads) {
  PeerServer server;
  auto relay = RelayTo(server);
  Peer client = Peer::ConnectedTo(relay->address());
  Peer upstream = server.Accept();
  upstream.SendUntilStalled();
  relay->Stop();
  EXPECT_NE(upstream.ReceiveAll().error, ETIMEDOUT);
}

TEST_P(RelayLoopTest, StopTakesTheUnixSocketAway) {
  PeerServer server;
  struct stat file;
  RunningRelay relay(backend(), {server.address()}, "unix:stop.socket");
  EXPECT_EQ(stat("stop.socket", &file), 0);
  Peer client = Peer::ConnectedTo(relay.address());
  Peer upstream = server.Accept();
  RoundTrip(client, upstream);
  relay.Stop();
  EXPECT_NE(stat("stop.socket", &file), 0);
  EXPECT_THAT(client.ReceiveAll().data, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Linked, RelayLoopTest,
                         ::testing::ValuesIn(LinkedBackends().begin(), LinkedBackends().end()),
                         [](const ::testing::TestParamInfo<const Backend*>& info) {
                           return std::string(info.param->name);
                         });

}  // namespace
}  // namespace someos::relay
