// A change that the kernel refuses: it is done or not done, never half.

#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/diagnostics.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/faults/fixture.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"

namespace someos {

// A backend may make no such calls.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RegisterFaultTest);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ModifyFaultTest);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(UnregisterFaultTest);

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

MATCHER_P2(Keeps, fd, data, absl::StrCat("a registration of fd ", fd, " with data ", data)) {
  *result_listener << absl::StrCat(arg);
  return arg.fd == fd && arg.data == data;
}

TEST_P(RegisterFaultTest, NothingIsHalfDone) {
  const Pipe other;
  const SocketPair sockets;
  const int fd = sockets.near.get();
  Register(other.reader.get(), Interest::kReadable, 1);
  WriteText(other.writer.get(), "x");
  WriteText(sockets.far.get(), "x");
  const std::set<int> before = OpenDescriptors();
  AtEveryCall([&] {
    const absl::Status status = Faulty([&] { return poller().Register(fd, kReadAndWrite, 2); });
    if (!happened()) {
      EXPECT_THAT(status, Succeeds());
      return;
    }
    EXPECT_THAT(status, FailsWithErrno(fault().error, absl::StrCat("register fd ", fd, ": ")));
    EXPECT_THAT(poller().registrations(), ElementsAre(Keeps(other.reader.get(), 1)));
    EXPECT_THAT(poller().Unregister(fd), FailsWithErrno(ENOENT, "unregister fd"));
    EXPECT_THAT(poller().Modify(fd, Interest::kReadable), FailsWithErrno(ENOENT, "modify fd"));
    EXPECT_THAT(Wait(), ElementsAre(Reports(other.reader.get(), Readiness::kReadable, 1)));
    ExpectSameDescriptors(before);
  });
  // The last time it was done, as if nothing had happened.
  EXPECT_THAT(Wait(),
              UnorderedElementsAre(Reports(other.reader.get(), Readiness::kReadable, 1),
                                   Reports(fd, Readiness::kReadable | Readiness::kWritable, 2)));
}

// The number of a registration that was closed without Unregister.
TEST_P(RegisterFaultTest, OfAReusedNumber) {
  const Pipe other;
  Register(other.reader.get(), Interest::kReadable, 1);
  WriteText(other.writer.get(), "x");
  AtEveryCall([&] {
    const Pipe old_file;
    const Pipe new_file;
    const int fd = old_file.reader.get();
    WriteText(old_file.writer.get(), "x");
    WriteText(new_file.writer.get(), "x");
    Register(fd, Interest::kReadable, 2);
    MustSucceed(dup2(new_file.reader.get(), fd), "dup2");
    const absl::Status status =
        Faulty([&] { return poller().Register(fd, Interest::kReadable, 3); });
    uint64_t data = 3;
    if (happened()) {
      EXPECT_THAT(status, FailsWithErrno(fault().error, absl::StrCat("register fd ", fd, ": ")));
      data = 4;
      Register(fd, Interest::kReadable, data);
    } else {
      EXPECT_THAT(status, Succeeds());
    }
    EXPECT_THAT(Wait(), UnorderedElementsAre(Reports(other.reader.get(), Readiness::kReadable, 1),
                                             Reports(fd, Readiness::kReadable, data)));
    EXPECT_THAT(poller().Unregister(fd), Succeeds());
  });
}

TEST_P(ModifyFaultTest, WhatWasRegisteredStays) {
  const Pipe other;
  const SocketPair sockets;
  const int fd = sockets.near.get();
  Register(other.reader.get(), Interest::kReadable, 1);
  Register(fd, Interest::kReadable, 2);
  WriteText(sockets.far.get(), "x");
  AtEveryCall([&] {
    const absl::Status status = Faulty([&] { return poller().Modify(fd, Interest::kWritable, 3); });
    if (!failed(status)) {
      EXPECT_THAT(status, Succeeds());
      EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kWritable, 3)));
      EXPECT_THAT(Wait(kPatience, 1), ElementsAre(Reports(fd, Readiness::kWritable, 3)));
    } else {
      EXPECT_THAT(status, FailsWithErrno(fault().error, absl::StrCat("modify fd ", fd, ": ")));
      EXPECT_THAT(poller().registrations(),
                  UnorderedElementsAre(Keeps(other.reader.get(), 1), Keeps(fd, 2)));
      EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kReadable, 2)));
    }
    // Doing it again works, and so does going back.
    EXPECT_THAT(poller().Modify(fd, Interest::kWritable, 4), Succeeds());
    EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kWritable, 4)));
    EXPECT_THAT(poller().Modify(fd, Interest::kReadable, 2), Succeeds());
    EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kReadable, 2)));
  });
}

// From being ready to not caring: what is left of the old interest must not keep Wait busy.
TEST_P(ModifyFaultTest, ToAnInterestThatIsNotReady) {
  const SocketPair sockets;
  const int fd = sockets.near.get();
  Register(fd, kReadAndWrite, 1);
  AtEveryCall([&] {
    const absl::Status status = Faulty([&] { return poller().Modify(fd, Interest::kReadable, 2); });
    if (!failed(status)) {
      EXPECT_THAT(status, Succeeds());
      EXPECT_THAT(Wait(absl::ZeroDuration(), 1), IsEmpty());
      ExpectQuiet();
    } else {
      EXPECT_THAT(status, FailsWithErrno(fault().error, "modify fd"));
      EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kWritable, 1)));
    }
    EXPECT_THAT(poller().Modify(fd, kReadAndWrite, 1), Succeeds());
  });
}

TEST_P(ModifyFaultTest, AOneShotThatFiredStaysSilent) {
  const Pipe pipe;
  const int fd = pipe.reader.get();
  WriteText(pipe.writer.get(), "x");
  AtEveryCall([&] {
    Register(fd, Interest::kReadable, 1, Trigger::kOneShot);
    EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kReadable, 1)));
    const absl::Status status =
        Faulty([&] { return poller().Modify(fd, Interest::kReadable, 2, Trigger::kOneShot); });
    if (!failed(status)) {
      EXPECT_THAT(status, Succeeds());
    } else {
      EXPECT_THAT(status, FailsWithErrno(fault().error, "modify fd"));
      ExpectQuiet();
      EXPECT_THAT(poller().Modify(fd, Interest::kReadable, 2, Trigger::kOneShot), Succeeds());
    }
    EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kReadable, 2)));
    ExpectQuiet();
    EXPECT_THAT(poller().Unregister(fd), Succeeds());
  });
}

TEST_P(UnregisterFaultTest, SucceedsWhateverTheKernelSays) {
  const Pipe other;
  const SocketPair sockets;
  const int fd = sockets.near.get();
  Register(other.reader.get(), Interest::kReadable, 1);
  WriteText(sockets.far.get(), "x");
  AtEveryCall([&] {
    Register(fd, kReadAndWrite, 2);
    EXPECT_THAT(Faulty([&] { return poller().Unregister(fd); }), Succeeds());
    EXPECT_THAT(poller().registrations(), ElementsAre(Keeps(other.reader.get(), 1)));
    EXPECT_THAT(poller().Unregister(fd), FailsWithErrno(ENOENT, "unregister fd"));
    EXPECT_THAT(Wait(absl::ZeroDuration(), 1), IsEmpty());
    ExpectQuiet();
    WriteText(other.writer.get(), "x");
    EXPECT_THAT(Wait(), ElementsAre(Reports(other.reader.get(), Readiness::kReadable, 1)));
    ReadAvailable(other.reader.get());
  });
}

TEST_P(UnregisterFaultTest, ItCanBeRegisteredAgain) {
  const Pipe pipe;
  const int fd = pipe.reader.get();
  WriteText(pipe.writer.get(), "x");
  AtEveryCall([&] {
    Register(fd, Interest::kReadable, 1);
    EXPECT_THAT(Faulty([&] { return poller().Unregister(fd); }), Succeeds());
    Register(fd, Interest::kReadable, 2, Trigger::kOneShot);
    EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kReadable, 2)));
    ExpectQuiet();
    EXPECT_THAT(poller().Unregister(fd), Succeeds());
  });
}

}  // namespace
}  // namespace someos
