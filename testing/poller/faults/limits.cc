// A process without descriptors left: what needs one says EMFILE and leaves nothing behind, what
// needs none works.

#include <cerrno>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/faults/c_library.h"
#include "someos/testing/faults/descriptor_budget.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/faults/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/signal_source.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST_P(DescriptorLimitTest, APollerThatCannotBeMadeLeavesNothingBehind) {
  const std::set<int> before = OpenDescriptors();
  bool made = false;
  for (int free = 0; free < 32 && !made; ++free) {
    SCOPED_TRACE(free);
    {
      const DescriptorBudget budget(free);
      const auto created = backend().create({});
      made = created.ok();
      if (!made) EXPECT_THAT(created, FailsWithErrno(EMFILE, "create a"));
      if (free == 0) EXPECT_FALSE(made);
    }
    ExpectSameDescriptors(before);
  }
  EXPECT_TRUE(made);
}

TEST_P(DescriptorLimitTest, APollerThatIsThereWorks) {
  const Pipe pipe, later;
  const ScopedFd file = TemporaryFile();
  Register(pipe.reader.get(), Interest::kReadable, 1);
  Register(file.get(), Interest::kReadable, 2, Trigger::kOneShot);
  WriteText(pipe.writer.get(), "x");
  const DescriptorBudget none(0);
  EXPECT_THAT(poller().Register(pipe.reader.get(), Interest::kReadable),
              FailsWithErrno(EEXIST, "register fd"));
  Register(later.reader.get(), Interest::kReadable, 3);
  EXPECT_THAT(Wait(), UnorderedElementsAre(Reports(pipe.reader.get(), Readiness::kReadable, 1),
                                           Reports(file.get(), Readiness::kReadable, 2)));
  EXPECT_THAT(poller().Modify(pipe.reader.get(), Interest::kNone), Succeeds());
  ExpectQuiet();
  EXPECT_THAT(poller().Wake(), Succeeds());
  EXPECT_THAT(Wait(), IsEmpty());
  EXPECT_EQ(poller().counters().wakes, 1u);
  EXPECT_THAT(poller().Unregister(pipe.reader.get()), Succeeds());
  EXPECT_THAT(poller().Unregister(file.get()), Succeeds());
  WriteText(later.writer.get(), "x");
  EXPECT_THAT(Wait(), ElementsAre(Reports(later.reader.get(), Readiness::kReadable, 3)));
}

// What identifies an eventfd is a file of /proc, which cannot be opened now.
TEST_P(DescriptorLimitTest, AnEventfdIsStillKnown) {
  SignalSource early, late;
  const absl::Status status = poller().Register(early.fd(), Interest::kReadable, 1);
  if (OverLibkqueue()) {
    EXPECT_THAT(status, FailsWithErrno(EINVAL, "register fd"));
    GTEST_SKIP() << "libkqueue takes no eventfds";
  }
  EXPECT_THAT(status, Succeeds());
  {
    const DescriptorBudget none(0);
    EXPECT_THAT(poller().Modify(early.fd(), Interest::kReadable, 2), Succeeds());
    EXPECT_THAT(poller().Register(early.fd(), Interest::kReadable, 3),
                FailsWithErrno(EEXIST, "register fd"));
    Register(late.fd(), Interest::kReadable, 4);
  }
  EXPECT_THAT(poller().Register(late.fd(), Interest::kReadable),
              FailsWithErrno(EEXIST, "register fd"));
  EXPECT_THAT(poller().Modify(late.fd(), Interest::kReadable, 5), Succeeds());
  early.Raise();
  late.Raise();
  EXPECT_THAT(Wait(), UnorderedElementsAre(Reports(early.fd(), Readiness::kReadable, 2),
                                           Reports(late.fd(), Readiness::kReadable, 5)));
}

// A thread may start another program at any time.
TEST_P(DescriptorLimitTest, WhatIsOpenForAMomentIsCloseOnExec) {
  SignalSource source;
  const std::set<int> before = OpenDescriptors();
  int reads = 0;
  const bool possible = RunBeforeEachRead([&] {
    ++reads;
    for (const int fd : OpenDescriptors()) {
      EXPECT_TRUE(before.count(fd) > 0 || IsCloseOnExec(fd)) << "fd " << fd;
    }
  });
  if (!possible) GTEST_SKIP() << "nothing can be put in front of the C library's functions here";
  {
    const LibraryCall call;
    poller().Register(source.fd(), Interest::kReadable, 1).IgnoreError();
    poller().Modify(source.fd(), Interest::kNone, 2).IgnoreError();
  }
  RunBeforeEachRead(nullptr);
  if (reads == 0) GTEST_SKIP() << "this backend reads nothing to register an eventfd";
}

// libkqueue's limit: the second interest of a descriptor needs a duplicate of it.
TEST_P(DescriptorLimitTest, ARegistrationOfBothInterests) {
  const SocketPair sockets;
  const int fd = sockets.near.get();
  const std::set<int> before = OpenDescriptors();
  absl::Status status;
  {
    const DescriptorBudget none(0);
    status = poller().Register(fd, kReadAndWrite, 1);
  }
  if (!status.ok()) {
    EXPECT_TRUE(OverLibkqueue()) << status;
    EXPECT_THAT(status, FailsWithErrno(EMFILE, absl::StrCat("register fd ", fd, ": ")));
    ExpectSameDescriptors(before);
    Register(fd, kReadAndWrite, 1);
  }
  EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kWritable, 1)));
  WriteText(sockets.far.get(), "x");
  EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kReadable | Readiness::kWritable, 1)));
  EXPECT_THAT(poller().Unregister(fd), Succeeds());
  ExpectSameDescriptors(before);
}

}  // namespace
}  // namespace someos
