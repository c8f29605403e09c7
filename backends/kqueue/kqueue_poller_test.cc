// What only the kqueue backend has; the contract is in kqueue_conformance_test.cc.

#include "someos/backends/kqueue/kqueue_poller.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/poller.h"
#include "someos/backends/kqueue/kernel_queue.h"
#include "someos/testing/pseudo_terminal.h"

namespace someos {
namespace {

// A kernel queue that does what the test has laid out for it.
class ScriptedQueue final : public KernelQueue {
 public:
  struct Script {
    int change_error = 0;  // of every EV_ADD for a registered descriptor
    int delete_error = 0;  // of every EV_DELETE
    std::vector<struct kevent> events;
    std::vector<struct kevent> changes;  // as they came
    int calls = 0;
  };

  explicit ScriptedQueue(Script* script) : script_(script) {}

  int Kevent(const struct kevent* changes, int change_count, struct kevent* events, int event_count,
             const timespec*) override {
    ++script_->calls;
    for (int i = 0; i < change_count; ++i) {
      script_->changes.push_back(changes[i]);
      if (script_->delete_error != 0 && (changes[i].flags & EV_DELETE) != 0) {
        errno = script_->delete_error;
        return -1;
      }
      // The first one is the poller's own wake channel.
      if (script_->change_error == 0 || script_->changes.size() == 1) continue;
      if ((changes[i].flags & EV_ADD) == 0) continue;
      errno = script_->change_error;
      return -1;
    }
    int given = 0;
    while (given < event_count && !script_->events.empty()) {
      events[given++] = script_->events.front();
      script_->events.erase(script_->events.begin());
    }
    return given;
  }

  int fd() const override { return 1; }
  void Close() override {}

 private:
  Script* const script_;
};

ScriptedQueue::Script script;

class KqueuePollerTest : public testing::Test {
 protected:
  void SetUp() override {
    script = {};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair_), 0);
    absl::StatusOr<std::unique_ptr<KqueuePoller>> poller =
        KqueuePoller::Create({}, []() -> absl::StatusOr<std::unique_ptr<KernelQueue>> {
          return std::make_unique<ScriptedQueue>(&script);
        });
    ASSERT_TRUE(poller.ok()) << poller.status();
    poller_ = *std::move(poller);
  }
  void TearDown() override {
    poller_.reset();
    close(pair_[0]);
    close(pair_[1]);
  }

  // The event that a kernel would make of the n-th change.
  static struct kevent EventOf(size_t change, unsigned extra_flags = 0) {
    struct kevent event = script.changes.at(change);
    event.flags |= extra_flags;
    return event;
  }

  int pair_[2];
  std::unique_ptr<KqueuePoller> poller_;
  Event events_[4];
};

TEST_F(KqueuePollerTest, ReadAndWriteOfOneDescriptorAreOneEvent) {
  ASSERT_TRUE(poller_->Register(pair_[0], Interest::kReadable | Interest::kWritable, 7).ok());
  ASSERT_EQ(script.changes.size(), 3u);
  // OpenBSD echoes EV_ADD, FreeBSD does not; neither may matter.
  script.events = {EventOf(1), EventOf(2)};
  ASSERT_EQ(poller_->Wait(events_, absl::ZeroDuration()).value_or(9), 1u);
  EXPECT_EQ(events_[0].readiness, Readiness::kReadable | Readiness::kWritable);
  EXPECT_EQ(events_[0].data, 7u);
}

TEST_F(KqueuePollerTest, BothFiltersAreChangedInOneCall) {
  constexpr Interest kBoth = Interest::kReadable | Interest::kWritable;
  const int before = script.calls;
  ASSERT_TRUE(poller_->Register(pair_[0], kBoth).ok());
  EXPECT_EQ(script.calls, before + 1);
  // One to ask whether the number still names the file.
  ASSERT_TRUE(poller_->Modify(pair_[0], kBoth, 1, Trigger::kEdge).ok());
  EXPECT_EQ(script.calls, before + 3);
  ASSERT_TRUE(poller_->Unregister(pair_[0]).ok());
  EXPECT_EQ(script.calls, before + 4);
  // The wake channel, two in, the question, two out and two in, two out.
  EXPECT_EQ(script.changes.size(), 1u + 2u + 1u + 4u + 2u);
}

TEST_F(KqueuePollerTest, ABatchIsACallForAllRegistrationsAndOneForTheirEnd) {
  constexpr Interest kBoth = Interest::kReadable | Interest::kWritable;
  const int before = script.calls;
  ASSERT_TRUE(poller_
                  ->Apply({Change::Register(pair_[0], kBoth),
                           Change::Register(pair_[1], Interest::kReadable)})
                  .ok());
  EXPECT_EQ(script.calls, before + 1);
  EXPECT_EQ(script.changes.size(), 1u + 3u);
  EXPECT_EQ(poller_->registrations().size(), 2u);
  ASSERT_TRUE(poller_->Apply({Change::Unregister(pair_[1]), Change::Unregister(pair_[0])}).ok());
  EXPECT_EQ(script.calls, before + 2);
  EXPECT_EQ(script.changes.size(), 1u + 3u + 3u);
  EXPECT_TRUE(poller_->registrations().empty());
}

TEST_F(KqueuePollerTest, ABatchThatFailsTogetherIsMadeOneByOne) {
  script.change_error = ENOMEM;
  std::vector<FailedChange> failed;
  const absl::Status status = poller_->Apply({Change::Register(pair_[0], Interest::kReadable),
                                              Change::Register(pair_[1], Interest::kReadable)},
                                             &failed);
  EXPECT_EQ(ErrnoOf(status), ENOMEM);
  ASSERT_EQ(failed.size(), 2u);
  EXPECT_EQ(failed[1].index, 1u);
  EXPECT_TRUE(poller_->registrations().empty());

  script.change_error = 0;
  ASSERT_TRUE(poller_->Register(pair_[0], Interest::kReadable).ok());
  ASSERT_TRUE(poller_->Register(pair_[1], Interest::kReadable).ok());
  // As of files that are closed, or one-shots that have fired.
  script.delete_error = ENOENT;
  EXPECT_TRUE(poller_->Apply({Change::Unregister(pair_[0]), Change::Unregister(pair_[1])}).ok());
  EXPECT_TRUE(poller_->registrations().empty());
}

TEST_F(KqueuePollerTest, AModifyThatCannotEvenBeTakenBackSaysSo) {
  ASSERT_TRUE(poller_->Register(pair_[0], Interest::kReadable, 1).ok());
  script.change_error = ENOMEM;
  const absl::Status status = poller_->Modify(pair_[0], Interest::kWritable, 2);
  EXPECT_EQ(ErrnoOf(status), ENOMEM);
  EXPECT_THAT(std::string(status.message()),
              testing::HasSubstr("which reports nothing until a modify succeeds"));
  EXPECT_EQ(poller_->registrations().size(), 1u);

  script.change_error = 0;
  EXPECT_TRUE(poller_->Modify(pair_[0], Interest::kReadable, 3).ok());
  script.events = {EventOf(script.changes.size() - 1)};
  ASSERT_EQ(poller_->Wait(events_, absl::ZeroDuration()).value_or(9), 1u);
  EXPECT_EQ(events_[0].data, 3u);
}

TEST_F(KqueuePollerTest, AnEventOfAnEarlierRegistrationIsDropped) {
  ASSERT_TRUE(poller_->Register(pair_[0], Interest::kReadable, 1).ok());
  const struct kevent old = EventOf(1);
  ASSERT_TRUE(poller_->Unregister(pair_[0]).ok());
  ASSERT_TRUE(poller_->Register(pair_[0], Interest::kReadable, 2).ok());
  script.events = {old};
  EXPECT_EQ(poller_->Wait(events_, absl::ZeroDuration()).value_or(9), 0u);
}

TEST_F(KqueuePollerTest, AOneShotThatFiredOnOneFilterIsTakenOutOfTheOther) {
  ASSERT_TRUE(
      poller_->Register(pair_[0], Interest::kReadable | Interest::kWritable, 0, Trigger::kOneShot)
          .ok());
  const struct kevent write = EventOf(2);
  script.events = {EventOf(1)};
  ASSERT_EQ(poller_->Wait(events_, absl::ZeroDuration()).value_or(9), 1u);
  EXPECT_EQ(script.changes.back().filter, EVFILT_WRITE);
  EXPECT_TRUE(script.changes.back().flags & EV_DELETE);
  script.events = {write};  // was on its way already
  EXPECT_EQ(poller_->Wait(events_, absl::ZeroDuration()).value_or(9), 0u);
}

TEST_F(KqueuePollerTest, ARefusedChangeLeavesNothingRegistered) {
  script.change_error = ENOMEM;
  const absl::Status status = poller_->Register(pair_[0], Interest::kReadable);
  EXPECT_EQ(ErrnoOf(status), ENOMEM) << status;
  script.change_error = 0;
  EXPECT_EQ(ErrnoOf(poller_->Unregister(pair_[0])), ENOENT);
  EXPECT_TRUE(poller_->Register(pair_[0], Interest::kReadable).ok());
}

// It is writable, and stays so, but not always readable.
TEST_F(KqueuePollerTest, ARefusedTerminalIsNoDeviceThatIsAlwaysReady) {
  const PseudoTerminal pseudo_terminal;
  if (!pseudo_terminal.valid()) GTEST_SKIP() << "this machine gives out no pseudo-terminals";
  script.change_error = ENOMEM;
  const absl::Status status =
      poller_->Register(pseudo_terminal.terminal.get(), Interest::kReadable);
  EXPECT_EQ(ErrnoOf(status), ENOMEM) << status;
}

// FreeBSD answers EPIPE for a pipe whose other end is closed already.
TEST_F(KqueuePollerTest, ABrokenPipeThatTheKernelDoesNotQueueIsReadyAllTheSame) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  script.change_error = EPIPE;
  ASSERT_TRUE(poller_->Register(ends[1], Interest::kWritable, 5).ok());
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(poller_->Wait(events_, absl::InfiniteDuration()).value_or(9), 1u);
    EXPECT_TRUE(events_[0].writable());
    EXPECT_EQ(events_[0].data, 5u);
  }
  ASSERT_TRUE(poller_->Unregister(ends[1]).ok());
  EXPECT_EQ(poller_->Wait(events_, absl::ZeroDuration()).value_or(9), 0u);
  close(ends[1]);
}

// FreeBSD takes the filter out with the event that says that the reader is gone.
TEST_F(KqueuePollerTest, APipeThatBreaksIsReadyForEver) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_TRUE(poller_->Register(ends[1], Interest::kWritable, 5).ok());
  close(ends[0]);
  script.events = {EventOf(1, EV_EOF | EV_ONESHOT)};
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(poller_->Wait(events_, absl::InfiniteDuration()).value_or(9), 1u) << i;
    EXPECT_TRUE(events_[0].writable());
    EXPECT_TRUE(events_[0].error());
    EXPECT_EQ(events_[0].data, 5u);
  }
  EXPECT_EQ(ErrnoOf(poller_->Register(ends[1], Interest::kWritable)), EEXIST);
  ASSERT_TRUE(poller_->Unregister(ends[1]).ok());
  EXPECT_EQ(poller_->Wait(events_, absl::ZeroDuration()).value_or(9), 0u);
  close(ends[1]);
}

TEST_F(KqueuePollerTest, EndOfFileOfAHalfClosedSocketIsNoHangup) {
  ASSERT_TRUE(poller_->Register(pair_[0], Interest::kReadable | Interest::kReadHangup).ok());
  ASSERT_EQ(shutdown(pair_[1], SHUT_WR), 0);
  script.events = {EventOf(1, EV_EOF)};
  ASSERT_EQ(poller_->Wait(events_, absl::ZeroDuration()).value_or(9), 1u);
  EXPECT_EQ(events_[0].readiness, Readiness::kReadable | Readiness::kReadHangup);
}

}  // namespace
}  // namespace someos
