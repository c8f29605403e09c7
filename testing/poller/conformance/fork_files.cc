// Promise 9 where the child has other files: RebuildAfterFork registers a number only if it still
// names the file that was registered, says what it left out and why, and has no part in the
// parent's kernel object.

#include <cerrno>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/diagnostics.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/same_inode.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

std::vector<int> Numbers(const std::vector<Registration>& registrations) {
  std::vector<int> numbers;
  for (const Registration& registration : registrations) numbers.push_back(registration.fd);
  return numbers;
}

// Matches the failure of a rebuild that has lost `fd`.
auto HasLost(int fd, int error) {
  return FailsWithErrno(error, absl::StrCat("rebuild after fork: register fd ", fd, ": "));
}

}  // namespace

void ForkFilesTest::RegisterKept() { Register(kept_.near.get(), Interest::kReadable, 2); }

void ForkFilesTest::ExpectKeptAlone() {
  ExpectQuiet();
  WriteText(kept_.far.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(AllOf(EventOf(kept_.near.get(), Readiness::kReadable),
                                             Field(&Event::data, 2u))));
  ReadAvailable(kept_.near.get());
}

void ForkFilesTest::ExpectLost(const ScopedFd& registered, const ScopedFd& other) {
  const int fd = registered.get();
  ExpectInChild([&] {
    GiveNumber(registered, other);
    EXPECT_THAT(poller().RebuildAfterFork(), HasLost(fd, ENOENT));
    EXPECT_THAT(Numbers(poller().registrations()), ElementsAre(kept_.near.get()));
    EXPECT_THAT(poller().Modify(fd, Interest::kReadable), FailsWithErrno(ENOENT, "modify fd"));
    EXPECT_THAT(poller().Unregister(fd), FailsWithErrno(ENOENT, "unregister fd"));
    // The other file is ready, and nobody has asked about it.
    ExpectKeptAlone();
    // It can be registered in the ordinary way. The loss was told once.
    Register(fd, Interest::kReadable, 3, Trigger::kOneShot);
    EXPECT_THAT(WaitReady(),
                ElementsAre(AllOf(EventOf(fd, Readiness::kReadable), Field(&Event::data, 3u))));
    EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
  });
}

namespace {

TEST_P(ForkFilesTest, SocketInPlaceOfAnother) {
  const SocketPair registered, other;
  WriteText(other.far.get(), "x");
  Register(registered.near.get(), Interest::kReadable, 1);
  RegisterKept();
  ExpectLost(registered.near, other.near);
  // The parent's registration is as it was.
  WriteText(registered.far.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
}

TEST_P(ForkFilesTest, SocketInPlaceOfAPausedOne) {
  const SocketPair registered, other;
  WriteText(other.far.get(), "x");
  Register(registered.near.get(), Interest::kNone, 1);
  RegisterKept();
  ExpectLost(registered.near, other.near);
  Modify(registered.near.get(), Interest::kWritable, 4);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 4u)));
}

TEST_P(ForkFilesTest, PipeInPlaceOfAOneShotThatHasFired) {
  const SocketPair registered;
  const Pipe other;
  WriteText(other.writer.get(), "x");
  WriteText(registered.far.get(), "x");
  Register(registered.near.get(), Interest::kReadable, 1, Trigger::kOneShot);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
  RegisterKept();
  ExpectLost(registered.near, other.reader);
  // Whoever asks the parent's kernel object about it would arm it.
  ExpectKeptAlone();
}

TEST_P(ForkFilesTest, RegularFileInPlaceOfASocket) {
  const SocketPair registered;
  const ScopedFd other = TemporaryFile();
  Register(registered.near.get(), Interest::kReadable, 1);
  RegisterKept();
  ExpectLost(registered.near, other);
  ExpectKeptAlone();
}

TEST_P(ForkFilesTest, SocketInPlaceOfARegularFile) {
  const ScopedFd registered = TemporaryFile();
  const SocketPair other;
  WriteText(other.far.get(), "x");
  Register(registered.get(), Interest::kReadable, 1);
  RegisterKept();
  ExpectLost(registered, other.near);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
}

TEST_P(ForkFilesTest, RegularFileInPlaceOfAnother) {
  const ScopedFd registered = TemporaryFile(), other = TemporaryFile();
  Register(registered.get(), Interest::kReadable, 1);
  RegisterKept();
  ExpectLost(registered, other);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
}

TEST_P(ForkFilesTest, FileOfTheSameInodeNumberOnAnotherFileSystem) {
  const std::optional<SameInode> pair = FindSameInode();
  if (!pair.has_value()) GTEST_SKIP() << "no two files of one inode number were found";
  Register(pair->first.get(), Interest::kReadable, 1);
  RegisterKept();
  ExpectLost(pair->first, pair->second);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
}

// The number had come to name another file before the fork, and the parent has not noticed yet.
TEST_P(ForkFilesTest, NumberThatWasReusedInTheParent) {
  if (poller().name() == "epoll") {
    GTEST_SKIP() << "epoll no longer has the old file, which everybody has closed";
  }
  const SocketPair registered, other;
  const int fd = registered.near.get();
  Register(fd, Interest::kReadable, 1);
  RegisterKept();
  GiveNumber(registered.near, other.near);
  WriteText(other.far.get(), "x");
  ExpectInChild([&] {
    EXPECT_THAT(poller().RebuildAfterFork(), HasLost(fd, ENOENT));
    EXPECT_THAT(Numbers(poller().registrations()), ElementsAre(kept_.near.get()));
    ExpectKeptAlone();
  });
}

// And here it has: the new file is what was registered at the time of the fork.
TEST_P(ForkFilesTest, NumberThatWasRegisteredAnewInTheParent) {
  const SocketPair registered, other;
  const int fd = registered.near.get();
  Register(fd, Interest::kReadable, 1);
  GiveNumber(registered.near, other.near);
  Register(fd, Interest::kReadable, 5);
  ExpectInChild([&] {
    EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
    ExpectQuiet();
    WriteText(other.far.get(), "x");
    EXPECT_THAT(WaitReady(),
                ElementsAre(AllOf(EventOf(fd, Readiness::kReadable), Field(&Event::data, 5u))));
  });
}

// A duplicate is another number of the same file.
TEST_P(ForkFilesTest, NumberThatWasGivenADuplicateOfItsOwnFile) {
  const SocketPair registered;
  const int fd = registered.near.get();
  const ScopedFd duplicate = Duplicate(fd);
  Register(fd, Interest::kReadable, 1);
  ExpectInChild([&] {
    GiveNumber(registered.near, duplicate);
    EXPECT_THAT(poller().RebuildAfterFork(), Succeeds());
    WriteText(registered.far.get(), "x");
    EXPECT_THAT(WaitReady(),
                ElementsAre(AllOf(EventOf(fd, Readiness::kReadable), Field(&Event::data, 1u))));
  });
}

// Of several that are lost the lowest number is named, whatever happened to it.
TEST_P(ForkFilesTest, TheFirstOfSeveralIsNamedAndAllAreForgotten) {
  std::vector<SocketPair> pairs(4);
  const SocketPair other;
  WriteText(other.far.get(), "x");
  for (const SocketPair& pair : pairs) Register(pair.near.get(), Interest::kReadable, 1);
  const ScopedFd file = TemporaryFile();
  Register(file.get(), Interest::kReadable, 1);
  RegisterKept();
  for (const bool closed_first : {true, false}) {
    ExpectInChild([&] {
      const int first = pairs[0].near.get();
      if (closed_first) {
        pairs[0].near.reset();
      } else {
        GiveNumber(pairs[0].near, other.near);
      }
      pairs[1].near.reset();
      GiveNumber(pairs[2].near, other.near);
      pairs[3].near.reset();
      GiveNumber(file, other.near);
      EXPECT_THAT(poller().RebuildAfterFork(), HasLost(first, closed_first ? EBADF : ENOENT));
      EXPECT_THAT(Numbers(poller().registrations()), ElementsAre(kept_.near.get()));
      ExpectKeptAlone();
    });
  }
}

TEST_P(ForkFilesTest, AllAreLost) {
  const SocketPair registered, other;
  WriteText(other.far.get(), "x");
  const ScopedFd file = TemporaryFile();
  const int fd = registered.near.get();
  Register(fd, Interest::kReadable, 1);
  Register(file.get(), Interest::kReadable, 2);
  ExpectInChild([&] {
    GiveNumber(registered.near, other.near);
    GiveNumber(file, other.near);
    EXPECT_THAT(poller().RebuildAfterFork(), HasLost(fd, ENOENT));
    EXPECT_THAT(poller().registrations(), IsEmpty());
    ExpectQuiet();
  });
}

// Nothing of it is left that could use up an event of the other file.
TEST_P(ForkFilesTest, TheNumberOfALostRegularFileServesAnother) {
  const ScopedFd file = TemporaryFile();
  const Pipe pipe;
  Register(file.get(), Interest::kReadable, 1);
  ExpectInChild([&] {
    GiveNumber(file, pipe.reader);
    EXPECT_THAT(poller().RebuildAfterFork(), HasLost(file.get(), ENOENT));
    Register(file.get(), Interest::kReadable, 2, Trigger::kOneShot);
    EXPECT_THAT(WaitNow(), IsEmpty());
    WriteText(pipe.writer.get(), "x");
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
  });
}

}  // namespace
}  // namespace someos
