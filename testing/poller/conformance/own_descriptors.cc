// Promise 9, continued: a poller's own descriptors are close-on-exec on every path that opens some.
// And promise 1: they are refused as a user's.

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/clocks.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/tcp.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::IsEmpty;

// The descriptors that are open now, were not `before`, and would stay open in another program.
std::set<int> InheritedSince(const std::set<int>& before) {
  std::set<int> inherited;
  for (const int fd : OpenDescriptors()) {
    if (before.count(fd) == 0 && !IsCloseOnExec(fd)) inherited.insert(fd);
  }
  return inherited;
}

// Some kernels go on with a closed file while a duplicate of it is open, and cannot be told to stop
// but by a new kernel object.
TEST_P(ForkTest, WhatReplacesTheKernelObjectIsCloseOnExec) {
  if (OverLibkqueue()) GTEST_SKIP() << "libkqueue: leaves descriptors of its own open to an exec";
  DestroyPoller();
  const std::set<int> before = OpenDescriptors();
  const auto replacing = NewPoller();
  Pipe pipe;
  const int fd = pipe.reader.get();
  EXPECT_TRUE(replacing->Register(fd, Interest::kReadable).ok());
  const ScopedFd duplicate = Duplicate(fd);
  pipe.reader.reset();
  EXPECT_TRUE(replacing->Unregister(fd).ok());
  WriteText(pipe.writer.get(), "x");
  Event event;
  EXPECT_EQ(replacing->Wait({&event, 1}, absl::Milliseconds(1)).value_or(9), 0u);
  std::set<int> inherited = InheritedSince(before);
  inherited.erase(duplicate.get());  // dup(2) clears the flag
  EXPECT_THAT(inherited, IsEmpty());
}

TEST_P(ForkTest, WhatARegistrationOpensIsCloseOnExec) {
  const SocketPair pair;
  const TcpPair tcp;
  const Pipe pipe;
  const ScopedFd file = TemporaryFile();
  WaitNow();  // may set up what later ones use
  const std::set<int> before = OpenDescriptors();
  for (const int fd : {pair.near.get(), tcp.near.get(), pipe.reader.get(), pipe.writer.get()}) {
    Register(fd, Interest::kReadable);
    Modify(fd, kReadAndWrite);
    EXPECT_THAT(InheritedSince(before), IsEmpty()) << "fd " << fd;
  }
  Register(file.get(), kReadAndWrite);
  WaitReady();
  EXPECT_THAT(InheritedSince(before), IsEmpty());
}

// A program that takes numbers for its own which it has not opened.
TEST_P(ErrorsTest, RegisterOfAnOwnDescriptor) {
  const std::set<int> before = OpenDescriptors();
  const auto owner = NewPoller();
  owner->fd().IgnoreError();  // opens another one, if the backend has it
  std::set<int> own = OpenDescriptors();
  for (const int fd : before) own.erase(fd);
  EXPECT_FALSE(own.empty());
  for (const int fd : own) {
    for (const Interest interest : {Interest::kReadable, kReadAndWrite, Interest::kNone}) {
      const absl::Status status = owner->Register(fd, interest);
      // The emulation has more, of which nobody knows.
      if (OverLibkqueue() && !absl::StrContains(status.message(), "own")) {
        owner->Unregister(fd).IgnoreError();
        continue;
      }
      EXPECT_THAT(status,
                  FailsWithErrno(EINVAL, absl::StrCat("register fd ", fd, ", the poller's own ")));
      EXPECT_EQ(owner->Apply({Change::Register(fd, interest)}).code(), status.code());
      EXPECT_THAT(owner->Unregister(fd), FailsWithErrno(ENOENT, "unregister fd"));
    }
  }
  EXPECT_THAT(owner->registrations(), IsEmpty());
  // It works as before.
  Event event;
  EXPECT_EQ(owner->Wait({&event, 1}, absl::Milliseconds(1)).value_or(9), 0u);
  EXPECT_THAT(owner->Wake(), Succeeds());
  EXPECT_EQ(owner->Wait({&event, 1}, kPatience).value_or(9), 0u);
  EXPECT_EQ(owner->counters().wakes, 1u);
}

// Where a program is started without standard streams, what it prints must not go to a poller.
TEST_P(ForkTest, OwnDescriptorsAreNeverStandardStreams) {
  if (OverLibkqueue()) GTEST_SKIP() << "libkqueue: takes the lowest numbers, whatever they are";
  DestroyPoller();
  ExpectInChild([&] {
    for (int standard = 0; standard <= 2; ++standard) close(standard);
    const auto early = NewPoller();
    Pipe pipe;  // has two of them
    pipe.reader.reset();
    const auto late = NewPoller();
    EXPECT_TRUE(late->Wake().ok());
    EXPECT_EQ(pipe.writer.get(), 1);
    EXPECT_EQ(fcntl(0, F_GETFD), -1);
    EXPECT_EQ(fcntl(2, F_GETFD), -1);
    Event event;
    EXPECT_EQ(late->Wait({&event, 1}, absl::InfiniteDuration()).value_or(9), 0u);
  });
}

TEST_P(ForkTest, OwnDescriptorsOfARebuiltPollerAreNeverStandardStreams) {
  if (OverLibkqueue()) GTEST_SKIP() << "libkqueue: takes the lowest numbers, whatever they are";
  ExpectInChild([&] {
    for (int standard = 0; standard <= 2; ++standard) close(standard);
    EXPECT_TRUE(poller().RebuildAfterFork().ok());
    for (int standard = 0; standard <= 2; ++standard) EXPECT_EQ(fcntl(standard, F_GETFD), -1);
  });
}

// Fills every descriptor of those since `before` that has a counter or a buffer that fills up.
void FillAllSince(const std::set<int>& before) {
  for (const int fd : OpenDescriptors()) {
    if (before.count(fd) != 0 || !(fcntl(fd, F_GETFL) & O_NONBLOCK)) continue;
    // What an eventfd that has 0 or 1 takes until it is full. A pipe takes anything.
    for (const uint64_t number : {UINT64_MAX - 1, UINT64_MAX - 2}) {
      while (write(fd, &number, sizeof(number)) > 0) {
      }
    }
  }
}

// As full as after as many wakes as its counter can hold, or by other code that has a duplicate.
TEST_P(WakeTest, ReachesAWaitThroughAFullChannel) {
  if (OverLibkqueue()) GTEST_SKIP() << "libkqueue: has channels of its own, which cannot be full";
  const std::set<int> before = OpenDescriptors();
  const auto full = NewPoller();
  FillAllSince(before);
  Event event;
  // Tells an edge-triggered poller that its channel is full.
  EXPECT_EQ(full->Wait(absl::MakeSpan(&event, 1), absl::Milliseconds(1)).value_or(9), 0u);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(full->Wake(), Succeeds());
    const absl::Duration start = MonotonicNow();
    EXPECT_EQ(full->Wait(absl::MakeSpan(&event, 1), kPatience).value_or(9), 0u);
    EXPECT_LT(MonotonicNow() - start, kPatience);
    FillAllSince(before);
  }
}

}  // namespace
}  // namespace someos
