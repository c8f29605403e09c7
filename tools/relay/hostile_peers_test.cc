// A relay among peers that mean it ill, or are merely gone, on every linked backend: each gets its
// bounded share, and the others do not notice.

#include <errno.h>

#include <cstddef>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/statistics.h"
#include "someos/tools/relay/testing/peer.h"
#include "someos/tools/relay/testing/relay_fixture.h"

namespace someos::relay {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Le;

class HostilePeersTest : public RelayTest {};

TEST_P(HostilePeersTest, ConnectionsBeyondTheLimitAreRefused) {
  const auto relay = StartRelay(WithMaxConnections(2));
  auto [first, first_upstream] = Connect(*relay);
  auto [second, second_upstream] = Connect(*relay);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Peer::ConnectedTo(relay->address()).ReceiveAll().error, ECONNRESET);
  }
  RoundTrip(first, first_upstream);
  RoundTrip(second, second_upstream);
  EXPECT_EQ(relay->Now().limited, 3);

  // A place that is free again is given to the next.
  first.Close();
  first_upstream.Close();
  relay->AwaitUntil([](const Statistics& statistics) { return statistics.active == 1; });
  auto [third, third_upstream] = Connect(*relay);
  RoundTrip(third, third_upstream);
  EXPECT_EQ(relay->Now().limited, 3);
}

TEST_P(HostilePeersTest, AFloodOfConnectionsHoldsNobodyUp) {
  constexpr int kAllowed = 4;
  const auto relay = StartRelay(WithMaxConnections(kAllowed));
  std::vector<Peers> served;
  for (int i = 0; i < kAllowed; ++i) served.push_back(Connect(*relay));
  constexpr int kFlood = 400;
  std::vector<Peer> flood;
  int resets = 0;
  for (int i = 0; i < kFlood; ++i) {
    flood.push_back(Peer::ConnectedTo(relay->address()));
    if (i % 3 == 0) {
      flood.back().CloseWithReset();
      ++resets;
    }
    if (i % 20 == 0) RoundTrip(served[i % kAllowed].client, served[i % kAllowed].upstream);
  }
  // FreeBSD has no accept() take a connection that is reset already (ECONNABORTED: tcp_usrreq.c,
  // tcp_usr_accept), Linux has.
  const Statistics after = relay->AwaitUntil(
      [resets](const Statistics& statistics) { return statistics.limited >= kFlood - resets; });
  EXPECT_LE(after.limited, kFlood);
  EXPECT_EQ(after.active, kAllowed);
  EXPECT_EQ(after.accepted, kAllowed);
  for (auto& [client, upstream] : served) RoundTrip(client, upstream);
}

TEST_P(HostilePeersTest, NoMoreIsHeldBackThanAllowed) {
  Limits limits;
  limits.buffer_bytes = 1024;
  const auto relay = StartRelay(limits);
  auto [client, upstream] = Connect(*relay);
  const size_t sent = upstream.SendUntilStalled();
  const Statistics stalled = relay->Now();
  // No read took more, and once one was not passed on whole, none followed.
  // (FreeBSD grows a connection's buffers when acknowledgements come, after a stall: a few more.)
  EXPECT_THAT(stalled.to_client.stalls, AllOf(Ge(1), Le(10)));
  EXPECT_LE(stalled.to_client.bytes, stalled.to_client.reads * limits.buffer_bytes);
  EXPECT_GT(stalled.to_client.bytes, (stalled.to_client.reads - 1) * limits.buffer_bytes / 2);
  upstream.EndStream();
  EXPECT_TRUE(client.ReceiveAll().data == Peer::Filler(sent));
}

TEST_P(HostilePeersTest, ResetsAtAllPointsLeaveNothingBehind) {
  const auto relay = StartRelay();
  constexpr int kConnections = 100;
  for (int i = 0; i < kConnections; ++i) {
    auto [client, upstream] = Connect(*relay);
    if (i % 4 > 0) ASSERT_TRUE(client.Send(Peer::Filler(i * 1000)));
    if (i % 4 > 1) upstream.Receive(i * 500);
    if (i % 4 > 2) client.EndStream();
    if (i % 2 == 0) {
      client.CloseWithReset();
    } else {
      upstream.CloseWithReset();
    }
  }
  EXPECT_EQ(relay->AwaitIdle().accepted, kConnections);
  ConnectAndTalk(*relay);
}

INSTANTIATE_TEST_SUITE_P(Linked, HostilePeersTest, ::testing::ValuesIn(EveryBackend()),
                         BackendName);

}  // namespace
}  // namespace someos::relay
