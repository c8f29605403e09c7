#include "someos/backends/base/owned_fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "gtest/gtest.h"

namespace someos::base {
namespace {

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) != -1; }

TEST(OwnedFdTest, ClosesAtTheEnd) {
  const int fd = dup(0);
  {
    const OwnedFd owned(fd);
    EXPECT_TRUE(owned.valid());
    EXPECT_TRUE(IsOpen(fd));
  }
  EXPECT_FALSE(IsOpen(fd));
}

TEST(OwnedFdTest, MovingHandsTheDescriptorOver) {
  const int fd = dup(0);
  OwnedFd first(fd);
  OwnedFd second(std::move(first));
  EXPECT_FALSE(first.valid());
  EXPECT_EQ(second.get(), fd);
  OwnedFd third(dup(0));
  const int replaced = third.get();
  third = std::move(second);
  EXPECT_EQ(third.get(), fd);
  EXPECT_FALSE(IsOpen(replaced));
  EXPECT_TRUE(IsOpen(fd));
}

TEST(OwnedFdTest, AMovedFromOneClosesNothing) {
  const int fd = dup(0);
  OwnedFd target(dup(0));
  {
    OwnedFd source(fd);
    target = std::move(source);
    EXPECT_FALSE(source.valid());  // NOLINT(bugprone-use-after-move)
    source.Reset();
    EXPECT_TRUE(IsOpen(fd));
    source = OwnedFd(dup(0));  // and may hold another one
    EXPECT_TRUE(source.valid());
  }
  EXPECT_TRUE(IsOpen(fd));
  {
    const OwnedFd constructed(std::move(target));
  }
  EXPECT_FALSE(IsOpen(fd));
  // The number is another file's now, which nobody here owns.
  ASSERT_EQ(fcntl(0, F_DUPFD, fd), fd);
  target.Reset();
  EXPECT_TRUE(IsOpen(fd));
  close(fd);
}

TEST(OwnedFdTest, MovingToItselfChangesNothing) {
  const int fd = dup(0);
  OwnedFd owned(fd);
  OwnedFd& itself = owned;
  owned = std::move(itself);
  EXPECT_EQ(owned.get(), fd);
  EXPECT_TRUE(IsOpen(fd));
}

TEST(OwnedFdTest, ResetClosesTheOldAndHoldsTheNew) {
  const int first = dup(0);
  const int second = dup(0);
  OwnedFd owned(first);
  owned.Reset(second);
  EXPECT_FALSE(IsOpen(first));
  EXPECT_EQ(owned.get(), second);
  owned.Reset();
  EXPECT_FALSE(IsOpen(second));
  EXPECT_FALSE(owned.valid());
}

TEST(OwnedFdTest, LeavesErrnoAlone) {
  OwnedFd gone(dup(0));
  close(gone.get());
  errno = ERANGE;
  gone.Reset();  // meets EBADF
  EXPECT_EQ(errno, ERANGE);
}

// Zero is a descriptor, which the process that has closed its standard input is given next.
TEST(OwnedFdTest, ZeroIsADescriptor) {
  const OwnedFd standard_input(dup(0));
  close(0);
  OwnedFd zero(dup(standard_input.get()));
  ASSERT_EQ(zero.get(), 0);
  EXPECT_TRUE(zero.valid());
  OwnedFd moved(std::move(zero));
  EXPECT_FALSE(zero.valid());
  EXPECT_TRUE(moved.valid());
  moved.Reset();
  EXPECT_FALSE(IsOpen(0));
  EXPECT_FALSE(moved.valid());
  EXPECT_EQ(dup(standard_input.get()), 0);
}

TEST(OwnedFdTest, MinusOneIsNone) {
  const OwnedFd none, other_none(-1);
  EXPECT_FALSE(none.valid());
  EXPECT_FALSE(other_none.valid());
}

TEST(OwnedFdTest, ReleaseLeavesItOpen) {
  OwnedFd owned(dup(0));
  const int fd = owned.Release();
  EXPECT_FALSE(owned.valid());
  EXPECT_TRUE(IsOpen(fd));
  close(fd);
}

}  // namespace
}  // namespace someos::base
