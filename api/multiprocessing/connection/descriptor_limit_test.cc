// Connections of a process that has no descriptors left: an errno, and everything goes on when
// there are some again.

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/connection/address.h"
#include "someos/api/multiprocessing/connection/client.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/handshake.h"
#include "someos/api/multiprocessing/connection/listener.h"
#include "someos/api/multiprocessing/connection/pending_handshake.h"
#include "someos/api/multiprocessing/connection/pipe.h"
#include "someos/testing/faults/descriptor_budget.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/python_says.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

TEST(ConnectionsAtTheDescriptorLimitTest, NothingIsMadeAndNothingIsLeaked) {
  const std::set<int> before = OpenDescriptors();
  for (const int free : {0, 1}) {
    const DescriptorBudget budget(free);
    EXPECT_EQ(Says(Pipe(true).status()), "OSError: EMFILE") << free;
    EXPECT_EQ(Says(Pipe(false).status()), "OSError: EMFILE") << free;
  }
  {
    const DescriptorBudget none(0);
    EXPECT_EQ(Says(Listener::Create().status()), "OSError: EMFILE");
    EXPECT_EQ(Says(Client(Address::Unix("/nonexistent/path")).status()), "OSError: EMFILE");
  }
  EXPECT_THAT(LeftOpen(before), testing::IsEmpty());
}

TEST(ConnectionsAtTheDescriptorLimitTest, AcceptGoesOnAfterwards) {
  std::unique_ptr<Listener> listener = Listener::Create().value();
  Connection client = Client(listener->address()).value();
  {
    const DescriptorBudget none(0);
    EXPECT_EQ(Says(listener->Accept().status()), "OSError: EMFILE");
  }
  Connection accepted = listener->Accept().value();
  ASSERT_THAT(client.SendBytes("still there"), Succeeds());
  EXPECT_EQ(Says(accepted.ReceiveBytes()), "b'still there'");
}

// Clients that wait in vain for a descriptor do not stop those that authenticate themselves.
TEST(ConnectionsAtTheDescriptorLimitTest, HandshakesGoOn) {
  ListenerOptions options;
  options.authentication.authkey = "key";
  options.handshake_timeout = absl::InfiniteDuration();
  std::unique_ptr<Listener> listener = Listener::Create(options).value();
  PendingHandshake client = PendingHandshake::Begin(Client(listener->address()).value(),
                                                    HandshakeRole::kClient, "key", Digests::kAny)
                                .value();
  ASSERT_EQ(listener->TryAccept().value().has_value(), false);
  const Connection waits = Client(listener->address()).value();
  const DescriptorBudget none(0);
  std::string says = "OSError: EMFILE";
  for (int i = 0; i < 10 && says == "OSError: EMFILE"; ++i) {
    ASSERT_THAT(client.Continue(), Succeeds());
    const absl::StatusOr<std::optional<Connection>> accepted = listener->TryAccept();
    says = accepted.ok() && accepted->has_value() ? "connected" : Says(accepted.status());
  }
  EXPECT_EQ(says, "connected");
}

// Linux takes the byte and says that the descriptor did not fit.
TEST(ConnectionsAtTheDescriptorLimitTest, ADescriptorThatDoesNotFitIsAnError) {
  std::pair<Connection, Connection> ends = Pipe().value();
  ASSERT_THAT(ends.first.SendDescriptor(0), Succeeds());
  {
    const DescriptorBudget none(0);
    EXPECT_THAT(ends.second.ReceiveDescriptor(), testing::Not(Succeeds()));
  }
  ASSERT_THAT(ends.first.SendBytes("still there"), Succeeds());
  EXPECT_EQ(Says(ends.second.ReceiveBytes()), "b'still there'");
}

}  // namespace
}  // namespace someos::multiprocessing
