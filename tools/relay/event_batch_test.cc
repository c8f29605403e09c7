// What one wait reports together, about both sockets of a connection and about the numbers of
// sockets that an earlier event of the same batch has closed.

#include <errno.h>

#include <optional>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/tools/relay/statistics.h"
#include "someos/tools/relay/testing/peer.h"
#include "someos/tools/relay/testing/relay_fixture.h"
#include "someos/tools/relay/testing/running_relay.h"

namespace someos::relay {
namespace {

using ::testing::AnyOf;

class EventBatchTest : public RelayTest {};

TEST_P(EventBatchTest, BothPeersReset) {
  const auto relay = StartRelay();
  for (const bool client_first : {true, false}) {
    auto [client, upstream] = ConnectAndTalk(*relay);
    std::optional<RunningRelay::Standstill> standstill(*relay);
    (client_first ? client : upstream).CloseWithReset();
    (client_first ? upstream : client).CloseWithReset();
    standstill.reset();
    relay->AwaitIdle();
  }
  EXPECT_EQ(relay->Now().reset, 2);
}

TEST_P(EventBatchTest, BothPeersEndTheirStreams) {
  const auto relay = StartRelay();
  auto [client, upstream] = ConnectAndTalk(*relay);
  std::optional<RunningRelay::Standstill> standstill(*relay);
  ASSERT_TRUE(client.Send("the client's last"));
  client.EndStream();
  ASSERT_TRUE(upstream.Send("the server's last"));
  upstream.EndStream();
  standstill.reset();
  const Peer::Rest to_client = client.ReceiveAll();
  EXPECT_EQ(to_client.data, "the server's last");
  EXPECT_EQ(to_client.error, 0);
  const Peer::Rest to_upstream = upstream.ReceiveAll();
  EXPECT_EQ(to_upstream.data, "the client's last");
  EXPECT_EQ(to_upstream.error, 0);
  EXPECT_EQ(relay->AwaitIdle().reset, 0);
}

// One peer's last bytes come in the same batch as the other's reset.
TEST_P(EventBatchTest, OnePeerSendsAndTheOtherResets) {
  const auto relay = StartRelay();
  for (const bool client_sends : {true, false}) {
    auto [client, upstream] = ConnectAndTalk(*relay);
    Peer& sender = client_sends ? client : upstream;
    Peer& other = client_sends ? upstream : client;
    std::optional<RunningRelay::Standstill> standstill(*relay);
    ASSERT_TRUE(sender.Send("to nobody"));
    other.CloseWithReset();
    standstill.reset();
    // A broken stream must not look like a whole one.
    EXPECT_THAT(sender.ReceiveAll().error, AnyOf(ECONNRESET, EPIPE));
  }
  EXPECT_EQ(relay->AwaitIdle().reset, 2);
}

// One peer's end of stream comes in the same batch as the other's reset.
TEST_P(EventBatchTest, APeerEndsAndTheOtherResets) {
  const auto relay = StartRelay();
  for (const bool client_ends : {true, false}) {
    auto [client, upstream] = ConnectAndTalk(*relay);
    Peer& ended = client_ends ? client : upstream;
    Peer& other = client_ends ? upstream : client;
    std::optional<RunningRelay::Standstill> standstill(*relay);
    ended.EndStream();
    other.CloseWithReset();
    standstill.reset();
    EXPECT_THAT(ended.ReceiveAll().error, AnyOf(ECONNRESET, EPIPE));
  }
  EXPECT_EQ(relay->AwaitIdle().reset, 2);
}

// The first event of the batch closes a connection, the second accepts a client, whose sockets get
// the numbers of the first one's, and the third is about one of these.
TEST_P(EventBatchTest, ANewConnectionDoesNotGetTheEventsOfAnOldOne) {
  const auto relay = StartRelay();
  for (int i = 0; i < 10; ++i) {
    auto [old_client, old_upstream] = ConnectAndTalk(*relay);
    std::optional<RunningRelay::Standstill> standstill(*relay);
    old_client.CloseWithReset();
    Peer client = Peer::ConnectedTo(relay->address());
    old_upstream.CloseWithReset();
    standstill.reset();
    Peer upstream = server().Accept();
    RoundTrip(client, upstream);
    client.EndStream();
    EXPECT_EQ(upstream.ReceiveAll().error, 0);
  }
  const Statistics statistics = relay->AwaitIdle();
  EXPECT_EQ(statistics.reset, 10);
  EXPECT_EQ(statistics.refused, 0);
}

TEST_P(EventBatchTest, ManyConnectionsEndWhileOthersGoOn) {
  constexpr int kConnections = 60;
  const auto relay = StartRelay();
  std::vector<Peers> all;
  for (int i = 0; i < kConnections; ++i) all.push_back(ConnectAndTalk(*relay));
  std::optional<RunningRelay::Standstill> standstill(*relay);
  for (int i = 0; i < kConnections; ++i) {
    if (i % 4 == 0) all[i].client.CloseWithReset();
    if (i % 4 < 2) all[i].upstream.CloseWithReset();
    if (i % 4 > 1) ASSERT_TRUE(all[i].client.Send("still here"));
  }
  standstill.reset();
  for (int i = 0; i < kConnections; ++i) {
    if (i % 4 == 1) EXPECT_EQ(all[i].client.ReceiveAll().error, ECONNRESET);
    if (i % 4 < 2) continue;
    EXPECT_EQ(all[i].upstream.Receive(10), "still here");
    RoundTrip(all[i].client, all[i].upstream);
  }
  relay->AwaitUntil(
      [](const Statistics& statistics) { return statistics.active == kConnections / 2; });
  // Those are still known as what they are.
  EXPECT_EQ(relay->Stop().reset, kConnections / 2);
  for (int i = 0; i < kConnections; ++i) {
    if (i % 4 < 2) continue;
    EXPECT_EQ(all[i].client.ReceiveAll().error, 0);
    EXPECT_EQ(all[i].upstream.ReceiveAll().error, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Linked, EventBatchTest, ::testing::ValuesIn(EveryBackend()), BackendName);

}  // namespace
}  // namespace someos::relay
