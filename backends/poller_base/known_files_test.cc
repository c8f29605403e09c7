#include "someos/backends/poller_base/known_files.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <functional>
#include <set>
#include <vector>

#ifdef __linux__
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <time.h>
#endif

#include "gtest/gtest.h"
#include "someos/api/interest.h"
#include "someos/backends/poller_base/known_files_system.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/temporary_file.h"

namespace someos::poller_base {
namespace {

// The errno with which each call fails; 0: it is made.
struct Refusals {
  int create = 0;
  int add = 0;
  int modify = 0;
  int compare = 0;
};
Refusals refusals;
int additions = 0;
int removals = 0;

int Refuse(int error) {
  errno = error;
  return -1;
}

const KnownFilesSystem kRefusing = {
    [] { return refusals.create != 0 ? Refuse(refusals.create) : RealKnownFilesSystem().create(); },
    [](int set, int fd) {
      ++additions;
      return refusals.add != 0 ? Refuse(refusals.add) : RealKnownFilesSystem().add(set, fd);
    },
    [](int set, int fd) {
      return refusals.modify != 0 ? Refuse(refusals.modify)
                                  : RealKnownFilesSystem().modify(set, fd);
    },
    [](int set, int fd) {
      ++removals;
      return RealKnownFilesSystem().remove(set, fd);
    },
    [](int set, int number, uint32_t position, int fd) {
      return refusals.compare != 0 ? Refuse(refusals.compare)
                                   : RealKnownFilesSystem().compare(set, number, position, fd);
    },
};

// With the set, and without.
class KnownFilesTest : public testing::TestWithParam<const KnownFilesSystem*> {
 protected:
  ~KnownFilesTest() override { refusals = Refusals(); }

  int Add(int fd, bool known = false) { return files_.Add(fd, known, Interest::kReadable); }

  KnownFiles files_{*GetParam()};
};

// With the set, where there is one.
class KnownFilesSetTest : public testing::Test {
 protected:
  void SetUp() override {
    const ScopedFd set(RealKnownFilesSystem().create());
    if (set.get() < 0) GTEST_SKIP() << "this system has no epoll";
  }
  ~KnownFilesSetTest() override { refusals = Refusals(); }

  int Add(int fd, bool known = false) { return files_.Add(fd, known, Interest::kReadable); }

  KnownFiles files_{kRefusing};
};

INSTANTIATE_TEST_SUITE_P(, KnownFilesTest,
                         testing::Values(&RealKnownFilesSystem(), &NoKnownFilesSystem()),
                         [](const auto& info) {
                           return info.param == &RealKnownFilesSystem() ? "Set" : "Digests";
                         });

TEST_P(KnownFilesTest, TheSameFileIsTheSame) {
  const SocketPair pair;
  const ScopedFd file = TemporaryFile();
  for (const int fd : {pair.near.get(), file.get()}) {
    EXPECT_EQ(Add(fd), 0);
    EXPECT_EQ(Add(fd, /*known=*/true), EEXIST);
    EXPECT_EQ(files_.Check(fd), 0);
    files_.Remove(fd);
    EXPECT_EQ(Add(fd), 0);
    EXPECT_EQ(files_.Check(fd), 0);
  }
}

TEST_P(KnownFilesTest, AnotherFileIsAnother) {
  std::vector<SocketPair> pairs(4);
  const ScopedFd files[] = {TemporaryFile(), TemporaryFile(), TemporaryFile(), TemporaryFile()};
  const struct {
    const ScopedFd& old;
    const ScopedFd& young;
  } kinds[] = {{pairs[0].near, pairs[1].near},
               {files[0], files[1]},
               {pairs[2].near, files[2]},
               {files[3], pairs[3].near}};
  for (const auto& [old, young] : kinds) {
    const int fd = old.get();
    EXPECT_EQ(Add(fd), 0);
    GiveNumber(old, young);
    EXPECT_EQ(files_.Check(fd), ENOENT);
    EXPECT_EQ(files_.Check(fd), ENOENT) << "it was remembered by the check";
    EXPECT_EQ(Add(fd, /*known=*/true), 0);
    EXPECT_EQ(files_.Check(fd), 0);
    EXPECT_EQ(Add(fd, /*known=*/true), EEXIST);
  }
}

TEST_P(KnownFilesTest, AClosedNumberIsClosed) {
  ScopedFd file = TemporaryFile();
  SocketPair pair;
  for (ScopedFd* const one : {&file, &pair.near}) {
    const int fd = one->get();
    EXPECT_EQ(Add(fd), 0);
    one->reset();
    EXPECT_EQ(files_.Check(fd), EBADF);
    EXPECT_EQ(Add(fd, /*known=*/true), EBADF);
    files_.Remove(fd);
    EXPECT_EQ(Add(fd), EBADF);
  }
}

TEST_P(KnownFilesTest, AnUnregisteredFileMayComeBack) {
  const SocketPair pair, other;
  const ScopedFd duplicate = Duplicate(pair.near.get());
  const int fd = pair.near.get();
  EXPECT_EQ(Add(fd), 0);
  GiveNumber(pair.near, other.near);
  files_.Remove(fd);
  GiveNumber(pair.near, duplicate);
  EXPECT_EQ(Add(fd), 0);
  EXPECT_EQ(files_.Check(fd), 0);
}

TEST_P(KnownFilesTest, AChildTellsItsOwnFiles) {
  const SocketPair pairs[2], other;
  SocketPair closed;
  const ScopedFd files[] = {TemporaryFile(), TemporaryFile()};
  for (const int fd : {pairs[0].near.get(), pairs[1].near.get(), closed.near.get(), files[0].get(),
                       files[1].get()}) {
    EXPECT_EQ(Add(fd), 0);
  }
  ExpectInChild([&] {
    const int gone = closed.near.get();
    closed.near.reset();
    GiveNumber(pairs[1].near, other.near);
    GiveNumber(files[1], other.near);
    EXPECT_EQ(files_.CheckInChild(pairs[0].near.get()), 0);
    EXPECT_EQ(files_.CheckInChild(pairs[1].near.get()), ENOENT);
    EXPECT_EQ(files_.CheckInChild(files[0].get()), 0);
    EXPECT_EQ(files_.CheckInChild(files[1].get()), ENOENT);
    EXPECT_EQ(files_.CheckInChild(gone), EBADF);
    files_.Renew();
    EXPECT_EQ(Add(pairs[1].near.get()), 0);
    EXPECT_EQ(files_.Check(pairs[1].near.get()), 0);
    files_.Remove(pairs[1].near.get());
  });
  // What the child did is nothing to the parent.
  for (const int fd : {pairs[0].near.get(), pairs[1].near.get(), closed.near.get()}) {
    EXPECT_EQ(files_.Check(fd), 0);
  }
}

TEST_F(KnownFilesSetTest, AsksTheKernelOnceForEachChange) {
  const SocketPair pair;
  additions = removals = 0;
  EXPECT_EQ(Add(pair.near.get()), 0);
  EXPECT_EQ(files_.Check(pair.near.get()), 0);
  EXPECT_EQ(additions, 2);
  files_.Remove(pair.near.get());
  EXPECT_EQ(removals, 1);
}

TEST_F(KnownFilesSetTest, TheSetIsItsOwnAndCloseOnExec) {
  const std::set<int> before = OpenDescriptors();
  const KnownFiles files(kRefusing);
  int own = 0;
  for (const int fd : OpenDescriptors()) {
    if (before.count(fd) > 0) continue;
    ++own;
    EXPECT_TRUE(files.Owns(fd));
    EXPECT_TRUE(IsCloseOnExec(fd));
  }
  EXPECT_EQ(own, 1);
}

// The parent goes on while its child has not rebuilt: it has closed its side, and may have given
// the number to another file by now.
TEST_F(KnownFilesSetTest, AParentThatRemovesFilesIsNotMistakenForAChildThatClosesThem) {
  const SocketPair pair, other;
  const int fd = pair.near.get();
  EXPECT_EQ(Add(fd), 0);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const ScopedFd reader(ends[0]), writer(ends[1]);
  const pid_t child = fork();
  if (child == 0) {
    char byte;
    if (read(reader.get(), &byte, 1) != 1) _exit(2);
    _exit(files_.CheckInChild(fd));
  }
  files_.Remove(fd);
  GiveNumber(pair.near, other.near);
  EXPECT_EQ(Add(fd), 0);
  ASSERT_EQ(write(writer.get(), "x", 1), 1);
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(KnownFilesSetTest, AChildThatCannotTellTakesItForTheSame) {
  const SocketPair pair, other;
  EXPECT_EQ(Add(pair.near.get()), 0);
  ExpectInChild([&] {
    GiveNumber(pair.near, other.near);
    refusals.compare = EPERM;
    EXPECT_EQ(files_.CheckInChild(pair.near.get()), 0);
  });
}

// The child has closed the number, and a set of its own, which has none of these files, has it now.
TEST_F(KnownFilesSetTest, AChildsOwnSetUnderTheNumberSaysNothing) {
  const SocketPair pair;
  EXPECT_EQ(Add(pair.near.get()), 0);
  ExpectInChild([&] {
    const ScopedFd own(RealKnownFilesSystem().create());
    for (const int fd : OpenDescriptors()) {
      if (files_.Owns(fd)) ASSERT_EQ(dup2(own.get(), fd), fd);
    }
    EXPECT_EQ(files_.CheckInChild(pair.near.get()), 0);
  });
}

TEST_F(KnownFilesSetTest, AnAdditionThatIsRefusedIsMadeByDigest) {
  for (const int error : {ENOSPC, ENOMEM, EPERM, EACCES, ENOSYS, ELOOP, EINVAL}) {
    SCOPED_TRACE(error);
    const SocketPair pair, other;
    const int fd = pair.near.get();
    refusals.add = error;
    EXPECT_EQ(Add(fd), 0);
    EXPECT_EQ(files_.Check(fd), 0);
    EXPECT_EQ(Add(fd, /*known=*/true), EEXIST);
    refusals.add = 0;
    EXPECT_EQ(files_.Check(fd), 0);
    GiveNumber(pair.near, other.near);
    EXPECT_EQ(files_.Check(fd), ENOENT);
    EXPECT_EQ(Add(fd, /*known=*/true), 0);
    EXPECT_EQ(files_.Check(fd), 0);
    files_.Remove(fd);
  }
}

// As by a sandbox that the program enters after it has registered its files.
TEST_F(KnownFilesSetTest, ACheckThatIsRefusedFindsTheSameFile) {
  for (const int error : {EPERM, EACCES, ENOSYS}) {
    SCOPED_TRACE(error);
    const SocketPair pair;
    const int fd = pair.near.get();
    EXPECT_EQ(Add(fd), 0);
    refusals.add = refusals.modify = error;
    EXPECT_EQ(files_.Check(fd), 0);
    const SocketPair later;
    EXPECT_EQ(Add(later.near.get()), 0);
    EXPECT_EQ(files_.Check(later.near.get()), 0);
    refusals = Refusals();
    files_.Remove(fd);
  }
}

TEST_F(KnownFilesSetTest, ACheckThatRunsOutOfMemoryAsksAgain) {
  const SocketPair pair, other;
  const int fd = pair.near.get();
  EXPECT_EQ(Add(fd), 0);
  refusals.add = ENOMEM;
  EXPECT_EQ(files_.Check(fd), 0);
  EXPECT_EQ(Add(fd, /*known=*/true), EEXIST);
  GiveNumber(pair.near, other.near);
  EXPECT_EQ(files_.Check(fd), ENOENT);
}

TEST_F(KnownFilesSetTest, ASetThatIsRefusedIsNotAsked) {
  refusals.create = EMFILE;
  KnownFiles files(kRefusing);
  additions = removals = 0;
  const SocketPair pair;
  EXPECT_EQ(files.Add(pair.near.get(), false, Interest::kReadable), 0);
  EXPECT_EQ(files.Check(pair.near.get()), 0);
  files.Remove(pair.near.get());
  EXPECT_EQ(additions + removals, 0);
  EXPECT_FALSE(files.Owns(3));
}

#ifdef __linux__
// All of these have one inode, and an eventfd gets the id of the one that was closed last.
TEST_F(KnownFilesSetTest, FilesThatLookAlikeAreTold) {
  const std::function<int()> kinds[] = {
      [] { return eventfd(0, EFD_CLOEXEC); },
      [] { return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC); },
      [] { return inotify_init1(IN_CLOEXEC); },
      [] { return epoll_create1(EPOLL_CLOEXEC); },
  };
  for (const auto& make_old : kinds) {
    for (const auto& make_young : kinds) {
      ScopedFd old(make_old());
      const int fd = old.get();
      EXPECT_EQ(Add(fd), 0);
      old.reset();
      const ScopedFd young(make_young());
      ASSERT_EQ(young.get(), fd);
      EXPECT_EQ(files_.Check(fd), ENOENT);
      EXPECT_EQ(Add(fd, /*known=*/true), 0);
      files_.Remove(fd);
    }
  }
}

// It tells a change to the first who asks about it.
TEST_F(KnownFilesSetTest, AFileThatTellsChangesOnceIsNotAsked) {
  const ScopedFd mounts(open("/proc/self/mounts", O_RDONLY | O_CLOEXEC));
  if (mounts.get() < 0) GTEST_SKIP() << "no /proc";
  additions = 0;
  EXPECT_EQ(files_.Add(mounts.get(), false, Interest::kPriority), 0);
  EXPECT_EQ(files_.Check(mounts.get()), 0);
  EXPECT_EQ(files_.Add(mounts.get(), true, Interest::kPriority), EEXIST);
  EXPECT_EQ(additions, 0);
  files_.Remove(mounts.get());
}
#endif

}  // namespace
}  // namespace someos::poller_base
