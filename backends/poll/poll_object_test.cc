// One thread's use of a poll object: arguments, errors, timeouts. What it reports is in
// poll_object_events_test.cc, threads and forks are in poll_object_threads_test.cc.

#include "someos/backends/poll/poll_object.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>

#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <sstream>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/on_signal.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/poll/poll_constants.h"
#include "someos/backends/poll/poll_system.h"
#include "someos/testing/clocks.h"
#include "someos/testing/pipe.h"
#include "someos/testing/signals.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos::select {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr absl::Duration kNow = absl::ZeroDuration();

template <int error>
constexpr PollSystem kFailing = {
    [](pollfd*, nfds_t, const base::Deadline&) {
      errno = error;
      return -1;
    },
    absl::Nanoseconds(1),
};

struct Socket {
  int fileno() const { return fd; }
  int fd;
};

TEST(PollObject, AllWaitables) {
  Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  const int fd = pipe.reader.get();
  Socket socket = {fd};
  Poll poll;
  ASSERT_THAT(poll.Register(socket, kPollOut), Succeeds());
  ASSERT_THAT(poll.Modify(&socket, kPollIn), Succeeds());
  EXPECT_THAT(*poll.Wait(), ElementsAre(PollEvent{fd, kPollIn}));
  ASSERT_THAT(poll.Unregister(std::make_unique<Socket>(socket)), Succeeds());
  EXPECT_THAT(*poll.Wait(kNow), IsEmpty());
  ASSERT_THAT(poll.Register(stderr), Succeeds());
  ASSERT_THAT(poll.Unregister(2), Succeeds());
}

TEST(PollObject, NegativeAndTooLargeDescriptorsAreRefusedFirst) {
  Poll poll;
  const absl::Status negative =
      absl::InvalidArgumentError("file descriptor cannot be a negative integer (-1)");
  EXPECT_EQ(poll.Register(-1, -1), negative);
  EXPECT_EQ(poll.Modify(Socket{-1}, -1), negative);
  EXPECT_EQ(poll.Unregister(-1), negative);
  EXPECT_EQ(poll.Register(int64_t{INT_MAX} + 1).code(), absl::StatusCode::kOutOfRange);
}

TEST(PollObject, MasksThatAreNoUnsignedShortAreRefusedBeforeTheDescriptorIsLookedUp) {
  Poll poll;
  const absl::Status negative = absl::InvalidArgumentError("value must be positive");
  const absl::Status large = absl::OutOfRangeError("Python int too large for C unsigned short");
  EXPECT_EQ(poll.Register(0, -1), negative);
  EXPECT_EQ(poll.Register(0, 65536), large);
  EXPECT_EQ(poll.Register(0, INT64_MAX), large);
  EXPECT_EQ(poll.Modify(1972, INT64_MIN), negative);
  EXPECT_EQ(poll.Modify(1972, 65536), large);
  EXPECT_EQ(ErrnoOf(poll.Modify(1972, 65536)), 0);
  EXPECT_THAT(*poll.Wait(kNow), IsEmpty());
}

TEST(PollObject, TheUnregisteredIsUnknown) {
  Poll poll;
  EXPECT_THAT(poll.Modify(1972, kPollIn), FailsWithErrno(ENOENT, "modify fd 1972: "));
  const absl::Status unknown = poll.Unregister(1972);
  EXPECT_EQ(unknown.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ErrnoOf(unknown), 0);
}

TEST(PollObject, TimeoutsThatNoIntHoldsInMillisecondsAreRefused) {
  Poll poll;
  for (const int64_t milliseconds : {int64_t{INT_MAX} + 1, int64_t{INT_MIN} - 1}) {
    EXPECT_EQ(poll.Wait(absl::Milliseconds(milliseconds)).status(),
              absl::OutOfRangeError("timeout is too large"));
  }
}

TEST(PollObject, NothingAndNegativeAndInfiniteTimeoutsBlock) {
  for (const std::optional<absl::Duration> timeout :
       {std::optional<absl::Duration>(), std::optional(-absl::Nanoseconds(1)),
        std::optional(-absl::Seconds(1)), std::optional(absl::InfiniteDuration())}) {
    Pipe pipe;
    Poll poll;
    ASSERT_THAT(poll.Register(pipe.reader.get(), kPollIn), Succeeds());
    std::thread writer([&pipe] { WriteText(pipe.writer.get(), "x"); });
    EXPECT_EQ(poll.Wait(timeout)->size(), 1u);
    writer.join();
  }
}

TEST(PollObject, TimeoutsAreWaitedToTheirEnd) {
  Pipe pipe;
  Poll poll;
  ASSERT_THAT(poll.Register(pipe.reader.get(), kPollIn), Succeeds());
  for (const absl::Duration timeout : {absl::Microseconds(300), absl::Milliseconds(20)}) {
    const absl::Duration start = MonotonicNow();
    EXPECT_THAT(*poll.Wait(timeout), IsEmpty());
    EXPECT_GE(MonotonicNow() - start, timeout);
  }
}

TEST(PollObject, SignalsDoNotEndAWait) {
  Poll poll;
  const ScopedSignalHandler handler(SIGUSR1, [](int) {});
  const SignalStorm storm(pthread_self(), SIGUSR1, absl::Milliseconds(2));
  const absl::Duration start = MonotonicNow();
  const auto events = poll.Wait(absl::Milliseconds(50));
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(50));
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events, IsEmpty());
}

TEST(PollObject, ASignalEndsAWaitThatAsksForIt) {
  const Pipe pipe;
  Poll poll;
  ASSERT_THAT(poll.Register(pipe.reader.get(), kPollIn), Succeeds());
  const ScopedSignalHandler handler(SIGUSR1, [](int) {});
  {
    const SignalStorm storm(pthread_self(), SIGUSR1, absl::Milliseconds(2));
    EXPECT_THAT(poll.Wait(std::nullopt, OnSignal::kReturn), FailsWithErrno(EINTR, "poll"));
    EXPECT_THAT(poll.Wait(absl::Hours(1), OnSignal::kReturn), FailsWithErrno(EINTR, "poll"));
  }
  WriteText(pipe.writer.get(), "x");
  EXPECT_EQ(poll.Wait(absl::Hours(1), OnSignal::kReturn)->size(), 1u);
}

TEST(PollObject, AnInterruptedLookThatMayNotWaitFindsNothing) {
  Poll poll(kFailing<EINTR>);
  ASSERT_THAT(poll.Register(0), Succeeds());
  EXPECT_THAT(*poll.Wait(kNow), IsEmpty());
  EXPECT_THAT(poll.Wait(kNow, OnSignal::kReturn), FailsWithErrno(EINTR, "poll"));
}

TEST(PollObject, TheKernelsFailuresAreReportedAndLeaveItUsable) {
  Poll poll(kFailing<ENOMEM>);
  EXPECT_THAT(poll.Wait(), FailsWithErrno(ENOMEM, "poll: "));
  EXPECT_THAT(poll.Wait(), FailsWithErrno(ENOMEM, "poll: "));
}

TEST(PollObject, RegisteringAgainReplacesTheMask) {
  Pipe pipe;
  Poll poll;
  ASSERT_THAT(poll.Register(pipe.writer.get(), kPollOut), Succeeds());
  ASSERT_THAT(poll.Register(pipe.writer.get(), 0), Succeeds());
  EXPECT_THAT(*poll.Wait(kNow), IsEmpty());
}

TEST(PollObject, MovesAndLeavesAnEmptyOne) {
  Pipe pipe;
  const int fd = pipe.writer.get();
  Poll first;
  ASSERT_THAT(first.Register(fd, kPollOut), Succeeds());
  ASSERT_EQ(first.Wait()->size(), 1u);
  Poll second = std::move(first);
  EXPECT_THAT(*second.Wait(), ElementsAre(PollEvent{fd, kPollOut}));
  EXPECT_THAT(*first.Wait(kNow), IsEmpty());
  EXPECT_EQ(first.Unregister(fd).code(), absl::StatusCode::kNotFound);
  ASSERT_THAT(first.Register(pipe.reader.get()), Succeeds());
  first = std::move(second);
  EXPECT_THAT(*first.Wait(), ElementsAre(PollEvent{fd, kPollOut}));
  Poll& same = first;
  first = std::move(same);
  EXPECT_THAT(*first.Wait(), ElementsAre(PollEvent{fd, kPollOut}));
}

// Each of the two has waited, and so knows what it last asked the kernel about.
TEST(PollObject, MovesAfterAWaitToOneThatHasWaited) {
  Pipe pipe, other;
  WriteText(other.writer.get(), "x");
  Poll source, target;
  ASSERT_THAT(source.Register(pipe.writer.get(), kPollOut), Succeeds());
  ASSERT_THAT(target.Register(other.reader.get(), kPollIn), Succeeds());
  EXPECT_THAT(*source.Wait(), ElementsAre(PollEvent{pipe.writer.get(), kPollOut}));
  EXPECT_THAT(*target.Wait(), ElementsAre(PollEvent{other.reader.get(), kPollIn}));

  target = std::move(source);
  EXPECT_THAT(*target.Wait(), ElementsAre(PollEvent{pipe.writer.get(), kPollOut}));
  EXPECT_EQ(target.Unregister(other.reader.get()).code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(*source.Wait(kNow), IsEmpty());  // NOLINT(bugprone-use-after-move)

  // It can be used again, and its own what it is asked.
  ASSERT_THAT(source.Register(other.reader.get(), kPollIn), Succeeds());
  EXPECT_THAT(*source.Wait(), ElementsAre(PollEvent{other.reader.get(), kPollIn}));
  EXPECT_THAT(*target.Wait(), ElementsAre(PollEvent{pipe.writer.get(), kPollOut}));

  const Poll constructed = std::move(target);
  EXPECT_THAT(*target.Wait(kNow), IsEmpty());  // NOLINT(bugprone-use-after-move)
}

TEST(PollObject, MovesTogetherWithItsSystem) {
  Poll failing(kFailing<ENOMEM>);
  Poll constructed = std::move(failing);
  EXPECT_THAT(constructed.Wait(kNow), FailsWithErrno(ENOMEM, "poll: "));
  Poll assigned;
  EXPECT_THAT(assigned.Wait(kNow), Succeeds());
  assigned = std::move(constructed);
  EXPECT_THAT(assigned.Wait(kNow), FailsWithErrno(ENOMEM, "poll: "));
}

TEST(PollEventTest, ComparesAndPrintsWithNames) {
  const PollEvent event = {7, kPollIn | kPollHup};
  EXPECT_EQ(event, (PollEvent{7, kPollIn | kPollHup}));
  EXPECT_NE(event, (PollEvent{8, kPollIn | kPollHup}));
  EXPECT_NE(event, (PollEvent{7, kPollIn}));
  EXPECT_EQ(absl::StrCat(event), "{fd 7: POLLIN|POLLHUP}");
  std::ostringstream out;
  out << event;
  EXPECT_EQ(out.str(), absl::StrCat(event));
}

}  // namespace
}  // namespace someos::select
