#include "someos/backends/select/select_lists.h"

#include <sys/select.h>
#include <time.h>

#include <cerrno>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/backends/select/select_system.h"
#include "someos/testing/clocks.h"
#include "someos/testing/pipe.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos::select::internal {
namespace {

// What the last call of a fake received, and how many there were.
struct Received {
  int calls;
  int count;
  bool read, write, except;  // whether the set was not null
  bool blocking;
  timespec timeout;
} received;

void Record(int count, fd_set* read, fd_set* write, fd_set* except, const timespec* timeout) {
  ++received.calls;
  received.count = count;
  received.read = read != nullptr;
  received.write = write != nullptr;
  received.except = except != nullptr;
  received.blocking = timeout == nullptr;
  if (timeout != nullptr) received.timeout = *timeout;
}

constexpr SelectSystem kRecording = {
    [](int count, fd_set* read, fd_set* write, fd_set* except, const timespec* timeout) {
      Record(count, read, write, except, timeout);
      return RealSelectSystem().select(count, read, write, except, timeout);
    },
};

// A signal arrives in the first two calls, and each leaves the sets in disorder.
constexpr SelectSystem kInterrupted = {
    [](int count, fd_set* read, fd_set* write, fd_set* except, const timespec* timeout) {
      Record(count, read, write, except, timeout);
      if (received.calls > 2) {
        return RealSelectSystem().select(count, read, write, except, timeout);
      }
      FD_ZERO(read);
      errno = EINTR;
      return -1;
    },
};

// Nothing is ready, and the sets stay as they were: Linux for the numbers that it overlooks.
constexpr SelectSystem kLeavingBits = {
    [](int count, fd_set* read, fd_set* write, fd_set* except, const timespec* timeout) {
      Record(count, read, write, except, timeout);
      return 0;
    },
};

template <int error>
constexpr SelectSystem kFailing = {
    [](int count, fd_set* read, fd_set* write, fd_set* except, const timespec* timeout) {
      Record(count, read, write, except, timeout);
      errno = error;
      return -1;
    },
};

class SelectListsTest : public testing::Test {
 protected:
  SelectListsTest() {
    received = {};
    WriteText(pipe_.writer.get(), "x");
  }

  Pipe pipe_;
  const int fd_ = pipe_.reader.get();
};

TEST_F(SelectListsTest, EmptySetsAreNullAndTheKernelLooksNoFurtherThanTheHighest) {
  SelectLists lists({}, kRecording);
  ASSERT_THAT(lists.Add(SelectLists::kRead, fd_), Succeeds());
  ASSERT_THAT(lists.Run(), Succeeds());
  EXPECT_TRUE(lists.ready(SelectLists::kRead, 0));
  EXPECT_EQ(received.count, fd_ + 1);
  EXPECT_TRUE(received.read);
  EXPECT_FALSE(received.write);
  EXPECT_FALSE(received.except);
  EXPECT_FALSE(received.blocking) << "what is ready already is found by a look";
}

TEST_F(SelectListsTest, NoListAtAllIsASleep) {
  SelectLists lists({}, kRecording);
  ASSERT_THAT(lists.SetTimeout(absl::Milliseconds(1)), Succeeds());
  ASSERT_THAT(lists.Run(), Succeeds());
  EXPECT_EQ(received.count, 0);
  EXPECT_FALSE(received.read || received.write || received.except);
}

TEST_F(SelectListsTest, AnInterruptedWaitBeginsAnewWithWholeSets) {
  SelectLists lists({}, kInterrupted);
  ASSERT_THAT(lists.Add(SelectLists::kRead, fd_), Succeeds());
  ASSERT_THAT(lists.Run(), Succeeds());
  EXPECT_EQ(received.calls, 3);
  EXPECT_TRUE(lists.ready(SelectLists::kRead, 0));
}

TEST_F(SelectListsTest, AnInterruptedLookThatMayNotWaitFindsNothing) {
  SelectLists lists({}, kInterrupted);
  ASSERT_THAT(lists.SetTimeout(absl::ZeroDuration()), Succeeds());
  ASSERT_THAT(lists.Add(SelectLists::kRead, fd_), Succeeds());
  ASSERT_THAT(lists.Run(), Succeeds());
  EXPECT_EQ(received.calls, 1);
  EXPECT_FALSE(lists.ready(SelectLists::kRead, 0));
}

TEST_F(SelectListsTest, BitsLeftSetAreNotReady) {
  SelectLists lists({}, kLeavingBits);
  ASSERT_THAT(lists.SetTimeout(absl::ZeroDuration()), Succeeds());
  for (const auto list : {SelectLists::kRead, SelectLists::kWrite, SelectLists::kExcept}) {
    ASSERT_THAT(lists.Add(list, fd_), Succeeds());
  }
  ASSERT_THAT(lists.Run(), Succeeds());
  for (const auto list : {SelectLists::kRead, SelectLists::kWrite, SelectLists::kExcept}) {
    EXPECT_FALSE(lists.ready(list, 0));
  }
}

TEST_F(SelectListsTest, AKernelThatIsEarlyIsAskedAgainForWhatIsLeft) {
  SelectLists lists({}, kLeavingBits);
  const absl::Duration start = MonotonicNow();
  ASSERT_THAT(lists.SetTimeout(absl::Milliseconds(5)), Succeeds());
  ASSERT_THAT(lists.Run(), Succeeds());
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(5));
  EXPECT_GT(received.calls, 1);
  EXPECT_LT(absl::DurationFromTimespec(received.timeout), absl::Milliseconds(5));
}

TEST_F(SelectListsTest, FailuresOfTheKernel) {
  SelectLists no_memory({}, kFailing<ENOMEM>);
  EXPECT_THAT(no_memory.Run(), FailsWithErrno(ENOMEM, "select: "));
  SelectLists too_long({}, kFailing<EINVAL>);
  EXPECT_THAT(too_long.Run(), FailsWithErrno(EINVAL, "select: "));
  // Closed when the kernel looked, and open when we look for whom to name.
  SelectLists reopened({}, kFailing<EBADF>);
  ASSERT_THAT(reopened.Add(SelectLists::kWrite, fd_), Succeeds());
  EXPECT_THAT(reopened.Run(), FailsWithErrno(EBADF, "select: "));
}

}  // namespace
}  // namespace someos::select::internal
