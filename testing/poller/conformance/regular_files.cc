// Promise 10: regular files are always readable and writable, as poll(2) has it, on every backend.

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr Readiness kReadableAndWritable = Readiness::kReadable | Readiness::kWritable;

TEST_P(RegularFilesTest, AlwaysReadableAndWritable) {
  const ScopedFd file = TemporaryFile();
  Register(file.get(), kReadAndWrite, 7);
  // At the end of an empty file, and again and again.
  for (int i = 0; i < 3; ++i) {
    const auto events = WaitReady();
    ASSERT_THAT(events, ElementsAre(EventOf(file.get(), kReadableAndWritable)));
    EXPECT_EQ(events[0].data, 7u);
  }
  // With data before the offset and with data behind it.
  WriteText(file.get(), "some text");
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(file.get(), kReadableAndWritable)));
  MustSucceed(lseek(file.get(), 0, SEEK_SET), "lseek");
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(file.get(), kReadableAndWritable)));
}

TEST_P(RegularFilesTest, OnlyWhatWasAsked) {
  const ScopedFd file = TemporaryFile();
  Register(file.get(), Interest::kReadable);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(file.get(), Readiness::kReadable)));
  Modify(file.get(), Interest::kWritable);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(file.get(), Readiness::kWritable)));
  Modify(file.get(), Interest::kNone);
  ExpectQuiet();
  Modify(file.get(), kReadAndWrite);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(file.get(), kReadableAndWritable)));
}

TEST_P(RegularFilesTest, EndAnInfiniteWait) {
  const ScopedFd file = TemporaryFile();
  Register(file.get(), Interest::kWritable);
  EXPECT_THAT(Wait(absl::InfiniteDuration()),
              ElementsAre(EventOf(file.get(), Readiness::kWritable)));
}

TEST_P(RegularFilesTest, DoNotHideOthers) {
  const ScopedFd file = TemporaryFile();
  const Pipe pipe;
  Register(file.get(), Interest::kReadable);
  Register(pipe.reader.get(), Interest::kReadable);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(file.get(), Readiness::kReadable)));
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(WaitReady(), UnorderedElementsAre(EventOf(file.get(), Readiness::kReadable),
                                                EventOf(pipe.reader.get(), Readiness::kReadable)));
}

TEST_P(RegularFilesTest, OneShot) {
  const ScopedFd file = TemporaryFile();
  Register(file.get(), kReadAndWrite, 1, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(file.get(), kReadableAndWritable)));
  ExpectQuiet();
  Modify(file.get(), Interest::kWritable, 2, Trigger::kOneShot);
  const auto events = WaitReady();
  ASSERT_THAT(events, ElementsAre(EventOf(file.get(), Readiness::kWritable)));
  EXPECT_EQ(events[0].data, 2u);
  ExpectQuiet();
}

TEST_P(RegularFilesTest, EdgeReportsOnce) {
  if (!capabilities().edge) GTEST_SKIP() << Lacks("edge");
  const ScopedFd file = TemporaryFile();
  Register(file.get(), kReadAndWrite, 0, Trigger::kEdge);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(file.get(), kReadableAndWritable)));
  ExpectQuiet();
}

TEST_P(RegularFilesTest, AreRegisteredAsAllElse) {
  ScopedFd file = TemporaryFile();
  const int fd = file.get();
  EXPECT_THAT(poller().Modify(fd, Interest::kReadable), FailsWithErrno(ENOENT, "modify fd"));
  Register(fd, Interest::kReadable);
  EXPECT_THAT(poller().Register(fd, Interest::kReadable), FailsWithErrno(EEXIST, "register fd"));
  Unregister(fd);
  EXPECT_THAT(poller().Unregister(fd), FailsWithErrno(ENOENT, "unregister fd"));
  ExpectQuiet();
}

TEST_P(RegularFilesTest, ClosedUnregisteredIsReportedAtMostOnceMore) {
  ScopedFd file = TemporaryFile();
  const int fd = file.get();
  Register(fd, Interest::kReadable);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(fd, Readiness::kReadable)));
  file.reset();
  EXPECT_LE(WaitNow().size(), 1u);
  ExpectQuiet();
  Unregister(fd);
}

TEST_P(RegularFilesTest, HaveNoPriorityData) {
  if (!capabilities().priority) GTEST_SKIP() << Lacks("priority");
  const ScopedFd file = TemporaryFile();
  Register(file.get(), Interest::kPriority);
  ExpectQuiet();
  Modify(file.get(), Interest::kPriority | Interest::kReadable);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(file.get(), Readiness::kReadable)));
  Unregister(file.get());
}

TEST_P(RegularFilesTest, DirectoriesAreAlwaysReady) {
  const ScopedFd directory(MustSucceed(open("/", O_RDONLY | O_CLOEXEC), "open"));
  Register(directory.get(), Interest::kReadable);
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(directory.get(), Readiness::kReadable)));
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(directory.get(), Readiness::kReadable)));
}

// A program's standard input is often this one, and epoll refuses it as it refuses regular files.
// What a kqueue or macOS's poll(2) makes of devices is their own business, but a refusal is clear.
TEST_P(RegularFilesTest, NullDeviceIsAlwaysReady) {
  const ScopedFd null(MustSucceed(open("/dev/null", O_RDWR | O_CLOEXEC), "open"));
  const absl::Status status = poller().Register(null.get(), kReadAndWrite);
  if (backend().name == "kqueue" && ErrnoOf(status) != 0) {
    GTEST_SKIP() << backend().implementation << ": takes no /dev/null: " << status.message();
  }
#ifdef __APPLE__
  GTEST_SKIP() << "poll(2) of macOS knows no devices";
#endif
  ASSERT_THAT(status, Succeeds());
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(null.get(), kReadableAndWritable)));
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(null.get(), kReadableAndWritable)));
}

}  // namespace
}  // namespace someos
