// How a forked child's rebuild tells the files that the parent registered from others: by what the
// set that it shares with the parent has.

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/backends/epoll/epoll_faults.h"
#include "someos/backends/epoll/epoll_poller.h"
#include "someos/backends/epoll/epoll_system.h"
#include "someos/testing/bare_clone.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/faults/fault_plan.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/faults/faulty_backend.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"
#include "someos/testing/tcp.h"

namespace someos {
namespace {

using testing::IsEmpty;

class EpollForkTest : public testing::Test {
 protected:
  void Register(const ScopedFd& fd) {
    ASSERT_THAT(poller_->Register(fd.get(), Interest::kReadable, 1), Succeeds());
  }

  // In a child where the number of `registered` names the file of `other`.
  absl::Status Rebuild(const ScopedFd& registered, const ScopedFd& other) {
    GiveNumber(registered, other);
    return poller_->RebuildAfterFork();
  }

  FaultPlan plan_;
  const std::unique_ptr<Poller> poller_ = FaultyEpoll().create({}).value();
};

auto HasLost(const ScopedFd& fd) {
  return FailsWithErrno(ENOENT, absl::StrCat("rebuild after fork: register fd ", fd.get(), ": "));
}

ScopedFd NewEventfd() { return ScopedFd(MustSucceed(eventfd(0, EFD_NONBLOCK), "eventfd")); }
ScopedFd NewTimerfd() {
  return ScopedFd(MustSucceed(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), "timerfd_create"));
}

// Whether the kernel can tell files without an inode apart.
bool KernelCompares() {
  const ScopedFd some = NewEventfd(), other = NewEventfd();
  const ScopedFd set(MustSucceed(RealEpollSystem().create(0), "epoll_create1"));
  epoll_event event = {};
  MustSucceed(RealEpollSystem().control(set.get(), EPOLL_CTL_ADD, some.get(), &event), "epoll_ctl");
  return RealEpollSystem().compare(set.get(), some.get(), 0, some.get()) == 0 &&
         RealEpollSystem().compare(set.get(), some.get(), 0, other.get()) > 0;
}

TEST_F(EpollForkTest, FilesWithoutAnInodeAreToldApart) {
  if (!KernelCompares()) GTEST_SKIP() << "kcmp is not available";
  const ScopedFd event = NewEventfd(), other_event = NewEventfd();
  const ScopedFd timer = NewTimerfd(), other_timer = NewTimerfd();
  Register(event);
  Register(timer);
  ExpectInChild([&] { EXPECT_THAT(Rebuild(event, other_event), HasLost(event)); });
  ExpectInChild([&] { EXPECT_THAT(Rebuild(timer, other_timer), HasLost(timer)); });
  ExpectInChild([&] { EXPECT_THAT(Rebuild(timer, event), HasLost(timer)); });
  ExpectInChild([&] { EXPECT_THAT(poller_->RebuildAfterFork(), Succeeds()); });
}

// epoll refuses such a file, which cannot be the one that was registered.
TEST_F(EpollForkTest, ADeviceThatEpollRefusesIsAnotherFile) {
  const SocketPair pair;
  Register(pair.near);
  const ScopedFd null(MustSucceed(open("/dev/null", O_RDWR | O_CLOEXEC), "open"));
  ExpectInChild([&] { EXPECT_THAT(Rebuild(pair.near, null), HasLost(pair.near)); });
}

TEST_F(EpollForkTest, TheTwoEndsOfAPipeAreToldApart) {
  if (!KernelCompares()) GTEST_SKIP() << "kcmp is not available";
  const Pipe pipe;
  Register(pipe.reader);
  ExpectInChild([&] { EXPECT_THAT(Rebuild(pipe.reader, pipe.writer), HasLost(pipe.reader)); });
}

TEST_F(EpollForkTest, WithoutKcmpFilesWithAnInodeAreToldApart) {
  const SocketPair pair, other;
  const ScopedFd event = NewEventfd(), other_event = NewEventfd();
  Register(pair.near);
  Register(event);
  for (const int error : {ENOSYS, EPERM}) {
    ExpectInChild([&] {
      for (int nth = 1; nth <= 2; ++nth) plan_.Fail("kcmp", error, nth);
      GiveNumber(event, other_event);
      EXPECT_THAT(Rebuild(pair.near, other.near), HasLost(pair.near));
      // This one is registered, as documented.
      EXPECT_THAT(poller_->Unregister(event.get()), Succeeds());
    });
  }
}

// The parent gives a connection to the child, and is done with it before the child rebuilds.
TEST_F(EpollForkTest, WhatTheParentHasUnregisteredSinceIsKept) {
  const SocketPair pair, call, answer;
  Register(pair.near);
  std::thread parent([&] {
    AwaitArrival(call.far.get());
    EXPECT_THAT(poller_->Unregister(pair.near.get()), Succeeds());
    WriteText(answer.near.get(), "x");
  });
  ExpectInChild([&] {
    WriteText(call.near.get(), "x");
    AwaitArrival(answer.far.get());
    EXPECT_THAT(poller_->RebuildAfterFork(), Succeeds());
    WriteText(pair.far.get(), "x");
    Event events[4];
    ASSERT_EQ(poller_->Wait(events, absl::Seconds(10)).value_or(9), 1u);
    EXPECT_EQ(events[0].fd, pair.near.get());
  });
  parent.join();
  EXPECT_THAT(poller_->registrations(), IsEmpty());
}

// While the child compares, the parent closes a file, and registers another under its number.
class ParentThatReuses {
 public:
  ParentThatReuses() {
    other_ = NewEventfd();
    done_ = false;
    system_ = RealEpollSystem();
    system_.compare = Compare;
  }
  const EpollSystem& system() const { return system_; }

 private:
  static int Compare(int epoll_fd, int number, uint32_t position, int fd) {
    if (!std::exchange(done_, true)) Reuse(epoll_fd, fd);
    return RealEpollSystem().compare(epoll_fd, number, position, fd);
  }
  // The child does it in the set that they share.
  static void Reuse(int epoll_fd, int fd) {
    const ScopedFd saved = Duplicate(fd);
    epoll_event event = {};
    MustSucceed(epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, &event), "epoll_ctl DEL");
    MustSucceed(dup2(other_.get(), fd), "dup2");
    MustSucceed(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event), "epoll_ctl ADD");
    MustSucceed(dup2(saved.get(), fd), "dup2");
  }

  static inline ScopedFd other_;
  static inline bool done_ = false;
  EpollSystem system_;
};

TEST_F(EpollForkTest, WhatTheParentReusesMeanwhileIsKept) {
  const ParentThatReuses parent;
  const auto poller = EpollPoller::Create({}, parent.system()).value();
  const ScopedFd event = NewEventfd();
  ASSERT_THAT(poller->Register(event.get(), Interest::kReadable, 1), Succeeds());
  ExpectInChild([&] {
    EXPECT_THAT(poller->RebuildAfterFork(), Succeeds());
    EXPECT_THAT(poller->Unregister(event.get()), Succeeds());
  });
}

// While the child compares, the file moves in the parent's set to where it is not looked for any
// more.
int CompareWhileItMoves(int, int, uint32_t position, int) {
  static int calls = 0;
  ++calls;
  if (calls > 2) return 0;
  errno = ENOENT;
  return position == 0 ? 1 : -1;
}

TEST_F(EpollForkTest, WhatMovesMeanwhileIsKept) {
  EpollSystem system = RealEpollSystem();
  system.compare = CompareWhileItMoves;
  const auto poller = EpollPoller::Create({}, system).value();
  const ScopedFd event = NewEventfd();
  ASSERT_THAT(poller->Register(event.get(), Interest::kReadable, 1), Succeeds());
  ExpectInChild([&] { EXPECT_THAT(poller->RebuildAfterFork(), Succeeds()); });
}

// Makes a change of a set last until it is told to end.
class SlowChange {
 public:
  SlowChange() { begun_ = end_ = false; }

  static EpollSystem System() {
    EpollSystem system = RealEpollSystem();
    system.control = [](int epoll_fd, int operation, int fd, epoll_event* event) {
      if (operation == EPOLL_CTL_MOD) {
        begun_ = true;
        while (!end_) std::this_thread::yield();
      }
      return epoll_ctl(epoll_fd, operation, fd, event);
    };
    return system;
  }
  void AwaitBegin() const {
    while (!begun_) std::this_thread::yield();
  }
  void End() const { end_ = true; }

 private:
  static inline std::atomic<bool> begun_, end_;
};

// What a thread of the parent has begun, no thread of such a child ends.
TEST_F(EpollForkTest, ABareCloneDuringAChangeIsNotRebuilt) {
  if (!kHasBareClone) GTEST_SKIP() << "this system has no clone(2)";
  const SlowChange change;
  const EpollSystem system = SlowChange::System();
  auto poller = EpollPoller::Create({}, system).value();
  const Pipe pipe;
  ASSERT_THAT(poller->Register(pipe.reader.get(), Interest::kReadable, 1), Succeeds());
  std::thread changing(
      [&] { EXPECT_THAT(poller->Modify(pipe.reader.get(), Interest::kReadable, 2), Succeeds()); });
  change.AwaitBegin();
  EXPECT_EQ(StatusOfBareClone([&] {
              if (!absl::IsFailedPrecondition(poller->RebuildAfterFork())) return 1;
              if (!poller->registrations().empty()) return 2;
#ifndef ABSL_HAVE_THREAD_SANITIZER  // minds that a mutex goes that is locked
              poller = nullptr;
#endif
              return 0;
            }),
            0);
  change.End();
  changing.join();
  EXPECT_EQ(StatusOfBareClone([&] { return poller->RebuildAfterFork().ok() ? 0 : 1; }), 0);
}

// epoll keeps the file that a number named before, while a duplicate keeps it open.
TEST_F(EpollForkTest, EveryFileThatTheParentsSetHasUnderANumberIsCompared) {
  if (!KernelCompares()) GTEST_SKIP() << "kcmp is not available";
  const ScopedFd number = NewEventfd(), second = NewEventfd(), other = NewEventfd();
  Register(number);
  const ScopedFd first = Duplicate(number.get());
  GiveNumber(number, second);
  Register(number);
  ExpectInChild([&] { EXPECT_THAT(poller_->RebuildAfterFork(), Succeeds()); });
  ExpectInChild([&] { EXPECT_THAT(Rebuild(number, other), HasLost(number)); });
  // As documented, the old file counts as registered.
  ExpectInChild([&] { EXPECT_THAT(Rebuild(number, first), Succeeds()); });
}

}  // namespace
}  // namespace someos
