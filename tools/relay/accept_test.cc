// How the relay accepts clients: many at once, up to its limits, and again after it had to pause.

#include <errno.h>
#include <sys/socket.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "someos/api/diagnostics.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/clocks.h"
#include "someos/testing/faults/descriptor_budget.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/statistics.h"
#include "someos/tools/relay/testing/peer.h"
#include "someos/tools/relay/testing/relay_fixture.h"
#include "someos/tools/relay/testing/running_relay.h"

namespace someos::relay {
namespace {

class AcceptTest : public RelayTest {
 protected:
  static auto HasPaused(uint64_t times) {
    return [times](const Statistics& statistics) { return statistics.exhausted >= times; };
  }
};

TEST_P(AcceptTest, MoreClientsAtOnceThanOneTurnAccepts) {
  constexpr int kClients = 100;
  const auto relay = StartRelay();
  std::vector<Peer> clients;
  {
    const RunningRelay::Standstill standstill(*relay);
    for (int i = 0; i < kClients; ++i) clients.push_back(Peer::ConnectedTo(relay->address()));
  }
  for (int i = 0; i < kClients; ++i) {
    ASSERT_TRUE(clients[i].Send("x"));
    clients[i].EndStream();
  }
  for (int i = 0; i < kClients; ++i) {
    Peer upstream = server().Accept();
    EXPECT_EQ(upstream.ReceiveAll().data, "x");
  }
  EXPECT_EQ(relay->AwaitIdle().accepted, kClients);
}

TEST_P(AcceptTest, TheLimitOfConnectionsHoldsForClientsThatComeAtOnce) {
  for (const size_t limit : {1, 2}) {
    const auto relay = StartRelay(WithMaxConnections(limit));
    std::vector<Peer> clients;
    {
      const RunningRelay::Standstill standstill(*relay);
      for (size_t i = 0; i < limit + 1; ++i) {
        clients.push_back(Peer::ConnectedTo(relay->address()));
      }
    }
    EXPECT_EQ(clients.back().ReceiveAll().error, ECONNRESET);
    for (size_t i = 0; i < limit; ++i) {
      Peer upstream = server().Accept();
      RoundTrip(clients[i], upstream);
      clients[i].EndStream();
      EXPECT_EQ(upstream.ReceiveAll().error, 0);
    }
    const Statistics statistics = relay->AwaitIdle();
    EXPECT_EQ(statistics.accepted, limit);
    EXPECT_EQ(statistics.limited, 1);
  }
}

// Descriptors come back without a connection's end, and nothing else happens: the relay has to try
// again by itself.
TEST_P(AcceptTest, GoesOnWhenThereAreDescriptorsAgain) {
  const auto relay = StartRelay();
  for (int round = 1; round <= 3; ++round) {
    const int free = round % 2;  // none at all, or one for the client and none for the server
    SCOPED_TRACE(absl::StrCat(free, " free"));
    std::optional<RunningRelay::Standstill> standstill(*relay);
    Peer client = Peer::ConnectedTo(relay->address());
    std::optional<DescriptorBudget> budget(free);
    standstill.reset();
    EXPECT_EQ(relay->AwaitUntil(HasPaused(round)).accepted, round - 1);
    budget.reset();
    Peer upstream = server().Accept();
    RoundTrip(client, upstream);
    client.EndStream();
    EXPECT_EQ(upstream.ReceiveAll().error, 0);
    upstream.EndStream();
    EXPECT_EQ(relay->AwaitIdle().refused, 0);
  }
}

// At once, and not only when the relay tries again by the clock.
TEST_P(AcceptTest, AClientThatWaitsGetsThePlaceOfAConnectionThatEnds) {
  std::atomic<bool> exhausted{false};
  std::atomic<bool> place_was_free{false};  // while the relay waited
  std::unique_ptr<RunningRelay> relay;
  relay =
      StartRelay(Limits(), [&](Poller& poller, absl::Span<Event> events, absl::Duration timeout) {
        if (exhausted && relay->AtLastWait().active == 0) place_was_free = true;
        return poller.Wait(events, timeout);
      });
  auto [client, upstream] = ConnectAndTalk(*relay);
  std::optional<RunningRelay::Standstill> standstill(*relay);
  Peer waiting = Peer::ConnectedTo(relay->address());
  std::optional<DescriptorBudget> budget(0);
  standstill.reset();
  relay->AwaitUntil(HasPaused(1));
  exhausted = true;
  client.EndStream();  // the peers' own descriptors stay open
  EXPECT_EQ(upstream.ReceiveAll().error, 0);
  upstream.EndStream();
  EXPECT_EQ(client.ReceiveAll().error, 0);
  relay->AwaitUntil([](const Statistics& statistics) { return statistics.accepted == 2; });
  budget.reset();
  EXPECT_FALSE(place_was_free);
  Peer its_upstream = server().Accept();
  RoundTrip(waiting, its_upstream);
}

// More clients than the server's backlog holds wait for it, while no connection ends.
TEST_P(AcceptTest, GoesOnWhenTheBacklogOfAUnixSocketHasRoomAgain) {
  Listener listener = Listener::Open({AddressOf("unix:backlog.socket")}).value();
  ASSERT_EQ(listen(listener.fd(), 1), 0);
  RunningRelay relay(backend(), {listener.address()});
  constexpr int kClients = 20;
  std::vector<Peer> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(Peer::ConnectedTo(relay.address()));
    ASSERT_TRUE(clients.back().Send(absl::StrCat("client ", 10 + i)) || relay.Now().refused > 0);
  }
  const Statistics full = relay.AwaitUntil([](const Statistics& statistics) {
    return statistics.exhausted > 0 || statistics.refused > 0 || statistics.accepted == kClients;
  });
  // Where a full backlog refuses clients, instead of asking to try again, there is nothing to wait
  // for. And OpenBSD's holds 240 and more, whatever was asked for (sysctl(2), KERN_SOMINCONN).
  if (full.refused > 0) GTEST_SKIP() << "a full backlog refuses here";
  if (full.exhausted == 0) GTEST_SKIP() << "the smallest backlog holds them all here";
  std::vector<Peer> upstreams;
  for (int i = 0; i < kClients; ++i) {
    upstreams.push_back(AcceptFrom(listener.fd()));
    EXPECT_EQ(upstreams.back().Receive(9), absl::StrCat("client ", 10 + i));
  }
  EXPECT_EQ(relay.Stop().refused, 0);
}

// A Unix socket's server that does not answer is one whose backlog stays full.
TEST_P(AcceptTest, ClientsAreRefusedWhileABacklogStaysFull) {
  Listener listener = Listener::Open({AddressOf("unix:silent.socket")}).value();
  ASSERT_EQ(listen(listener.fd(), 1), 0);
  Limits limits;
  limits.connect_timeout = absl::Milliseconds(300);
  RunningRelay relay(backend(), {listener.address()}, "127.0.0.1:0", limits);
  constexpr int kClients = 8;
  std::vector<Peer> clients;
  for (int i = 0; i < kClients; ++i) clients.push_back(Peer::ConnectedTo(relay.address()));
  const Statistics statistics = relay.AwaitUntil([](const Statistics& now) {
    return now.accepted + now.timed_out == kClients || now.refused > now.timed_out;
  });
  if (statistics.timed_out == 0) GTEST_SKIP() << "a full backlog refuses here, or never is";
  EXPECT_EQ(statistics.refused, statistics.timed_out);
  for (size_t i = statistics.accepted; i < clients.size(); ++i) {
    EXPECT_EQ(clients[i].ReceiveAll().error, ECONNRESET);
  }
  // When it answers again, so does the relay.
  for (size_t i = 0; i < statistics.accepted; ++i) AcceptFrom(listener.fd());
  Peer client = Peer::ConnectedTo(relay.address());
  Peer upstream = AcceptFrom(listener.fd());
  RoundTrip(client, upstream);
}

// Otherwise it would hold up those that live.
TEST_P(AcceptTest, AClientThatWaitsAndFailsIsForgotten) {
  const auto relay = StartRelay();
  std::optional<RunningRelay::Standstill> standstill(*relay);
  Peer waiting = Peer::ConnectedTo(relay->address());
  std::optional<DescriptorBudget> budget(1);
  standstill.reset();
  relay->AwaitUntil(HasPaused(1));
  waiting.CloseWithReset();
  // The relay goes on, as nobody waits.
  const Statistics forgotten =
      relay->AwaitUntil([](const Statistics& statistics) { return statistics.modifies >= 2; });
  EXPECT_EQ(forgotten.accepted, 0);
  budget.reset();
  Peers peers = Connect(*relay);
  RoundTrip(peers.client, peers.upstream);
  EXPECT_EQ(relay->Now().accepted, 1);
}

// Reports the listener as readable as long as it is watched.
absl::StatusOr<size_t> WaitWithSpuriousListener(Poller& poller, absl::Span<Event> events,
                                                absl::Duration timeout) {
  for (const Registration& one : poller.registrations()) {
    if (one.data != 0 || !HasAny(one.interest, Interest::kReadable)) continue;
    events[0] = {one.fd, Readiness::kReadable, /*raw=*/0, one.data};
    const absl::StatusOr<size_t> ready = poller.Wait(events.subspan(1), absl::ZeroDuration());
    if (!ready.ok()) return ready;
    return *ready + 1;
  }
  return poller.Wait(events, timeout);
}

// A listener that is reported as readable and has nobody to accept, over and over, must not keep
// the relay busy; and clients are served all the same.
TEST_P(AcceptTest, SpuriousReportsOfTheListenerDoNotSpin) {
  const absl::Duration begin = MonotonicNow();
  const auto relay = StartRelay(Limits(), WaitWithSpuriousListener);
  constexpr int kPauses = 4;
  const Statistics statistics = relay->AwaitUntil(HasPaused(kPauses));
  // Each but the last took a tenth of a second, and between them were a few turns.
  EXPECT_GE(MonotonicNow() - begin, (kPauses - 1) * absl::Milliseconds(100));
  EXPECT_LE(statistics.waits, 20 * (statistics.exhausted + 1));
  Peers peers = ConnectAndTalk(*relay);
}

INSTANTIATE_TEST_SUITE_P(Linked, AcceptTest, ::testing::ValuesIn(EveryBackend()), BackendName);

}  // namespace
}  // namespace someos::relay
