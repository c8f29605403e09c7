// A relay among peers that mean it ill, or are merely gone, on every linked backend: each gets its
// bounded share, and the others do not notice.

#include <errno.h>
#include <signal.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/backend.h"
#include "someos/api/select.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/relay_loop.h"
#include "someos/tools/relay/statistics.h"
#include "someos/tools/relay/testing/peer.h"
#include "someos/tools/relay/testing/running_relay.h"

namespace someos::relay {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Ge;
using ::testing::Le;
using Clock = std::chrono::steady_clock;

// Short enough for a test, and waited for in full.
constexpr absl::Duration kIdle = absl::Milliseconds(300);
// Long enough for a busy machine not to reach it between two bytes.
constexpr absl::Duration kLongIdle = absl::Seconds(3);

class HostilePeersTest : public ::testing::TestWithParam<const Backend*> {
 protected:
  HostilePeersTest() { signal(SIGPIPE, SIG_IGN); }

  std::unique_ptr<RunningRelay> RelayWith(const Limits& limits) {
    return std::make_unique<RunningRelay>(*GetParam(), std::vector{server_.address()},
                                          "127.0.0.1:0", limits);
  }

  static Limits WithIdleTimeout(absl::Duration timeout) {
    Limits limits;
    limits.idle_timeout = timeout;
    return limits;
  }

  static Limits WithMaxConnections(size_t connections) {
    Limits limits;
    limits.max_connections = connections;
    return limits;
  }

  PeerServer server_;
};

TEST_P(HostilePeersTest, ConnectionsBeyondTheLimitAreRefused) {
  const auto relay = RelayWith(WithMaxConnections(2));
  Peer first = Peer::ConnectedTo(relay->address());
  Peer first_upstream = server_.Accept();
  Peer second = Peer::ConnectedTo(relay->address());
  Peer second_upstream = server_.Accept();
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
  Peer third = Peer::ConnectedTo(relay->address());
  Peer third_upstream = server_.Accept();
  RoundTrip(third, third_upstream);
  EXPECT_EQ(relay->Now().limited, 3);
}

TEST_P(HostilePeersTest, AFloodOfConnectionsHoldsNobodyUp) {
  constexpr int kAllowed = 4;
  const auto relay = RelayWith(WithMaxConnections(kAllowed));
  std::vector<std::pair<Peer, Peer>> served;
  for (int i = 0; i < kAllowed; ++i) {
    Peer client = Peer::ConnectedTo(relay->address());
    served.emplace_back(std::move(client), server_.Accept());
  }
  constexpr int kFlood = 400;
  std::vector<Peer> flood;
  int resets = 0;
  for (int i = 0; i < kFlood; ++i) {
    flood.push_back(Peer::ConnectedTo(relay->address()));
    if (i % 3 == 0) {
      flood.back().CloseWithReset();
      ++resets;
    }
    if (i % 20 == 0) RoundTrip(served[i % kAllowed].first, served[i % kAllowed].second);
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

TEST_P(HostilePeersTest, SilentClientsAreReset) {
  const auto relay = RelayWith(WithIdleTimeout(kIdle));
  const Clock::time_point begin = Clock::now();
  Peer client = Peer::ConnectedTo(relay->address());
  Peer upstream = server_.Accept();
  EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
  EXPECT_GE(absl::FromChrono(Clock::now() - begin), kIdle);
  EXPECT_EQ(upstream.ReceiveAll().error, ECONNRESET);
  const Statistics statistics = relay->AwaitIdle();
  EXPECT_EQ(statistics.expired, 1);
  EXPECT_EQ(statistics.reset, 0);
}

TEST_P(HostilePeersTest, WhoHasEndedItsStreamMayNotWaitForEver) {
  const auto relay = RelayWith(WithIdleTimeout(kLongIdle));
  Peer client = Peer::ConnectedTo(relay->address());
  Peer upstream = server_.Accept();
  RoundTrip(client, upstream);
  client.EndStream();  // and the server never ends its own
  EXPECT_EQ(upstream.ReceiveAll().error, 0);
  EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
  EXPECT_EQ(relay->AwaitIdle().expired, 1);
}

TEST_P(HostilePeersTest, WhoNeverReadsIsReset) {
  const auto relay = RelayWith(WithIdleTimeout(kLongIdle));
  Peer client = Peer::ConnectedTo(relay->address());
  Peer upstream = server_.Accept();
  upstream.SendUntilStalled();
  EXPECT_GT(relay->Now().to_client.stalls, 0);
  EXPECT_THAT(upstream.ReceiveAll().error, AnyOf(ECONNRESET, EPIPE));
  EXPECT_EQ(relay->AwaitIdle().expired, 1);
}

TEST_P(HostilePeersTest, SlowTalkersAreNotIdle) {
  const auto relay = RelayWith(WithIdleTimeout(kLongIdle));
  Peer client = Peer::ConnectedTo(relay->address());
  Peer upstream = server_.Accept();
  const Clock::time_point begin = Clock::now();
  while (absl::FromChrono(Clock::now() - begin) < kLongIdle + absl::Seconds(1)) {
    ASSERT_TRUE(client.Send("x"));
    ASSERT_EQ(upstream.Receive(1), "x");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_EQ(relay->Now().expired, 0);
}

TEST_P(HostilePeersTest, TheIdleAreToldFromTheBusy) {
  const auto relay = RelayWith(WithIdleTimeout(kLongIdle));
  Peer busy = Peer::ConnectedTo(relay->address());
  Peer busy_upstream = server_.Accept();
  Peer idle = Peer::ConnectedTo(relay->address());
  Peer idle_upstream = server_.Accept();
  while (relay->Now().expired == 0) {
    RoundTrip(busy, busy_upstream);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_EQ(idle.ReceiveAll().error, ECONNRESET);
  RoundTrip(busy, busy_upstream);
  EXPECT_EQ(relay->Now().expired, 1);
}

TEST_P(HostilePeersTest, NoMoreIsHeldBackThanAllowed) {
  Limits limits;
  limits.buffer_bytes = 1024;
  const auto relay = RelayWith(limits);
  Peer client = Peer::ConnectedTo(relay->address());
  Peer upstream = server_.Accept();
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
  const auto relay = RelayWith(Limits());
  constexpr int kConnections = 100;
  for (int i = 0; i < kConnections; ++i) {
    Peer client = Peer::ConnectedTo(relay->address());
    Peer upstream = server_.Accept();
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
  Peer client = Peer::ConnectedTo(relay->address());
  Peer upstream = server_.Accept();
  RoundTrip(client, upstream);
}

INSTANTIATE_TEST_SUITE_P(Linked, HostilePeersTest,
                         ::testing::ValuesIn(LinkedBackends().begin(), LinkedBackends().end()),
                         [](const ::testing::TestParamInfo<const Backend*>& info) {
                           return std::string(info.param->name);
                         });

}  // namespace
}  // namespace someos::relay
