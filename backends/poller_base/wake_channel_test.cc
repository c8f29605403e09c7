#include "someos/backends/poller_base/wake_channel.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "someos/testing/open_descriptors.h"

namespace someos::poller_base {
namespace {

bool IsReadable(const WakeChannel& channel) {
  pollfd one = {channel.fd(), POLLIN, 0};
  return poll(&one, 1, 0) == 1;
}

// The descriptors that were opened since `before`.
std::vector<int> OpenedSince(const std::set<int>& before) {
  std::vector<int> opened;
  for (const int fd : OpenDescriptors()) {
    if (before.count(fd) == 0) opened.push_back(fd);
  }
  return opened;
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

// Kernels on which only a write to an empty pipe makes an edge need it so.
TEST(WakeChannelPipeTest, IsEmptyAfterADrainForEdges) {
  const absl::StatusOr<WakeChannel> channel = WakeChannel::CreatePipe();
  ASSERT_TRUE(channel.ok()) << channel.status();
  channel->Signal();
  channel->Signal();
  channel->DrainForEdges();
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

TEST_P(WakeChannelTest, ASignalToAFullOneIsAWrite) {
  const std::set<int> before = OpenDescriptors();
  const absl::StatusOr<WakeChannel> channel = GetParam()();
  ASSERT_TRUE(channel.ok()) << channel.status();
  const uint64_t most = UINT64_MAX - 1;  // of an eventfd
  for (const int end : OpenedSince(before)) {
    while (write(end, &most, sizeof(most)) > 0) {
    }
  }
  EXPECT_EQ(channel->Signal(), 0);
  EXPECT_TRUE(IsReadable(*channel));
  char buffer[16];
  EXPECT_EQ(read(channel->fd(), buffer, sizeof(buffer)), 8);
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

TEST_P(WakeChannelTest, EachEndIsCloseOnExecAndDoesNotBlock) {
  const std::set<int> before = OpenDescriptors();
  const absl::StatusOr<WakeChannel> channel = GetParam()();
  ASSERT_TRUE(channel.ok()) << channel.status();
  const std::vector<int> ends = OpenedSince(before);
  EXPECT_EQ(std::count(ends.begin(), ends.end(), channel->fd()), 1);
  for (const int end : ends) {
    EXPECT_EQ(fcntl(end, F_GETFD), FD_CLOEXEC) << end;
    EXPECT_TRUE(fcntl(end, F_GETFL) & O_NONBLOCK) << end;
  }
}

TEST_P(WakeChannelTest, ASignalTravelsWithTheChannel) {
  const std::set<int> before = OpenDescriptors();
  absl::StatusOr<WakeChannel> first = GetParam()();
  ASSERT_TRUE(first.ok()) << first.status();
  const size_t ends = OpenedSince(before).size();
  const int fd = first->fd();
  first->Signal();
  {
    WakeChannel second = *std::move(first);
    EXPECT_EQ(second.fd(), fd);
    EXPECT_TRUE(IsReadable(second));
    absl::StatusOr<WakeChannel> third = GetParam()();
    ASSERT_TRUE(third.ok()) << third.status();
    third->Signal();
    *third = std::move(second);
    EXPECT_EQ(third->fd(), fd);
    // What the third one had is closed, and nothing else.
    EXPECT_EQ(OpenedSince(before).size(), ends);
    EXPECT_TRUE(IsReadable(*third));
    third->Drain();
    EXPECT_FALSE(IsReadable(*third));
    EXPECT_EQ(third->Signal(), 0);
    EXPECT_TRUE(IsReadable(*third));
  }
  EXPECT_TRUE(OpenedSince(before).empty());
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, WakeChannelTest,
    testing::Values(+[] { return WakeChannel::Create(); }, WakeChannel::CreatePipe));

}  // namespace
}  // namespace someos::poller_base
