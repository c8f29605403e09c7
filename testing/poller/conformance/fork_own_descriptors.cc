// Promise 9, continued: what a child has opened under the numbers of its parent's poller is the
// child's, and stays open.

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <set>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"
#include "someos/testing/temporary_file.h"

#ifdef __linux__
#include <sys/syscall.h>
#endif

namespace someos {
namespace {

using testing::ElementsAre;

class Opened {
 public:
  // The descriptors that are opened between this and Numbers().
  Opened() : before_(OpenDescriptors()) {}
  std::vector<int> Numbers() const {
    std::vector<int> numbers;
    for (const int fd : OpenDescriptors()) {
      if (before_.count(fd) == 0) numbers.push_back(fd);
    }
    return numbers;
  }

 private:
  const std::set<int> before_;
};

bool IsFileOf(int fd, int other) {
  struct stat one, two;
  return fstat(fd, &one) == 0 && fstat(other, &two) == 0 && one.st_dev == two.st_dev &&
         one.st_ino == two.st_ino;
}

void ExpectNumbersOf(const std::vector<int>& numbers, int other) {
  for (const int number : numbers) EXPECT_TRUE(IsFileOf(number, other)) << number;
}

// Expects one event, with this data.
void ExpectReports(Poller& poller, uint64_t data) {
  Event event;
  EXPECT_EQ(poller.Wait({&event, 1}, kPatience).value_or(9), 1u);
  EXPECT_EQ(event.data, data);
}

// Gives each number to the file of `other`, as a daemon does that closes everything and opens its
// own files.
void GiveAll(const std::vector<int>& numbers, int other) {
  for (const int number : numbers) MustSucceed(dup2(other, number), "dup2");
}

// It runs no fork handlers.
TEST_P(ForkTest, ABareCloneIsAForkedChild) {
#if defined(__linux__) && defined(SYS_clone) && defined(MADV_WIPEONFORK)
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable);
  const long child = MustSucceed(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0), "clone");
  if (child == 0) {
    Event event;
    int accepted = poller().Unregister(pipe.reader.get()).ok() ? 1 : 0;
    accepted += poller().Wait({&event, 1}, absl::ZeroDuration()).ok() ? 2 : 0;
    accepted += poller().Wake().ok() ? 4 : 0;
    _exit(accepted);
  }
  int status = -1;
  MustSucceed(waitpid(static_cast<pid_t>(child), &status, 0), "waitpid");
  EXPECT_EQ(status, 0);
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
#else
  GTEST_SKIP() << "this system has no clone(2) and no MADV_WIPEONFORK";
#endif
}

TEST_P(ForkTest, RebuildLeavesTheChildsFilesAlone) {
  if (OverLibkqueue()) GTEST_SKIP() << "libkqueue: its own descriptors have to stay";
  DestroyPoller();
  const Opened opened;
  const auto parents = NewPoller();
  const std::vector<int> numbers = opened.Numbers();
  const Pipe pipe;
  ASSERT_THAT(parents->Register(pipe.reader.get(), Interest::kReadable, 7), Succeeds());
  for (const ScopedFd& file : {TemporaryFile(), Duplicate(SocketPair().near.get())}) {
    ExpectInChild([&] {
      GiveAll(numbers, file.get());
      EXPECT_THAT(parents->RebuildAfterFork(), Succeeds());
      ExpectNumbersOf(numbers, file.get());
      WriteText(pipe.writer.get(), "x");
      ExpectReports(*parents, 7);
      ReadAvailable(pipe.reader.get());
    });
  }
}

// The numbers may name another poller's descriptors, which are of the same kinds.
TEST_P(ForkTest, RebuildLeavesThePollerAloneThatTheChildHasMade) {
  if (OverLibkqueue()) GTEST_SKIP() << "libkqueue: its own descriptors have to stay";
  DestroyPoller();
  const Opened opened;
  const auto parents = NewPoller();
  const std::vector<int> numbers = opened.Numbers();
  const Pipe pipe;
  ASSERT_THAT(parents->Register(pipe.reader.get(), Interest::kReadable, 7), Succeeds());
  ExpectInChild([&] {
    for (const int number : numbers) close(number);
    const auto childs = NewPoller();  // takes the lowest numbers
    EXPECT_THAT(childs->Register(pipe.reader.get(), Interest::kReadable, 8), Succeeds());
    EXPECT_THAT(parents->RebuildAfterFork(), Succeeds());
    WriteText(pipe.writer.get(), "x");
    ExpectReports(*parents, 7);
    ExpectReports(*childs, 8);
    ReadAvailable(pipe.reader.get());
    EXPECT_THAT(childs->Wake(), Succeeds());
    Event event;
    EXPECT_EQ(childs->Wait({&event, 1}, absl::InfiniteDuration()).value_or(9), 0u);
  });
}

TEST_P(ForkTest, TheDestructorLeavesTheChildsFilesAlone) {
  if (OverLibkqueue()) GTEST_SKIP() << "libkqueue: its own descriptors have to stay";
  DestroyPoller();
  const Opened opened;
  auto parents = NewPoller();
  const std::vector<int> numbers = opened.Numbers();
  const ScopedFd file = TemporaryFile();
  ExpectInChild([&] {
    GiveAll(numbers, file.get());
    parents = nullptr;
    ExpectNumbersOf(numbers, file.get());
  });
}

// A grandchild cannot ask its parent for the files of the poller, which its parent has not rebuilt.
TEST_P(ForkTest, AGrandchildRebuildsAndKeepsItsFiles) {
  if (OverLibkqueue()) GTEST_SKIP() << "libkqueue: its own descriptors have to stay";
  DestroyPoller();
  const Opened opened;
  const auto parents = NewPoller();
  const std::vector<int> numbers = opened.Numbers();
  const Pipe pipe;
  ASSERT_THAT(parents->Register(pipe.reader.get(), Interest::kReadable, 7), Succeeds());
  const ScopedFd file = TemporaryFile();
  ExpectInChild([&] {
    ExpectInChild([&] {
      GiveAll(numbers, file.get());
      EXPECT_THAT(parents->RebuildAfterFork(), Succeeds());
      ExpectNumbersOf(numbers, file.get());
      WriteText(pipe.writer.get(), "x");
      ExpectReports(*parents, 7);
    });
  });
}

}  // namespace
}  // namespace someos
