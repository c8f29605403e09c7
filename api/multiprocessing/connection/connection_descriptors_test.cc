// Descriptors sent over connections.

#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/peer_version.h"
#include "someos/api/multiprocessing/connection/pipe.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/python_says.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

// Both ends of a Pipe.
struct Ends {
  explicit Ends(bool duplex = true) : both(Pipe(duplex).value()) {}

  std::pair<Connection, Connection> both;
  Connection& a = both.first;
  Connection& b = both.second;
};

TEST(ConnectionDescriptorsTest, SendsAndReceivesDescriptors) {
  Ends ends;
  Ends sent(/*duplex=*/false);
  ASSERT_THAT(ends.a.SendDescriptor(*sent.a.fileno()), Succeeds());
  ASSERT_THAT(ends.a.SendBytes("behind it"), Succeeds());
  const absl::StatusOr<int> received = ends.b.ReceiveDescriptor();
  ASSERT_THAT(received, Succeeds());
  EXPECT_TRUE(IsCloseOnExec(*received));
  EXPECT_EQ(Says(ends.b.ReceiveBytes()), "b'behind it'");
  Connection copy = Connection::Of(*received, true, false).value();
  ASSERT_THAT(sent.b.SendBytes("through the copy"), Succeeds());
  EXPECT_EQ(Says(copy.ReceiveBytes()), "b'through the copy'");
}

TEST(ConnectionDescriptorsTest, Python314AcknowledgesDescriptors) {
  Ends ends;
  const PeerVersion python314(314, 314);
  ends.a.Learn(python314);
  std::thread receiver([&] {
    ends.b.Learn(python314);
    ScopedFd received(ends.b.ReceiveDescriptor().value());
    EXPECT_THAT(ends.b.SendBytes("behind it"), Succeeds());
  });
  EXPECT_THAT(ends.a.SendDescriptor(0), Succeeds());
  EXPECT_EQ(Says(ends.a.ReceiveBytes()), "b'behind it'");
  receiver.join();
  EXPECT_THAT(ends.b.SendBytes("no acknowledgement"), Succeeds());
  EXPECT_EQ(ends.a.SendDescriptor(0).message(), "did not receive acknowledgement of fd");
}

TEST(ConnectionDescriptorsTest, NotWithinAMessage) {
  Ends ends;
  ASSERT_THAT(ends.a.TrySendBytes(std::string(3'000'000, 'l')), Succeeds());
  ASSERT_THAT(ends.b.TryReceiveBytes(), Succeeds());
  ASSERT_TRUE(ends.b.has_partial_message());
  EXPECT_EQ(ends.b.ReceiveDescriptor().status().message(), "a message has been received in part");
}

// For both directions: nothing comes between the two parts of a message.
TEST(ConnectionDescriptorsTest, AcknowledgementsAreNotWithinAMessage) {
  Ends ends;
  const std::string large(3'000'000, 'l');
  ends.b.Learn(PeerVersion(314, 314));
  ASSERT_EQ(ends.b.TrySendBytes(large).value(), false);
  ASSERT_THAT(ends.a.SendDescriptor(0), Succeeds());
  EXPECT_THAT(ends.b.ReceiveDescriptor(absl::Milliseconds(20)),
              FailsWithCode(absl::StatusCode::kDeadlineExceeded, "send fd "));
  std::thread receiver([&] { EXPECT_EQ(ends.a.ReceiveBytes().value_or(""), large); });
  const absl::StatusOr<int> received = ends.b.ReceiveDescriptor(absl::Seconds(30));
  EXPECT_THAT(received, Succeeds());
  const ScopedFd owner(received.value_or(-1));
  ends.b.Close();
  receiver.join();

  Ends other;
  other.a.Learn(PeerVersion(314, 314));
  ASSERT_THAT(other.b.TrySendBytes(large), Succeeds());
  ASSERT_THAT(other.a.TryReceiveBytes(), Succeeds());
  ASSERT_TRUE(other.a.has_partial_message());
  EXPECT_EQ(other.a.SendDescriptor(0, absl::Milliseconds(20)).message(),
            "a message has been received in part");
}

TEST(ConnectionDescriptorsTest, WhatIsNoDescriptor) {
  Ends ends;
  ASSERT_THAT(ends.a.SendBytes("x"), Succeeds());
  EXPECT_EQ(ends.b.ReceiveDescriptor().status().message(), "invalid data received");
  EXPECT_EQ(Says(ends.a.SendDescriptor(-1)), "OSError: EBADF");
  ends.a.Close();
  Ends pipe(/*duplex=*/false);
  EXPECT_EQ(Says(pipe.b.SendDescriptor(0)), "OSError: ENOTSOCK");
}

}  // namespace
}  // namespace someos::multiprocessing
