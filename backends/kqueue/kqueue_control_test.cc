// What Kqueue::Control asks of the kernel, over a queue that does as it is told.

#include <cerrno>
#include <climits>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/backends/kqueue/kernel_queue.h"
#include "someos/backends/kqueue/kevent.h"
#include "someos/backends/kqueue/kqueue_constants.h"
#include "someos/backends/kqueue/kqueue_object.h"
#include "someos/testing/clocks.h"
#include "someos/testing/status_matchers.h"

namespace someos::select {
namespace {

using testing::IsEmpty;

struct Call {
  int changes;
  int room;
  bool has_events;
  bool has_timeout;
  absl::Duration timeout;
};

// What the queue answers, call by call (then with no events), and the calls as they came.
struct Script {
  std::vector<int> errors;  // 0: no events
  std::vector<Kevent> events;
  std::vector<Call> calls;
  bool closed = false;
  bool close_during_call = false;
};

Script script;

class ScriptedQueue final : public KernelQueue {
 public:
  int Kevent(const struct kevent*, int change_count, struct kevent* events, int event_count,
             const timespec* timeout) override {
    script.calls.push_back(
        {change_count, event_count, events != nullptr, timeout != nullptr,
         timeout == nullptr ? absl::ZeroDuration() : absl::DurationFromTimespec(*timeout)});
    if (script.close_during_call) script.closed = true;
    const size_t call = script.calls.size() - 1;
    if (call < script.errors.size() && script.errors[call] != 0) {
      errno = script.errors[call];
      return -1;
    }
    if (call < script.errors.size()) return 0;
    int given = 0;
    for (const select::Kevent& event : script.events) events[given++] = event.Raw();
    return given;
  }
  int fd() const override { return script.closed ? -1 : 42; }
  void Close() override { script.closed = true; }
};

class KqueueControlTest : public testing::Test {
 protected:
  void SetUp() override {
    script = {};
    ASSERT_THAT(queue_, Succeeds());
  }

  absl::StatusOr<Kqueue> queue_ =
      Kqueue::Create([]() -> absl::StatusOr<std::unique_ptr<KernelQueue>> {
        return std::make_unique<ScriptedQueue>();
      });
};

TEST_F(KqueueControlTest, ChangesAreSentOnceThoughASignalEndsTheCall) {
  script.errors = {EINTR, EINTR};
  script.events = {Kevent(5)};
  const auto events = queue_->Control({Kevent(5), Kevent(6)}, 7);
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events, testing::ElementsAre(Kevent(5)));
  ASSERT_EQ(script.calls.size(), 3u);
  EXPECT_EQ(script.calls[0].changes, 2);
  EXPECT_EQ(script.calls[1].changes, 0);
  EXPECT_EQ(script.calls[2].changes, 0);
  EXPECT_EQ(script.calls[2].room, 7);
}

TEST_F(KqueueControlTest, ChangesAreSentOnceThoughTheCallComesBackEarly) {
  script.errors = {0};
  script.events = {Kevent(5)};
  ASSERT_THAT(queue_->Control({Kevent(5)}, 1), Succeeds());
  ASSERT_EQ(script.calls.size(), 2u);
  EXPECT_EQ(script.calls[1].changes, 0);
}

TEST_F(KqueueControlTest, ASignalLeavesTheDeadlineWhereItIs) {
  script.errors = {EINTR};
  script.events = {Kevent(5)};
  const absl::Duration begin = MonotonicNow();
  ASSERT_THAT(queue_->Control(std::nullopt, 1, absl::Hours(1)), Succeeds());
  const absl::Duration took = MonotonicNow() - begin;
  ASSERT_EQ(script.calls.size(), 2u);
  EXPECT_EQ(script.calls[0].timeout, absl::Hours(1));
  EXPECT_LT(script.calls[1].timeout, absl::Hours(1));
  EXPECT_GE(script.calls[1].timeout, absl::Hours(1) - took);
}

TEST_F(KqueueControlTest, ASignalAtTheDeadlineIsTheEnd) {
  script.errors = {EINTR};
  script.events = {Kevent(5)};
  const auto events = queue_->Control({Kevent(5)}, 1, absl::ZeroDuration());
  ASSERT_THAT(events, Succeeds());
  EXPECT_THAT(*events, IsEmpty());
  EXPECT_EQ(script.calls.size(), 1u);
}

TEST_F(KqueueControlTest, NoTimeoutAndAnInfiniteOneBlock) {
  script.events = {Kevent(5)};
  ASSERT_THAT(queue_->Control(std::nullopt, 1), Succeeds());
  ASSERT_THAT(queue_->Control(std::nullopt, 1, absl::InfiniteDuration()), Succeeds());
  EXPECT_FALSE(script.calls[0].has_timeout);
  EXPECT_FALSE(script.calls[1].has_timeout);
}

TEST_F(KqueueControlTest, LongTimeoutsAreWaitedInPieces) {
  script.errors = {0};
  script.events = {Kevent(5)};
  ASSERT_THAT(queue_->Control(std::nullopt, 1, absl::Seconds(100'000'000)), Succeeds());
  ASSERT_EQ(script.calls.size(), 2u);
  // macOS refuses what does not fit its clock.
  EXPECT_EQ(script.calls[0].timeout, absl::Seconds(1'000'000));
}

TEST_F(KqueueControlTest, WithoutRoomThereIsNoEventlistAndNoWait) {
  const auto events = queue_->Control({Kevent(5)}, 0, absl::Hours(1));
  ASSERT_THAT(events, Succeeds());
  ASSERT_EQ(script.calls.size(), 1u);
  EXPECT_FALSE(script.calls[0].has_events);
  EXPECT_TRUE(script.calls[0].has_timeout);
  EXPECT_EQ(script.calls[0].timeout, absl::ZeroDuration());
}

TEST_F(KqueueControlTest, HugeRoomIsAskedForInPart) {
  script.events = {Kevent(5)};
  ASSERT_THAT(queue_->Control(std::nullopt, INT_MAX), Succeeds());
  EXPECT_EQ(script.calls[0].room, 65536);
  ASSERT_THAT(queue_->Control(std::vector<Kevent>(70'000, Kevent(5)), INT_MAX), Succeeds());
  EXPECT_EQ(script.calls[1].room, 70'000);
  ASSERT_THAT(queue_->Control(std::nullopt, 40), Succeeds());
  EXPECT_EQ(script.calls[2].room, 40);
}

TEST_F(KqueueControlTest, ARefusedArgumentReachesNoKernel) {
  EXPECT_THAT(queue_->Control({Kevent(5)}, -1), testing::Not(Succeeds()));
  EXPECT_THAT(queue_->Control({Kevent(5)}, 1, -absl::Seconds(1)), testing::Not(Succeeds()));
  EXPECT_THAT(script.calls, IsEmpty());
}

TEST_F(KqueueControlTest, AnErrorNamesTheQueue) {
  script.errors = {ENOMEM};
  EXPECT_THAT(queue_->Control({Kevent(5)}, 0), FailsWithErrno(ENOMEM, "control fd 42"));
}

TEST_F(KqueueControlTest, ClosedWhileItWaited) {
  for (const int error : {EINTR, 0}) {
    script = {};
    script.errors = {error};
    script.close_during_call = true;
    EXPECT_THAT(queue_->Control(std::nullopt, 1), FailsWithErrno(EBADF, "control fd 42"));
    EXPECT_EQ(script.calls.size(), 1u);
  }
}

}  // namespace
}  // namespace someos::select
