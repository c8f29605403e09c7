// A relay whose poller fails: for a moment, which nobody is to notice, or for good.

#include <errno.h>

#include <atomic>
#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/poller.h"
#include "someos/testing/faults/fault_plan.h"
#include "someos/testing/status_matchers.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/statistics.h"
#include "someos/tools/relay/testing/peer.h"
#include "someos/tools/relay/testing/relay_fixture.h"
#include "someos/tools/relay/testing/running_relay.h"
#include "someos/tools/relay/testing/scripted_poller.h"

namespace someos::relay {
namespace {

class PollerFaultsTest : public RelayTest {
 protected:
  // The relay's thread asks it until the relay ends, so it is made before the relay.
  FaultPlan plan_;

  // Waits that fail with `error` as often as `failures` says, and work otherwise.
  static WaitFunction FailingWait(int error, std::atomic<int>& failures) {
    return [error, &failures](Poller& poller, absl::Span<Event> events,
                              absl::Duration timeout) -> absl::StatusOr<size_t> {
      if (failures <= 0) return poller.Wait(events, timeout);
      --failures;
      return ErrnoStatus(error, "wait");
    };
  }
};

TEST_P(PollerFaultsTest, AWaitThatIsShortOfMemoryIsTriedAgain) {
  for (const int error : {ENOMEM, EAGAIN}) {
    std::atomic<int> failures{0};
    const auto relay = StartRelay(Limits(), FailingWait(error, failures));
    auto [client, upstream] = ConnectAndTalk(*relay);
    for (int i = 0; i < 3; ++i) {
      failures = 10;
      RoundTrip(client, upstream);
    }
    EXPECT_EQ(relay->Stop().active, 0);
  }
}

TEST_P(PollerFaultsTest, RequestsAreHandledWhileWaitsFail) {
  std::atomic<int> failures{0};
  const auto relay = StartRelay(Limits(), FailingWait(ENOMEM, failures));
  auto [client, upstream] = ConnectAndTalk(*relay);
  failures = 900;
  relay->Now();  // from here on they fail
  EXPECT_EQ(relay->Now().active, 1);
  EXPECT_EQ(relay->Stop().active, 0);
  EXPECT_GT(failures, 0);
  EXPECT_EQ(client.ReceiveAll().error, 0);
}

TEST_P(PollerFaultsTest, WaitsThatFailTooOftenInARowEndTheRelay) {
  std::atomic<int> failures{0};
  const auto relay = StartRelay(Limits(), FailingWait(ENOMEM, failures));
  auto [client, upstream] = ConnectAndTalk(*relay);
  failures = 10;
  RoundTrip(client, upstream);
  constexpr int kForEver = 1'000'000;
  failures = kForEver;
  ASSERT_TRUE(client.Send("x"));  // the wait that runs is still a good one
  EXPECT_THAT(relay->AwaitEnd(), FailsWithErrno(ENOMEM, "wait"));
  // The first ten do not count: others have succeeded since.
  EXPECT_GE(kForEver - failures, 1000);
}

TEST_P(PollerFaultsTest, AWaitThatFailsOtherwiseEndsTheRelay) {
  std::atomic<int> failures{0};
  const auto relay = StartRelay(Limits(), FailingWait(EBADF, failures));
  auto [client, upstream] = ConnectAndTalk(*relay);
  failures = 1;
  ASSERT_TRUE(client.Send("x"));
  EXPECT_THAT(relay->AwaitEnd(), FailsWithErrno(EBADF, "wait"));
}

TEST_P(PollerFaultsTest, AModifyThatIsShortOfMemoryIsTriedAgain) {
  const auto relay = StartRelay();
  auto [client, upstream] = ConnectAndTalk(*relay);
  plan_.Fail("modify", ENOMEM);
  client.EndStream();  // the relay does not watch it for reading any more
  EXPECT_EQ(upstream.ReceiveAll().error, 0);
  ASSERT_TRUE(upstream.Send("answer"));
  EXPECT_EQ(client.Receive(6), "answer");
  EXPECT_TRUE(plan_.done());
  EXPECT_EQ(relay->Now().reset, 0);
}

TEST_P(PollerFaultsTest, AConnectionWhoseModifyFailsIsReset) {
  const auto relay = StartRelay();
  auto [client, upstream] = ConnectAndTalk(*relay);
  auto [other, other_upstream] = ConnectAndTalk(*relay);
  plan_.Fail("modify", ENOENT);
  client.EndStream();
  EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
  RoundTrip(other, other_upstream);
  const Statistics statistics = relay->Now();
  EXPECT_EQ(statistics.reset, 1);
  EXPECT_EQ(statistics.active, 1);
}

// Of the client's socket, and of the one to the server.
TEST_P(PollerFaultsTest, AClientWaitsWhileNothingCanBeRegistered) {
  const auto relay = StartRelay();
  relay->Now();  // its listener is registered
  for (int nth = 1; nth <= 2; ++nth) {
    plan_.Fail("register", ENOSPC, nth);
    Peers peers = ConnectAndTalk(*relay);
    EXPECT_TRUE(plan_.done());
    EXPECT_EQ(relay->Now().exhausted, nth);
  }
  EXPECT_EQ(relay->Now().refused, 0);
}

// Of the listener: when the relay pauses, and when it goes on.
TEST_P(PollerFaultsTest, APauseOutlivesAModifyThatIsShortOfMemory) {
  const auto relay = StartRelay();
  relay->Now();  // its listener is registered
  for (int nth = 1; nth <= 2; ++nth) {
    plan_.Fail("register", ENOSPC);
    plan_.Fail("modify", ENOMEM, nth);
    Peers peers = ConnectAndTalk(*relay);
    EXPECT_TRUE(plan_.done());
  }
  EXPECT_EQ(relay->Now().accepted, 2);
}

INSTANTIATE_TEST_SUITE_P(Linked, PollerFaultsTest, ::testing::ValuesIn(DefaultBackendAlone()),
                         BackendName);

}  // namespace
}  // namespace someos::relay
