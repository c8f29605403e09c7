// A relay in a thread, between clients and servers of the test, on every linked backend.

#include "someos/tools/relay/relay_loop.h"

#include <errno.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/statistics.h"
#include "someos/tools/relay/testing/peer.h"
#include "someos/tools/relay/testing/relay_fixture.h"
#include "someos/tools/relay/testing/running_relay.h"

namespace someos::relay {
namespace {

using ::testing::AnyOf;

class RelayLoopTest : public RelayTest {};

TEST_P(RelayLoopTest, BothDirections) {
  const auto relay = StartRelay();
  auto [client, upstream] = ConnectAndTalk(*relay);
  const Statistics statistics = relay->Now();
  EXPECT_EQ(statistics.accepted, 1);
  EXPECT_EQ(statistics.active, 1);
  EXPECT_EQ(statistics.to_upstream.bytes, 7);
  EXPECT_EQ(statistics.to_client.bytes, 6);
}

TEST_P(RelayLoopTest, EveryFamily) {
  for (const Families& families : AllFamilies()) {
    SCOPED_TRACE(absl::StrCat(families.listen, " to ", families.connect));
    PeerServer server(families.connect);
    RunningRelay relay(backend(), {server.address()}, families.listen);
    for (const bool client_ends_first : {true, false}) {
      Peer client = Peer::ConnectedTo(relay.address());
      Peer upstream = server.Accept();
      RoundTrip(client, upstream);
      Peer& first = client_ends_first ? client : upstream;
      Peer& second = client_ends_first ? upstream : client;
      ASSERT_TRUE(first.Send("the last"));
      first.EndStream();
      Peer::Rest rest = second.ReceiveAll();
      EXPECT_EQ(rest.data, "the last");
      EXPECT_EQ(rest.error, 0);
      ASSERT_TRUE(second.Send("the very last"));
      second.EndStream();
      rest = first.ReceiveAll();
      EXPECT_EQ(rest.data, "the very last");
      EXPECT_EQ(rest.error, 0);
    }
    EXPECT_EQ(relay.AwaitIdle().reset, 0);
  }
  if (AllFamilies().size() == 4) GTEST_SKIP() << "no IPv6 on this machine; the others passed";
}

TEST_P(RelayLoopTest, TheServerMaySpeakFirst) {
  const auto relay = StartRelay();
  auto [client, upstream] = Connect(*relay);
  ASSERT_TRUE(upstream.Send("220 ready"));
  EXPECT_EQ(client.Receive(9), "220 ready");
}

TEST_P(RelayLoopTest, TheClientEndsFirst) {
  const auto relay = StartRelay();
  auto [client, upstream] = Connect(*relay);
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

TEST_P(RelayLoopTest, TheServerEndsFirst) {
  const auto relay = StartRelay();
  auto [client, upstream] = Connect(*relay);
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

TEST_P(RelayLoopTest, NothingButTheEnds) {
  const auto relay = StartRelay();
  auto [client, upstream] = Connect(*relay);
  client.EndStream();
  EXPECT_EQ(upstream.ReceiveAll().data, "");
  upstream.EndStream();
  const Peer::Rest rest = client.ReceiveAll();
  EXPECT_EQ(rest.data, "");
  EXPECT_EQ(rest.error, 0);
  EXPECT_EQ(relay->AwaitIdle().reset, 0);
}

TEST_P(RelayLoopTest, MuchInBothDirectionsAtOnce) {
  const auto relay = StartRelay();
  Peer client = Peer::ConnectedTo(relay->address());
  const std::string data = Peer::Filler(8 << 20);
  std::thread echo([&] { server().EchoInTurn(1); });
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

TEST_P(RelayLoopTest, MessagesAboutAsLargeAsTheBuffer) {
  Limits limits;
  limits.buffer_bytes = 1024;
  const auto relay = StartRelay(limits);
  auto [client, upstream] = Connect(*relay);
  size_t total = 0;
  for (const size_t size : {1, 1023, 1024, 1025, 2047, 2048, 2049}) {
    const std::string message = Peer::Filler(size);
    ASSERT_TRUE(client.Send(message));
    EXPECT_EQ(upstream.Receive(size), message);
    ASSERT_TRUE(upstream.Send(message));
    EXPECT_EQ(client.Receive(size), message);
    total += size;
  }
  const Statistics statistics = relay->Now();
  EXPECT_EQ(statistics.to_upstream.bytes, total);
  EXPECT_EQ(statistics.to_client.bytes, total);
  EXPECT_EQ(statistics.to_client.stalls, 0);
}

TEST_P(RelayLoopTest, TheClientResets) {
  const auto relay = StartRelay();
  auto [client, upstream] = ConnectAndTalk(*relay);
  client.CloseWithReset();
  EXPECT_EQ(upstream.ReceiveAll().error, ECONNRESET);
  EXPECT_EQ(relay->AwaitIdle().reset, 1);
}

TEST_P(RelayLoopTest, ClientsResetBeforeTheServerIsReached) {
  const auto relay = StartRelay();
  for (int i = 0; i < 50; ++i) Peer::ConnectedTo(relay->address()).CloseWithReset();
  Peer client = Peer::ConnectedTo(relay->address());
  ASSERT_TRUE(client.Send("I stay"));
  std::string got;
  while (got.empty()) {
    Peer upstream = server().Accept();
    got = upstream.Receive(6);
  }
  EXPECT_EQ(got, "I stay");
}

TEST_P(RelayLoopTest, TheServerResetsAfterItsAnswer) {
  const auto relay = StartRelay();
  auto [client, upstream] = ConnectAndTalk(*relay);
  ASSERT_TRUE(upstream.Send("half an ans"));
  ASSERT_EQ(client.Receive(11), "half an ans");
  upstream.CloseWithReset();
  EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
  EXPECT_EQ(relay->AwaitIdle().reset, 1);
}

TEST_P(RelayLoopTest, TheServerResetsWhileTheClientSends) {
  const auto relay = StartRelay();
  auto [client, upstream] = Connect(*relay);
  client.SendUntilStalled();
  upstream.CloseWithReset();
  // A broken stream must not look like a whole one.
  EXPECT_THAT(client.ReceiveAll().error, AnyOf(ECONNRESET, EPIPE));
  EXPECT_EQ(relay->AwaitIdle().reset, 1);
}

TEST_P(RelayLoopTest, AHalfClosedConnectionIsReset) {
  const auto relay = StartRelay();
  for (const bool client_ends : {true, false}) {
    auto [client, upstream] = ConnectAndTalk(*relay);
    Peer& ended = client_ends ? client : upstream;
    Peer& other = client_ends ? upstream : client;
    ended.EndStream();
    EXPECT_EQ(other.ReceiveAll().error, 0);
    other.CloseWithReset();
    EXPECT_EQ(ended.ReceiveAll().error, ECONNRESET);
  }
  EXPECT_EQ(relay->AwaitIdle().reset, 2);
}

TEST_P(RelayLoopTest, AClientThatNeverReads) {
  const auto relay = StartRelay();
  auto [client, upstream] = Connect(*relay);
  const size_t sent = upstream.SendUntilStalled();
  const Statistics stalled = relay->AwaitUntil(
      [](const Statistics& statistics) { return statistics.to_client.stalls > 0; });

  // Other connections go on as before, and the relay does not spin meanwhile.
  auto [other, other_upstream] = Connect(*relay);
  constexpr int kRoundTrips = 50;
  for (int i = 0; i < kRoundTrips; ++i) RoundTrip(other, other_upstream);
  EXPECT_LT(relay->Now().waits - stalled.waits, 4 * kRoundTrips + 20);

  // When the client reads at last, all is there.
  upstream.EndStream();
  const Peer::Rest all = client.ReceiveAll();
  EXPECT_EQ(all.error, 0);
  EXPECT_TRUE(all.data == Peer::Filler(sent));
}

TEST_P(RelayLoopTest, AStalledClientResets) {
  const auto relay = StartRelay();
  auto [client, upstream] = Connect(*relay);
  upstream.SendUntilStalled();
  client.CloseWithReset();
  EXPECT_THAT(upstream.ReceiveAll().error, AnyOf(ECONNRESET, EPIPE));
  EXPECT_EQ(relay->AwaitIdle().reset, 1);
}

TEST_P(RelayLoopTest, RequestsAndAnswersChangeNoInterest) {
  const auto relay = StartRelay();
  auto [client, upstream] = ConnectAndTalk(*relay);
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
  const auto relay = StartRelay();
  // One whose client has ended its stream, one whose server has, and one whose client has closed
  // its socket while its server is silent.
  std::vector<Peers> half_closed;  // and kept so
  for (int i = 0; i < 3; ++i) {
    auto [client, upstream] = ConnectAndTalk(*relay);
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
    half_closed.push_back({std::move(client), std::move(upstream)});
  }
  auto [client, upstream] = ConnectAndTalk(*relay);
  const Statistics before = relay->Now();
  constexpr int kRoundTrips = 100;
  for (int i = 0; i < kRoundTrips; ++i) RoundTrip(client, upstream);
  const Statistics after = relay->Now();
  EXPECT_LE(after.waits - before.waits, 2 * kRoundTrips + 3);
  EXPECT_EQ(after.active, 4);
}

// The client's socket is hung up then, for as long as the server does not read.
TEST_P(RelayLoopTest, AHangupWhileDataIsHeldUpDoesNotSpin) {
  RunningRelay relay(backend(), {server().address()}, "unix:relay.socket");
  Peer slow_client = Peer::ConnectedTo(relay.address());
  Peer slow_upstream = server().Accept();
  RoundTrip(slow_client, slow_upstream);
  const size_t sent = slow_client.SendUntilStalled();
  slow_client.EndStream();
  slow_upstream.EndStream();
  EXPECT_EQ(slow_client.ReceiveAll().error, 0);

  auto [client, upstream] = ConnectAndTalk(relay);
  const Statistics before = relay.Now();
  constexpr int kRoundTrips = 100;
  for (int i = 0; i < kRoundTrips; ++i) RoundTrip(client, upstream);
  // Backends that tell of no hang-up look for one once a second.
  EXPECT_LE(relay.Now().waits - before.waits, 2 * kRoundTrips + 20);

  const Peer::Rest rest = slow_upstream.ReceiveAll();
  EXPECT_EQ(rest.error, 0);
  EXPECT_TRUE(rest.data == Peer::Filler(sent));
}

INSTANTIATE_TEST_SUITE_P(Linked, RelayLoopTest, ::testing::ValuesIn(EveryBackend()), BackendName);

}  // namespace
}  // namespace someos::relay
