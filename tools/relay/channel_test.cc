#include "someos/tools/relay/channel.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "someos/tools/relay/demo/pattern.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/statistics.h"

namespace someos::relay {
namespace {

using Failure = Channel::Failure;

// A channel between two socket pairs: what is written to `before` comes out at `after`.
class ChannelTest : public ::testing::Test {
 protected:
  ChannelTest() {
    signal(SIGPIPE, SIG_IGN);
    Pair(&before_, &source_);
    Pair(&sink_, &after_);
  }

  static void Pair(Socket* one, Socket* other) {
    int fds[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    for (int fd : fds) ASSERT_EQ(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    *one = Socket(fds[0]);
    *other = Socket(fds[1]);
  }

  Failure Pump() { return channel_.Pump(source_.fd(), sink_.fd(), Buffers()); }
  Channel::Buffers Buffers() { return {absl::MakeSpan(scratch_), /*pipes=*/nullptr}; }
  Failure Flush() { return channel_.Flush(sink_.fd()); }

  // Sends `data`, or what fits of it, and returns how much did.
  static size_t Write(const Socket& socket, absl::string_view data) {
    const ssize_t sent = send(socket.fd(), data.data(), data.size(), 0);
    return sent < 0 ? 0 : sent;
  }

  // All that has arrived at `after`.
  std::string Arrived() {
    std::string arrived;
    char buffer[4096];
    ssize_t received;
    while ((received = recv(after_.fd(), buffer, sizeof(buffer), 0)) > 0) {
      arrived.append(buffer, received);
    }
    return arrived;
  }

  // Fills the sink until it takes nothing more, and returns what was put there.
  std::string FillSink() {
    std::string filling;
    while (Write(sink_, "x") == 1) filling += 'x';
    return filling;
  }

  Socket before_, source_, sink_, after_;
  Traffic traffic_;
  Channel channel_{&traffic_};
  char scratch_[16 * 1024];
};

TEST_F(ChannelTest, PassesOn) {
  ASSERT_EQ(Write(before_, "hello"), 5);
  EXPECT_TRUE(channel_.reading());
  EXPECT_EQ(Pump(), Failure::kNone);
  EXPECT_EQ(Arrived(), "hello");
  EXPECT_TRUE(channel_.reading());
  EXPECT_FALSE(channel_.flushing());
  EXPECT_EQ(traffic_.bytes, 5);
  EXPECT_EQ(traffic_.reads, 1);
  EXPECT_EQ(traffic_.stalls, 0);
}

TEST_F(ChannelTest, NothingToReadIsNoFailure) {
  EXPECT_EQ(Pump(), Failure::kNone);
  EXPECT_TRUE(channel_.reading());
  EXPECT_EQ(traffic_.reads, 0);
}

TEST_F(ChannelTest, EndsWithTheSource) {
  before_.Close();
  EXPECT_EQ(Pump(), Failure::kNone);
  EXPECT_TRUE(channel_.ended());
  EXPECT_FALSE(channel_.reading());
}

TEST_F(ChannelTest, HoldsWhatTheSinkDoesNotTake) {
  std::string expected = FillSink();
  ASSERT_EQ(Write(before_, "later"), 5);
  EXPECT_EQ(Pump(), Failure::kNone);
  EXPECT_TRUE(channel_.flushing());
  EXPECT_FALSE(channel_.reading());
  EXPECT_EQ(traffic_.stalls, 1);

  EXPECT_EQ(Flush(), Failure::kNone);
  EXPECT_TRUE(channel_.flushing());
  EXPECT_EQ(Arrived(), expected);
  EXPECT_EQ(Flush(), Failure::kNone);
  EXPECT_TRUE(channel_.reading());
  EXPECT_EQ(Arrived(), "later");
}

TEST_F(ChannelTest, EndsOnlyWhenAllIsWritten) {
  FillSink();
  ASSERT_EQ(Write(before_, "last"), 4);
  before_.Close();
  EXPECT_EQ(Pump(), Failure::kNone);
  channel_.EndSource();
  EXPECT_FALSE(channel_.ended());
  EXPECT_TRUE(channel_.flushing());
  Arrived();
  EXPECT_EQ(Flush(), Failure::kNone);
  EXPECT_TRUE(channel_.ended());
  EXPECT_EQ(Arrived(), "last");
}

TEST_F(ChannelTest, EveryByteThroughANarrowSink) {
  constexpr size_t kTotal = 1 << 20;
  std::string data(kTotal, '\0');
  const Pattern pattern(/*seed=*/3);
  pattern.Fill(0, absl::MakeSpan(&data[0], data.size()));
  size_t written = 0;
  std::string arrived;
  while (arrived.size() < kTotal) {
    written += Write(before_, absl::string_view(data).substr(written));
    // The sink is emptied only when it is full, so each way of the channel is taken many times.
    ASSERT_EQ(channel_.flushing() ? Flush() : Pump(), Failure::kNone);
    if (channel_.flushing() || written == kTotal) arrived += Arrived();
  }
  EXPECT_TRUE(pattern.Matches(0, arrived));
  EXPECT_EQ(traffic_.bytes, kTotal);
  EXPECT_GT(traffic_.stalls, 0);
}

TEST_F(ChannelTest, TellsWhichSideIsBroken) {
  ASSERT_EQ(Write(before_, "lost"), 4);
  after_.Close();
  EXPECT_EQ(Pump(), Failure::kSink);
  channel_.Abandon();
  EXPECT_TRUE(channel_.ended());

  Channel other(&traffic_);
  EXPECT_EQ(other.Pump(/*source=*/-1, sink_.fd(), Buffers()), Failure::kSource);
}

TEST_F(ChannelTest, SinkThatBreaksWhileFlushing) {
  FillSink();
  ASSERT_EQ(Write(before_, "lost"), 4);
  ASSERT_EQ(Pump(), Failure::kNone);
  ASSERT_TRUE(channel_.flushing());
  after_.Close();
  EXPECT_EQ(Flush(), Failure::kSink);
  channel_.Abandon();
  EXPECT_TRUE(channel_.ended());
  EXPECT_FALSE(channel_.flushing());
}

}  // namespace
}  // namespace someos::relay
