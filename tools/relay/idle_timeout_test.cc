// Which connections the idle timeout ends, and which it does not. While a test waits for one to be
// reset, it does not ask for statistics: a relay that waits for ever would be woken.

#include <errno.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/diagnostics.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/clocks.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/statistics.h"
#include "someos/tools/relay/testing/full_server.h"
#include "someos/tools/relay/testing/peer.h"
#include "someos/tools/relay/testing/relay_fixture.h"
#include "someos/tools/relay/testing/running_relay.h"
#include "someos/tools/relay/testing/scripted_poller.h"

namespace someos::relay {
namespace {

using ::testing::AnyOf;

// Short enough for a test, and waited for in full.
constexpr absl::Duration kShort = absl::Milliseconds(300);
// Long enough for a busy machine not to reach it between two steps of a test.
constexpr absl::Duration kLong = absl::Seconds(2);
// Between two bytes of a peer that is slow.
constexpr absl::Duration kPace = absl::Milliseconds(100);

class IdleTimeoutTest : public RelayTest {
 protected:
  std::unique_ptr<RunningRelay> StartRelayWith(absl::Duration idle_timeout,
                                               WaitFunction wait = {}) {
    Limits limits;
    limits.idle_timeout = idle_timeout;
    return StartRelay(limits, std::move(wait));
  }
};

TEST_P(IdleTimeoutTest, AConnectionWithoutAnyDataIsReset) {
  const auto relay = StartRelayWith(kShort);
  const absl::Duration begin = MonotonicNow();
  auto [client, upstream] = Connect(*relay);
  EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
  EXPECT_GE(MonotonicNow() - begin, kShort);
  EXPECT_EQ(upstream.ReceiveAll().error, ECONNRESET);
  const Statistics statistics = relay->AwaitIdle();
  EXPECT_EQ(statistics.expired, 1);
  EXPECT_EQ(statistics.reset, 0);
}

TEST_P(IdleTimeoutTest, OneDirectionAloneKeepsAConnection) {
  const auto relay = StartRelayWith(kLong);
  auto [silent, silent_upstream] = Connect(*relay);
  auto [sender, its_upstream] = Connect(*relay);
  auto [receiver, its_server] = Connect(*relay);
  const absl::Duration end = MonotonicNow() + kLong + kLong / 3;
  while (MonotonicNow() < end) {
    ASSERT_TRUE(sender.Send("x"));
    ASSERT_EQ(its_upstream.Receive(1), "x");
    ASSERT_TRUE(its_server.Send("y"));
    ASSERT_EQ(receiver.Receive(1), "y");
    absl::SleepFor(kPace);
  }
  EXPECT_EQ(silent.ReceiveAll().error, ECONNRESET);
  EXPECT_EQ(silent_upstream.ReceiveAll().error, ECONNRESET);
  RoundTrip(sender, its_upstream);
  RoundTrip(receiver, its_server);
  EXPECT_EQ(relay->Now().expired, 1);
}

INSTANTIATE_TEST_SUITE_P(Linked, IdleTimeoutTest, ::testing::ValuesIn(EveryBackend()), BackendName);

// What takes a while, and is the same on every backend.
class IdleTimeoutRulesTest : public IdleTimeoutTest {};

TEST_P(IdleTimeoutRulesTest, AHalfClosedConnectionIsReset) {
  const auto relay = StartRelayWith(kLong);
  auto [client, upstream] = ConnectAndTalk(*relay);
  client.EndStream();  // and the server never ends its own
  EXPECT_EQ(upstream.ReceiveAll().error, 0);
  EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
  EXPECT_EQ(relay->AwaitIdle().expired, 1);
}

TEST_P(IdleTimeoutRulesTest, AConnectionWhoseReceiverNeverReadsIsReset) {
  const auto relay = StartRelayWith(kLong);
  auto [client, upstream] = Connect(*relay);
  upstream.SendUntilStalled();
  EXPECT_THAT(upstream.ReceiveAll().error, AnyOf(ECONNRESET, EPIPE));
  const Statistics statistics = relay->AwaitIdle();
  EXPECT_GT(statistics.to_client.stalls, 0);
  EXPECT_EQ(statistics.expired, 1);
}

TEST_P(IdleTimeoutRulesTest, TheTimeCountsFromTheLastByte) {
  const auto relay = StartRelayWith(kLong);
  auto [client, upstream] = Connect(*relay);
  absl::SleepFor(kLong / 2);
  const absl::Duration last = MonotonicNow();
  ASSERT_TRUE(client.Send("x"));
  ASSERT_EQ(upstream.Receive(1), "x");
  EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
  EXPECT_GE(MonotonicNow() - last, kLong);
}

TEST_P(IdleTimeoutRulesTest, TheEndOfAStreamCountsAsWell) {
  const auto relay = StartRelayWith(kLong);
  auto [client, upstream] = Connect(*relay);
  absl::SleepFor(kLong / 2);
  const absl::Duration last = MonotonicNow();
  client.EndStream();
  EXPECT_EQ(upstream.ReceiveAll().error, 0);
  EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
  EXPECT_GE(MonotonicNow() - last, kLong);
}

TEST_P(IdleTimeoutRulesTest, AllThatAreIdleAreReset) {
  const auto relay = StartRelayWith(kShort);
  std::vector<Peers> all;
  for (int i = 0; i < 20; ++i) all.push_back(Connect(*relay));
  for (auto& [client, upstream] : all) EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
  EXPECT_EQ(relay->AwaitIdle().expired, 20);
}

TEST_P(IdleTimeoutRulesTest, ConnectionsThatHaveEndedDoNotExpire) {
  const AbsentServer absent;
  Limits limits;
  limits.idle_timeout = kLong;
  RunningRelay refusing(backend(), {absent.address()}, "127.0.0.1:0", limits);
  const auto relay = StartRelay(limits);
  for (int i = 0; i < 9; ++i) {
    EXPECT_EQ(Peer::ConnectedTo(refusing.address()).ReceiveAll().error, ECONNRESET);
    auto [client, upstream] = ConnectAndTalk(*relay);
    if (i % 3 == 0) client.CloseWithReset();
    if (i % 3 == 1) upstream.CloseWithReset();
  }
  relay->AwaitIdle();
  // When one that began later has expired, the others would have, too.
  auto [client, upstream] = Connect(*relay);
  EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
  EXPECT_EQ(relay->AwaitIdle().expired, 1);
  EXPECT_EQ(refusing.AwaitIdle().expired, 0);
}

TEST_P(IdleTimeoutRulesTest, AConnectionThatIsStillConnectingIsReset) {
  if (!FullServer::kIsSupported) GTEST_SKIP() << "a full backlog does not delay connect() here";
  FullServer full;
  Limits limits;
  limits.idle_timeout = kShort;
  RunningRelay relay(backend(), {full.address()}, "127.0.0.1:0", limits);
  Peer client = Peer::ConnectedTo(relay.address());
  EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
  EXPECT_EQ(relay.AwaitIdle().expired, 1);
}

// The relay reads nothing for longer than the timeout, and writes a little of what it holds from
// time to time.
TEST_P(IdleTimeoutRulesTest, AReceiverThatReadsSlowlyKeepsAConnection) {
  Limits limits;
  limits.idle_timeout = kLong;
  Listener listener = Listener::Open({AddressOf("127.0.0.1:0")}).value();
  const int send_buffer = 1;  // the smallest that the system allows; accepted sockets inherit it
  ASSERT_EQ(setsockopt(listener.fd(), SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof(send_buffer)), 0);
  RunningRelay relay(backend(), {server().address()}, std::move(listener), limits);
  Peer client = Peer::ConnectedTo(relay.address(), /*receive_buffer=*/1);
  Peer upstream = server().Accept();
  upstream.SendUntilStalled();
  const Statistics stalled = relay.Now();
  const absl::Duration end = MonotonicNow() + kLong + kLong / 3;
  while (MonotonicNow() < end) {
    ASSERT_EQ(client.Receive(512).size(), 512);
    absl::SleepFor(kPace);
  }
  const Statistics slow = relay.Now();
  EXPECT_EQ(slow.expired, 0);
  EXPECT_GT(slow.to_client.bytes, stalled.to_client.bytes);
  // It was the writing alone that kept the connection.
  EXPECT_EQ(slow.to_client.reads, stalled.to_client.reads);
}

// Reports, with what is ready, other connections as readable that are not, `count` events in all.
WaitFunction WithSpuriousReports(size_t count) {
  return [count](Poller& poller, absl::Span<Event> events,
                 absl::Duration timeout) -> absl::StatusOr<size_t> {
    const absl::StatusOr<size_t> ready =
        poller.Wait(events, std::min(timeout, absl::Milliseconds(5)));
    if (!ready.ok()) return ready;
    size_t filled = *ready;
    const std::vector<Registration> registrations = poller.registrations();
    for (size_t i = 0; filled < std::min(count, events.size()); ++i) {
      const Registration& one = registrations[i % registrations.size()];
      if (i == registrations.size() && filled == *ready) break;  // there is none to report
      if (one.data == 0 || !HasAny(one.interest, Interest::kReadable)) continue;
      events[filled++] = {one.fd, Readiness::kReadable, /*raw=*/0, one.data};
    }
    return filled;
  };
}

TEST_P(IdleTimeoutRulesTest, SpuriousReportsDoNotKeepAConnection) {
  const auto relay = StartRelayWith(kShort, WithSpuriousReports(2));
  auto [client, upstream] = Connect(*relay);
  EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
  EXPECT_EQ(relay->AwaitIdle().expired, 1);
}

// As many as one Wait can report may be ready all the time.
TEST_P(IdleTimeoutRulesTest, AWaitThatIsAlwaysFullDoesNotKeepAConnection) {
  const auto relay = StartRelayWith(kLong, WithSpuriousReports(1'000'000));
  auto [client, upstream] = Connect(*relay);
  auto [talking, its_upstream] = Connect(*relay);
  const absl::Duration end = MonotonicNow() + kLong + kLong / 3;
  while (MonotonicNow() < end) {
    RoundTrip(talking, its_upstream);
    absl::SleepFor(kPace);
  }
  EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
  RoundTrip(talking, its_upstream);
  EXPECT_EQ(relay->Now().expired, 1);
}

// When the process was stopped for longer than the timeout, what has arrived meanwhile counts, even
// if a Wait reports the others first.
TEST_P(IdleTimeoutRulesTest, WhatArrivesDuringAStandstillCounts) {
  const auto relay =
      StartRelayWith(kLong, [](Poller& poller, absl::Span<Event> events, absl::Duration timeout) {
        return poller.Wait(events.first(1), timeout);
      });
  std::vector<Peers> all;
  for (int i = 0; i < 3; ++i) all.push_back(Connect(*relay));
  {
    const RunningRelay::Standstill standstill(*relay);
    for (auto& [client, upstream] : all) {
      ASSERT_TRUE(client.Send("x"));
      ASSERT_TRUE(upstream.Send("y"));
    }
    absl::SleepFor(kLong + kPace);
  }
  for (auto& [client, upstream] : all) {
    EXPECT_EQ(client.Receive(1), "y");
    EXPECT_EQ(upstream.Receive(1), "x");
  }
  EXPECT_EQ(relay->Now().expired, 0);
}

INSTANTIATE_TEST_SUITE_P(Linked, IdleTimeoutRulesTest, ::testing::ValuesIn(DefaultBackendAlone()),
                         BackendName);

}  // namespace
}  // namespace someos::relay
