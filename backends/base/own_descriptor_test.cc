#include "someos/backends/base/own_descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <optional>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"

#ifdef __linux__
#include <sys/syscall.h>
#endif

namespace someos::base {
namespace {

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) != -1; }

// A pipe's end, whose file has an inode number where pipes have one.
int NewFile() {
  int ends[2];
  MustSucceed(pipe(ends), "pipe");
  close(ends[1]);
  return ends[0];
}

// Whether a child can tell that a number still names its parent's file.
bool ChildrenCanTell() {
  const OwnDescriptor own = OwnDescriptor::Take(NewFile());
  const pid_t child = MustSucceed(fork(), "fork");
  if (child == 0) _exit(own.IsUnchanged() ? 0 : 1);
  int status = -1;
  MustSucceed(waitpid(child, &status, 0), "waitpid");
  return status == 0;
}

TEST(OwnDescriptorTest, IsClosedWithItsOwner) {
  int number;
  {
    const OwnDescriptor own = OwnDescriptor::Take(NewFile());
    number = own.get();
    EXPECT_TRUE(own.IsUnchanged());
    EXPECT_TRUE(IsOpen(number));
  }
  EXPECT_FALSE(IsOpen(number));
}

TEST(OwnDescriptorTest, MovesWithItsOwnership) {
  OwnDescriptor first = OwnDescriptor::Take(NewFile());
  OwnDescriptor second = OwnDescriptor::Take(NewFile());
  const int kept = first.get(), closed = second.get();
  second = std::move(first);
  EXPECT_EQ(second.get(), kept);
  EXPECT_TRUE(IsOpen(kept));
  EXPECT_FALSE(IsOpen(closed));
  const OwnDescriptor third = std::move(second);
  EXPECT_TRUE(third.IsUnchanged());
  EXPECT_TRUE(IsOpen(kept));
}

TEST(OwnDescriptorTest, KeepsTheErrnoOfAFailedCall) {
  errno = EMFILE;
  const OwnDescriptor none = OwnDescriptor::Take(-1);
  EXPECT_FALSE(none.valid());
  EXPECT_FALSE(none.IsUnchanged());
  EXPECT_EQ(errno, EMFILE);
}

TEST(OwnDescriptorTest, IsAboveTheStandardStreams) {
  ExpectInChild([] {
    for (int standard = 0; standard <= 2; ++standard) close(standard);
    std::vector<OwnDescriptor> all;
    for (int i = 0; i < 4; ++i) {
      const int low = MustSucceed(open("/dev/null", O_RDONLY | O_CLOEXEC), "open");
      EXPECT_EQ(low, 0);
      all.push_back(OwnDescriptor::Take(low));
      EXPECT_GT(all.back().get(), 2);
      EXPECT_EQ(fcntl(all.back().get(), F_GETFD), FD_CLOEXEC);
      EXPECT_FALSE(IsOpen(0));
    }
  });
}

TEST(OwnDescriptorTest, ClosesWhatAChildHasInherited) {
  if (!ChildrenCanTell()) GTEST_SKIP() << "children cannot compare files with their parent's";
  std::optional<OwnDescriptor> own = OwnDescriptor::Take(NewFile());
  const int number = own->get();
  ExpectInChild([&] {
    own.reset();
    EXPECT_FALSE(IsOpen(number));
  });
  EXPECT_TRUE(IsOpen(number));
}

TEST(OwnDescriptorTest, LeavesTheFilesOfAChildAlone) {
  std::optional<OwnDescriptor> own = OwnDescriptor::Take(NewFile());
  ExpectInChild([&] {
    const int number = own->get();
    const ScopedFd file(NewFile());
    MustSucceed(dup2(file.get(), number), "dup2");
    errno = ERANGE;
    own.reset();
    EXPECT_EQ(errno, ERANGE);
    EXPECT_TRUE(IsOpen(number));
  });
  ExpectInChild([&] {
    const int number = own->get();
    close(number);
    own.reset();
    EXPECT_FALSE(IsOpen(number));
  });
}

// The parent whose file it was is not there to compare with.
TEST(OwnDescriptorTest, IsLeftAloneByAGrandchild) {
  std::optional<OwnDescriptor> own = OwnDescriptor::Take(NewFile());
  const int number = own->get();
  ExpectInChild([&] {
    ExpectInChild([&] {
      own.reset();
      EXPECT_TRUE(IsOpen(number));
    });
  });
}

TEST(OwnDescriptorTest, IsClosedOnceItIsConfirmed) {
  std::optional<OwnDescriptor> own = OwnDescriptor::Take(NewFile());
  const int number = own->get();
  ExpectInChild([&] {
    ExpectInChild([&] {
      own->Confirm();
      own.reset();
      EXPECT_FALSE(IsOpen(number));
    });
  });
}

TEST(OwnDescriptorTest, IsLeftAloneInATableSharedWithTheParent) {
#if defined(__linux__) && defined(SYS_clone)
  std::optional<OwnDescriptor> own = OwnDescriptor::Take(NewFile());
  const int number = own->get();
  constexpr long kShareDescriptors = 0x400;  // CLONE_FILES
  const long child = syscall(SYS_clone, SIGCHLD | kShareDescriptors, 0, 0, 0, 0);
  if (child == 0) {
    own.reset();
    _exit(0);
  }
  if (child < 0) GTEST_SKIP() << "no child may share descriptors alone, as in qemu's user mode";
  MustSucceed(waitpid(static_cast<pid_t>(child), nullptr, 0), "waitpid");
  EXPECT_TRUE(IsOpen(number));
#else
  GTEST_SKIP() << "this system has no clone(2)";
#endif
}

}  // namespace
}  // namespace someos::base
