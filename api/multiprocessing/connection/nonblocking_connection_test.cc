// Connections in event loops, which a half message must not stop.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/handshake.h"
#include "someos/api/multiprocessing/connection/pending_handshake.h"
#include "someos/api/multiprocessing/connection/pipe.h"
#include "someos/api/select.h"
#include "someos/testing/python_says.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos::multiprocessing {
namespace {

std::string Says(const absl::StatusOr<std::optional<std::string>>& message) {
  if (!message.ok()) return someos::Says(message.status());
  return message->has_value() ? **message : "nothing";
}

TEST(NonblockingConnectionTest, ReceivesWhatHasArrived) {
  SocketPair pair;
  Connection connection = Connection::Of(pair.near.release()).value();
  EXPECT_EQ(Says(connection.TryReceiveBytes()), "nothing");
  EXPECT_FALSE(connection.has_partial_message());
  for (const absl::string_view part :
       {absl::string_view("\0", 1), absl::string_view("\0\0\3", 3), absl::string_view("ab")}) {
    WriteText(pair.far.get(), part);
    EXPECT_EQ(Says(connection.TryReceiveBytes()), "nothing");
    EXPECT_TRUE(connection.has_partial_message());
  }
  WriteText(pair.far.get(), "c");
  EXPECT_EQ(Says(connection.TryReceiveBytes()), "abc");
  EXPECT_FALSE(connection.has_partial_message());
  pair.far.reset();
  EXPECT_EQ(Says(connection.TryReceiveBytes()), "EOFError: ");
}

TEST(NonblockingConnectionTest, ALimitForOneMessage) {
  SocketPair pair;
  Connection connection = Connection::Of(pair.near.release()).value();
  WriteText(pair.far.get(), {"\0\0\0\3ab", 6});
  EXPECT_EQ(Says(connection.TryReceiveBytes()), "nothing");
  EXPECT_EQ(Says(connection.TryReceiveBytes(2)), "OSError: bad message length");
  EXPECT_FALSE(connection.readable());
}

// Over a socket and over a pipe, whose descriptors block.
TEST(NonblockingConnectionTest, KeepsWhatThePeerDoesNotTakeYet) {
  for (const bool duplex : {true, false}) {
    std::pair<Connection, Connection> ends = Pipe(duplex).value();
    const std::string large(2'000'000, 'l');
    EXPECT_EQ(ends.second.TrySendBytes(large).value(), false);
    EXPECT_TRUE(ends.second.has_unsent());
    EXPECT_EQ(ends.second.TrySendBytes("next").value(), false);
    EXPECT_EQ(ends.second.Flush().value(), false);
    std::vector<std::string> received;
    while (received.size() < 2) {
      const absl::StatusOr<std::optional<std::string>> message = ends.first.TryReceiveBytes();
      ASSERT_THAT(message, Succeeds());
      if (message->has_value()) received.push_back(**message);
      ASSERT_THAT(ends.second.Flush(), Succeeds());
    }
    EXPECT_EQ(received[0], large);
    EXPECT_EQ(received[1], "next");
    EXPECT_FALSE(ends.second.has_unsent());
    EXPECT_EQ(ends.second.Flush().value(), true);
  }
}

TEST(NonblockingConnectionTest, APollerSeesWhatIsLeft) {
  std::pair<Connection, Connection> ends = Pipe().value();
  std::unique_ptr<Poller> poller = NewPoller().value();
  ASSERT_THAT(poller->Register(*ends.second.fileno(), Interest::kReadable), Succeeds());
  ASSERT_THAT(ends.first.SendBytes("one"), Succeeds());
  ASSERT_THAT(ends.first.SendBytes("two"), Succeeds());
  Event events[1];
  for (const char* expected : {"one", "two"}) {
    EXPECT_EQ(poller->Wait(events, absl::InfiniteDuration()).value(), 1);
    EXPECT_EQ(Says(ends.second.TryReceiveBytes()), expected);
  }
  EXPECT_EQ(poller->Wait(events, absl::ZeroDuration()).value(), 0);
}

PendingHandshake Begin(Connection connection, HandshakeRole role, absl::string_view key) {
  return PendingHandshake::Begin(std::move(connection), role, key, Digests::kAny).value();
}

TEST(PendingHandshakeTest, TwoInOneThread) {
  std::pair<Connection, Connection> ends = Pipe().value();
  PendingHandshake listener = Begin(std::move(ends.first), HandshakeRole::kListener, "key");
  PendingHandshake client = Begin(std::move(ends.second), HandshakeRole::kClient, "key");
  for (bool done = false; !done;) {
    const absl::StatusOr<bool> of_client = client.Continue();
    ASSERT_THAT(of_client, Succeeds());
    const absl::StatusOr<bool> of_listener = listener.Continue();
    ASSERT_THAT(of_listener, Succeeds());
    done = *of_client && *of_listener;
  }
  Connection connection = client.Take();
  EXPECT_EQ(connection.peer().oldest(), 312);
  ASSERT_THAT(connection.SendBytes("hello"), Succeeds());
  EXPECT_EQ(Says(listener.Take().TryReceiveBytes()), "hello");
}

TEST(PendingHandshakeTest, RefusesALongMessageBeforeItIsRead) {
  SocketPair pair;
  PendingHandshake listener =
      Begin(Connection::Of(pair.near.release()).value(), HandshakeRole::kListener, "key");
  WriteText(pair.far.get(), {"\0\0\1\1", 4});  // 257 bytes
  EXPECT_EQ(someos::Says(listener.Continue().status()), "OSError: bad message length");
}

TEST(PendingHandshakeTest, APeerThatCloses) {
  SocketPair pair;
  PendingHandshake client =
      Begin(Connection::Of(pair.near.release()).value(), HandshakeRole::kClient, "key");
  EXPECT_EQ(client.Continue().value(), false);
  pair.far.reset();
  EXPECT_EQ(someos::Says(client.Continue().status()), "EOFError: ");
}

TEST(PendingHandshakeTest, APeerThatSendsAByteNowAndThenDoesNotExtendTheTimeout) {
  SocketPair pair;
  PendingHandshake client =
      Begin(Connection::Of(pair.near.release()).value(), HandshakeRole::kClient, "key");
  WriteText(pair.far.get(), {"\0\0\0\xff", 4});
  std::atomic<bool> over = false;
  std::thread dripping([&] {
    for (int i = 0; i < 255 && !over; ++i) {
      WriteText(pair.far.get(), "x");
      absl::SleepFor(absl::Milliseconds(20));
    }
  });
  EXPECT_EQ(someos::Says(client.Finish(absl::Milliseconds(200))),
            "TimeoutError: handshake: timed out");
  over = true;
  dripping.join();
}

TEST(PendingHandshakeTest, TellsThePeerThatItHasFailed) {
  SocketPair pair;
  PendingHandshake listener =
      Begin(Connection::Of(pair.near.release()).value(), HandshakeRole::kListener, "key");
  ReadAvailable(pair.far.get());
  WriteText(pair.far.get(), {"\0\0\0\x10"
                             "0123456789abcdef",
                             20});
  EXPECT_EQ(someos::Says(listener.Continue().status()),
            "AuthenticationError: digest received was wrong");
  EXPECT_EQ(ReadAvailable(pair.far.get()), std::string("\0\0\0\x09#FAILURE#", 13));
}

}  // namespace
}  // namespace someos::multiprocessing
