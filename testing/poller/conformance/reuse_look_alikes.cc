// Promise 2, continued: the old and the new file of a number are alike, as far as fstat(2) tells.

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#endif

#include <cerrno>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/same_inode.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::Field;

ino_t InodeOf(int fd) {
  struct stat status;
  MustSucceed(fstat(fd, &status), "fstat");
  return status.st_ino;
}

// Some file systems give a new file the number of one that was deleted just before.
TEST_P(ReuseTest, OfADeletedFileByANewOneWithItsInodeNumber) {
#ifndef __linux__
  GTEST_SKIP() << "this system's fstat() does not tell them apart";
#endif
  for (int attempt = 0; attempt < 50; ++attempt) {
    ScopedFd old = TemporaryFile();
    const int fd = old.get();
    const ino_t number = InodeOf(fd);
    Register(fd, Interest::kReadable, 1);
    old.reset();
    const ScopedFd young = TemporaryFile();
    if (young.get() == fd && InodeOf(fd) == number) {
      EXPECT_THAT(poller().Modify(fd, Interest::kReadable), FailsWithErrno(ENOENT, "modify fd"));
      Register(fd, Interest::kReadable, 2);
      EXPECT_THAT(poller().Register(fd, Interest::kNone), FailsWithErrno(EEXIST, "register fd"));
      Modify(fd, Interest::kReadable, 3);
      return;
    }
    Unregister(fd);
  }
  GTEST_SKIP() << "the file system does not use inode numbers again at once";
}

#ifdef __linux__

int NewSignalfd() {
  sigset_t none;
  sigemptyset(&none);
  return signalfd(-1, &none, SFD_CLOEXEC);
}

// A FIFO by a name that does not exist before and afterwards.
int NewFifo() {
  const char* directory = getenv("TEST_TMPDIR");
  std::string path = std::string(directory != nullptr ? directory : "/tmp") + "/someos.XXXXXX";
  if (mkdtemp(path.data()) == nullptr) return -1;
  const std::string name = path + "/fifo";
  mkfifo(name.c_str(), 0600);
  const int fd = open(name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  unlink(name.c_str());
  rmdir(path.c_str());
  return fd;
}

struct Kind {
  absl::string_view name;
  int (*make)();
};

// The first ones all have one inode, and an eventfd gets the id of the one that was closed last.
constexpr Kind kKinds[] = {
    {"eventfd", [] { return eventfd(1, EFD_CLOEXEC); }},
    {"timerfd", [] { return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC); }},
    {"signalfd", NewSignalfd},
    {"inotify", [] { return inotify_init1(IN_CLOEXEC); }},
    {"epoll", [] { return epoll_create1(EPOLL_CLOEXEC); }},
    {"pty", [] { return posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC); }},
    {"FIFO", NewFifo},
};

TEST_P(ReuseTest, OfAFileByOneThatLooksLikeIt) {
  if (OverLibkqueue()) GTEST_SKIP() << "libkqueue: takes no eventfds and the like";
  if (absl::StrContains(backend().implementation, "digests")) {
    GTEST_SKIP() << "to fstat() they are one file";
  }
  for (const Kind& old_kind : kKinds) {
    for (const Kind& young_kind : kKinds) {
      SCOPED_TRACE(testing::Message() << young_kind.name << " after " << old_kind.name);
      ScopedFd old(old_kind.make());
      if (old.get() < 0) continue;
      const int fd = old.get();
      Register(fd, Interest::kReadable, 1);
      old.reset();
      const ScopedFd young(young_kind.make());
      if (young.get() == fd) {
        EXPECT_THAT(poller().Modify(fd, Interest::kReadable, 2),
                    FailsWithErrno(ENOENT, "modify fd"));
        EXPECT_THAT(poller().TakeError(fd), FailsWithErrno(ENOENT, "take error of fd"));
        Register(fd, Interest::kReadable, 3);
        EXPECT_THAT(poller().Register(fd, Interest::kReadable),
                    FailsWithErrno(EEXIST, "register fd"));
        Modify(fd, Interest::kNone, 4);
      }
      Unregister(fd);
    }
  }
  ExpectQuiet();
}

#endif  // __linux__

// To fstat() they differ by their device alone.
TEST_P(ReuseTest, FileOfTheSameInodeNumberOnAnotherFileSystem) {
  const std::optional<SameInode> pair = FindSameInode();
  if (!pair.has_value()) GTEST_SKIP() << "no two files of one inode number were found";
  const int fd = pair->first.get();
  Register(fd, Interest::kReadable, 1);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
  GiveNumber(pair->first, pair->second);
  EXPECT_THAT(poller().Modify(fd, Interest::kReadable, 2), FailsWithErrno(ENOENT, "modify fd"));
  Register(fd, Interest::kReadable, 3);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 3u)));
}

}  // namespace
}  // namespace someos
