#include "someos/backends/epoll/epoll_set.h"

#include <fcntl.h>
#include <sys/epoll.h>

#include <cerrno>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/interest.h"
#include "someos/backends/epoll/epoll_system.h"
#include "someos/backends/poller_base/wake_channel.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

using poller_base::WakeChannel;
using testing::ElementsAre;
using testing::IsEmpty;

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) != -1; }

// The tags of what the set has to report now.
std::vector<uint64_t> TagsNow(const EpollSet& set) {
  epoll_event events[8];
  const int count = MustSucceed(epoll_wait(set.fd(), events, 8, 0), "epoll_wait");
  std::vector<uint64_t> tags;
  for (int i = 0; i < count; ++i) tags.push_back(uint64_t{events[i].data.u64});
  return tags;
}

class EpollSetTest : public testing::Test {
 protected:
  EpollSet NewSet(const EpollSystem& system = RealEpollSystem()) const {
    return EpollSet::Create("test", system, wake_channel_).value();
  }

  const WakeChannel wake_channel_ = WakeChannel::Create().value();
  const uint64_t wake_tag_ = EpollSet::WakeTag(wake_channel_);
  const Pipe pipe_;
};

TEST_F(EpollSetTest, IsCloseOnExec) { EXPECT_TRUE(IsCloseOnExec(NewSet().fd())); }

TEST_F(EpollSetTest, ReportsEachSignalOfTheWakeChannelOnce) {
  const EpollSet set = NewSet();
  EXPECT_THAT(TagsNow(set), IsEmpty());
  for (int i = 0; i < 3; ++i) {
    wake_channel_.Signal();
    EXPECT_THAT(TagsNow(set), ElementsAre(wake_tag_));
    EXPECT_THAT(TagsNow(set), IsEmpty());
  }
}

TEST_F(EpollSetTest, AnswersWithTheErrno) {
  const EpollSet set = NewSet();
  const int fd = pipe_.reader.get();
  EXPECT_EQ(set.Modify(fd, Interest::kReadable, Trigger::kLevel, 7), ENOENT);
  EXPECT_EQ(set.Remove(fd), ENOENT);
  EXPECT_EQ(set.Add(fd, Interest::kReadable, Trigger::kLevel, 7), 0);
  EXPECT_EQ(set.Add(fd, Interest::kReadable, Trigger::kLevel, 7), EEXIST);
  EXPECT_EQ(set.Modify(fd, Interest::kReadable, Trigger::kLevel, 8), 0);
  WriteText(pipe_.writer.get(), "x");
  EXPECT_THAT(TagsNow(set), ElementsAre(8u));
  EXPECT_EQ(set.Remove(fd), 0);
  EXPECT_THAT(TagsNow(set), IsEmpty());
}

TEST_F(EpollSetTest, MovesWithWhatItHasReported) {
  const Pipe fired, edge;
  EpollSet source = NewSet();
  ASSERT_EQ(source.Add(fired.reader.get(), Interest::kReadable, Trigger::kOneShot, 1), 0);
  ASSERT_EQ(source.Add(edge.reader.get(), Interest::kReadable, Trigger::kEdge, 2), 0);
  ASSERT_EQ(source.Add(pipe_.reader.get(), Interest::kReadable, Trigger::kLevel, 3), 0);
  WriteText(fired.writer.get(), "x");
  WriteText(edge.writer.get(), "x");
  ASSERT_EQ(TagsNow(source).size(), 2u);
  wake_channel_.Signal();
  EpollSet target = NewSet();
  ASSERT_THAT(TagsNow(target), ElementsAre(wake_tag_));
  target = std::move(source);
  EXPECT_THAT(TagsNow(target), ElementsAre(wake_tag_));
  EXPECT_THAT(TagsNow(target), IsEmpty());
  WriteText(pipe_.writer.get(), "x");
  EXPECT_THAT(TagsNow(target), ElementsAre(3u));
  EXPECT_EQ(target.Modify(fired.reader.get(), Interest::kReadable, Trigger::kOneShot, 4), 0);
  EXPECT_THAT(TagsNow(target), testing::UnorderedElementsAre(3u, 4u));
}

TEST_F(EpollSetTest, MovingClosesWhatTheTargetHadOnce) {
  EpollSet target = NewSet();
  const int replaced = target.fd();
  int moved;
  ScopedFd reuse;
  {
    EpollSet source = NewSet();
    moved = source.fd();
    target = std::move(source);
    EXPECT_EQ(source.fd(), -1);  // NOLINT(bugprone-use-after-move)
    ASSERT_FALSE(IsOpen(replaced));
    reuse = ScopedFd(MustSucceed(fcntl(pipe_.reader.get(), F_DUPFD_CLOEXEC, replaced), "fcntl"));
    ASSERT_EQ(reuse.get(), replaced);
  }
  EXPECT_TRUE(IsOpen(moved)) << "closed by the source";
  {
    const EpollSet last = std::move(target);
  }
  EXPECT_FALSE(IsOpen(moved));
  EXPECT_TRUE(IsOpen(replaced)) << "closed once more";
}

TEST_F(EpollSetTest, GivesUpTheLowerOfTwoNumbers) {
  EpollSet set = NewSet();
  EXPECT_FALSE(set.GiveUpNumber());
  ASSERT_EQ(set.Add(pipe_.reader.get(), Interest::kReadable, Trigger::kLevel, 7), 0);
  const int lower = set.fd();
  const auto before = OpenDescriptors();
  set.Reserve(-1);
  set.Reserve(-1);
  EXPECT_EQ(OpenDescriptors().size(), before.size() + 1);
  EXPECT_TRUE(set.GiveUpNumber());
  EXPECT_FALSE(IsOpen(lower));
  EXPECT_GT(set.fd(), lower);
  EXPECT_TRUE(IsCloseOnExec(set.fd()));
  WriteText(pipe_.writer.get(), "x");
  EXPECT_THAT(TagsNow(set), ElementsAre(7u));

  const int higher = set.fd();
  set.Reserve(-1);
  EXPECT_TRUE(IsOpen(lower));
  EXPECT_TRUE(set.GiveUpNumber());
  EXPECT_FALSE(IsOpen(lower));
  EXPECT_EQ(set.fd(), higher);

  set.Reserve(/*freed=*/lower);
  EXPECT_FALSE(IsOpen(lower));
  EXPECT_TRUE(set.GiveUpNumber());
}

int controls;

TEST_F(EpollSetTest, MovesTogetherWithItsSystem) {
  EpollSystem counting = RealEpollSystem();
  counting.control = [](int epoll_fd, int operation, int fd, epoll_event* event) {
    ++controls;
    return epoll_ctl(epoll_fd, operation, fd, event);
  };
  EpollSet target = NewSet();
  target = NewSet(counting);
  controls = 0;
  EXPECT_EQ(target.Add(pipe_.reader.get(), Interest::kReadable, Trigger::kLevel, 1), 0);
  EXPECT_EQ(target.Remove(pipe_.reader.get()), 0);
  EXPECT_EQ(controls, 2);
}

// The system may have refused the set itself, or the wake channel; nothing is left open.
TEST_F(EpollSetTest, ACreationThatFailsLeavesNothingBehind) {
  EpollSystem full = RealEpollSystem();
  full.control = [](int, int, int, epoll_event*) {
    errno = ENOSPC;
    return -1;
  };
  const auto before = OpenDescriptors();
  EXPECT_FALSE(EpollSet::Create("test", full, wake_channel_).ok());
  EXPECT_EQ(OpenDescriptors(), before);
}

}  // namespace
}  // namespace someos
