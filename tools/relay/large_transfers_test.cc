// Large transfers, which the relay splices where the system can, on every linked backend: every
// byte arrives, whatever happens while some of them sit in a pipe.

#include <errno.h>

#include <cstddef>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/backends/transfer_splice/splice_pipe.h"
#include "someos/testing/faults/descriptor_budget.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/statistics.h"
#include "someos/tools/relay/testing/peer.h"
#include "someos/tools/relay/testing/relay_fixture.h"
#include "someos/tools/relay/testing/running_relay.h"

namespace someos::relay {
namespace {

using ::testing::AnyOf;

constexpr size_t kMuch = 8 << 20;

bool HasSplice() { return ErrnoOf(SplicePipe::Create(65536).status()) != ENOSYS; }

class LargeTransfersTest : public RelayTest {
 protected:
  // Sends so much from `from` to `to` that the relay splices.
  static void Splice(Peer& from, Peer& to) {
    const std::string data = Peer::Filler(kMuch);
    std::thread sender([&] { EXPECT_TRUE(from.Send(data)); });
    EXPECT_TRUE(to.Receive(kMuch) == data);
    sender.join();
  }
};

TEST_P(LargeTransfersTest, AreSplicedInEveryFamily) {
  for (const Families& families : AllFamilies()) {
    SCOPED_TRACE(absl::StrCat(families.listen, " to ", families.connect));
    PeerServer server(families.connect);
    RunningRelay relay(backend(), {server.address()}, families.listen);
    Peer client = Peer::ConnectedTo(relay.address());
    Peer upstream = server.Accept();
    Splice(upstream, client);
    Splice(client, upstream);
    const Statistics statistics = relay.Now();
    EXPECT_EQ(statistics.to_client.bytes, kMuch);
    EXPECT_EQ(statistics.to_upstream.bytes, kMuch);
    if (!HasSplice()) continue;
    // The first read is always a copy; how large the others are is the kernel's affair.
    EXPECT_GT(statistics.to_client.spliced + statistics.to_upstream.spliced, 0);
  }
  if (!HasSplice()) GTEST_SKIP() << "this system has no splice(2); the transfers passed";
}

TEST_P(LargeTransfersTest, SmallMessagesAreCopiedAlsoAfterALargeOne) {
  const auto relay = StartRelay();
  auto [client, upstream] = ConnectAndTalk(*relay);
  for (int i = 0; i < 10; ++i) RoundTrip(client, upstream);
  EXPECT_EQ(relay->Now().to_upstream.spliced, 0);
  Splice(upstream, client);
  Splice(client, upstream);
  for (int i = 0; i < 10; ++i) RoundTrip(client, upstream);
  const Statistics before = relay->Now();
  RoundTrip(client, upstream);
  const Statistics after = relay->Now();
  EXPECT_EQ(after.to_upstream.spliced, before.to_upstream.spliced);
  EXPECT_EQ(after.to_client.spliced, before.to_client.spliced);
}

TEST_P(LargeTransfersTest, WhatIsInAPipeArrivesWhenTheClientReadsAtLast) {
  const auto relay = StartRelay();
  auto [client, upstream] = Connect(*relay);
  const size_t sent = upstream.SendUntilStalled();
  upstream.EndStream();
  const Peer::Rest rest = client.ReceiveAll();
  EXPECT_EQ(rest.error, 0);
  EXPECT_TRUE(rest.data == Peer::Filler(sent));
}

TEST_P(LargeTransfersTest, TheClientResetsWhileDataIsInAPipe) {
  const auto relay = StartRelay();
  {
    auto [client, upstream] = Connect(*relay);
    upstream.SendUntilStalled();
    client.CloseWithReset();
    EXPECT_THAT(upstream.ReceiveAll().error, AnyOf(ECONNRESET, EPIPE));
  }
  EXPECT_EQ(relay->AwaitIdle().reset, 1);
  // The next one gets nothing of what was lost.
  auto [client, upstream] = Connect(*relay);
  Splice(upstream, client);
}

TEST_P(LargeTransfersTest, TheServerResetsWhileDataIsInAPipe) {
  const auto relay = StartRelay();
  auto [client, upstream] = Connect(*relay);
  const size_t sent = upstream.SendUntilStalled();
  upstream.CloseWithReset();
  const Peer::Rest rest = client.ReceiveAll();
  EXPECT_EQ(rest.error, ECONNRESET);
  EXPECT_TRUE(absl::StartsWith(Peer::Filler(sent), rest.data));
  EXPECT_EQ(relay->AwaitIdle().reset, 1);
}

TEST_P(LargeTransfersTest, WithoutDescriptorsForAPipeTheyAreCopied) {
  const auto relay = StartRelay();
  auto [client, upstream] = ConnectAndTalk(*relay);
  {
    const DescriptorBudget budget(1);
    Splice(upstream, client);
    EXPECT_EQ(relay->Now().to_client.spliced, 0);
  }
  Splice(upstream, client);
  EXPECT_EQ(relay->Now().to_client.bytes, 2 * kMuch + 6);
}

// The urgent byte itself is not passed on.
TEST_P(LargeTransfersTest, UrgentDataAmongThemStopsNothing) {
  const auto relay = StartRelay();
  const std::string data = Peer::Filler(kMuch);
  for (const bool before_the_end : {false, true}) {
    auto [client, upstream] = Connect(*relay);
    std::thread sender([&, upstream = &upstream] {
      EXPECT_TRUE(upstream->Send(data));
      upstream->SendUrgentByte();
      if (!before_the_end) EXPECT_TRUE(upstream->Send(data));
      upstream->EndStream();
    });
    const Peer::Rest rest = client.ReceiveAll();
    sender.join();
    EXPECT_EQ(rest.error, 0);
    EXPECT_TRUE(rest.data == (before_the_end ? data : data + data));
  }
}

// The end of the stream has arrived as well when the relay comes to the urgent byte: what is
// between them is not lost.
TEST_P(LargeTransfersTest, AnUrgentByteIsNotTakenForTheEnd) {
  const auto relay = StartRelay();
  auto [client, upstream] = Connect(*relay);
  Splice(upstream, client);
  {
    const RunningRelay::Standstill standstill(*relay);
    upstream.SendUrgentByte();
    ASSERT_TRUE(upstream.Send("the rest"));
    upstream.EndStream();
  }
  const Peer::Rest rest = client.ReceiveAll();
  EXPECT_EQ(rest.error, 0);
  EXPECT_EQ(rest.data, "the rest");
}

TEST_P(LargeTransfersTest, StopDeliversWhatIsInAPipe) {
  Limits limits;
  limits.drain_timeout = absl::Seconds(30);
  const auto relay = StartRelay(limits);
  auto [client, upstream] = Connect(*relay);
  upstream.SendUntilStalled();
  relay->loop().Stop();
  const Peer::Rest rest = client.ReceiveAll();
  EXPECT_EQ(rest.error, 0);
  EXPECT_TRUE(absl::StartsWith(Peer::Filler(64 << 20), rest.data));
  upstream.Close();
  const Statistics statistics = relay->Stop();
  EXPECT_EQ(statistics.to_client.bytes, rest.data.size());
}

INSTANTIATE_TEST_SUITE_P(Linked, LargeTransfersTest, ::testing::ValuesIn(EveryBackend()),
                         BackendName);

}  // namespace
}  // namespace someos::relay
