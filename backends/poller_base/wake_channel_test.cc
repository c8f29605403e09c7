#include "someos/backends/poller_base/wake_channel.h"

#include <fcntl.h>
#include <poll.h>

#include <cerrno>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"

namespace someos::poller_base {
namespace {

bool IsReadable(const WakeChannel& channel) {
  pollfd one = {channel.fd(), POLLIN, 0};
  return poll(&one, 1, 0) == 1;
}

class WakeChannelTest : public testing::TestWithParam<absl::StatusOr<WakeChannel> (*)()> {};

TEST_P(WakeChannelTest, ASignalMakesItReadableUntilItIsDrained) {
  const absl::StatusOr<WakeChannel> channel = GetParam()();
  ASSERT_TRUE(channel.ok()) << channel.status();
  EXPECT_FALSE(IsReadable(*channel));
  channel->Signal();
  channel->Signal();
  EXPECT_TRUE(IsReadable(*channel));
  channel->Drain();
  EXPECT_FALSE(IsReadable(*channel));
}

TEST_P(WakeChannelTest, AnyNumberOfSignalsNeitherBlocksNorStaysBehind) {
  const absl::StatusOr<WakeChannel> channel = GetParam()();
  ASSERT_TRUE(channel.ok()) << channel.status();
  for (int i = 0; i < 100'000; ++i) channel->Signal();  // more than a pipe holds
  EXPECT_TRUE(IsReadable(*channel));
  channel->Drain();
  EXPECT_FALSE(IsReadable(*channel));
}

TEST_P(WakeChannelTest, LeavesErrnoAlone) {
  const absl::StatusOr<WakeChannel> channel = GetParam()();
  ASSERT_TRUE(channel.ok()) << channel.status();
  errno = ERANGE;
  channel->Drain();  // meets EAGAIN
  EXPECT_EQ(errno, ERANGE);
  for (int i = 0; i < 100'000; ++i) channel->Signal();  // so does a pipe that is full
  EXPECT_EQ(errno, ERANGE);
}

TEST_P(WakeChannelTest, IsCloseOnExec) {
  const absl::StatusOr<WakeChannel> channel = GetParam()();
  ASSERT_TRUE(channel.ok()) << channel.status();
  EXPECT_EQ(fcntl(channel->fd(), F_GETFD), FD_CLOEXEC);
}

INSTANTIATE_TEST_SUITE_P(Kinds, WakeChannelTest,
                         testing::Values(WakeChannel::Create, WakeChannel::CreatePipe));

}  // namespace
}  // namespace someos::poller_base
