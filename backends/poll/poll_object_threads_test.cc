// A poll object that several threads use, and that a fork copies.

#include <poll.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/poll/poll_constants.h"
#include "someos/backends/poll/poll_object.h"
#include "someos/backends/poll/poll_system.h"
#include "someos/testing/child_process.h"
#include "someos/testing/pipe.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos::select {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr absl::Duration kNow = absl::ZeroDuration();

// Told by the next call of poll(2).
std::atomic<absl::Notification*> entered{nullptr};

constexpr PollSystem kTelling = {
    [](pollfd* fds, nfds_t count, const base::Deadline& deadline) {
      if (absl::Notification* notification = entered.exchange(nullptr)) notification->Notify();
      return RealPollSystem().poll(fds, count, deadline);
    },
    absl::Nanoseconds(1),
};

// A Wait without timeout in a thread of its own; constructed when it is in poll(2).
class Waiter {
 public:
  explicit Waiter(Poll& poll) {
    absl::Notification inside;
    entered = &inside;
    thread_ = std::thread([this, &poll] { result_ = poll.Wait(); });
    inside.WaitForNotification();
  }

  absl::StatusOr<std::vector<PollEvent>> Join() {
    thread_.join();
    return *std::move(result_);
  }

 private:
  std::optional<absl::StatusOr<std::vector<PollEvent>>> result_;
  std::thread thread_;
};

class PollThreadsTest : public testing::Test {
 protected:
  int reader() const { return pipe_.reader.get(); }
  // Makes the reader readable.
  void Write() { WriteText(pipe_.writer.get(), "spam"); }

  Pipe pipe_;
  Poll poll_{kTelling};
};

TEST_F(PollThreadsTest, ASecondWaitIsRefusedWhileTheFirstGoesOn) {
  ASSERT_THAT(poll_.Register(reader(), kPollIn), Succeeds());
  Waiter waiter(poll_);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(poll_.Wait(kNow).status(),
              absl::FailedPreconditionError("concurrent poll() invocation"));
  }
  // The timeout is checked first.
  EXPECT_EQ(poll_.Wait(absl::Hours(24 * 365)).status().code(), absl::StatusCode::kOutOfRange);
  Write();
  EXPECT_THAT(*waiter.Join(), ElementsAre(PollEvent{reader(), kPollIn}));
  EXPECT_THAT(*poll_.Wait(), ElementsAre(PollEvent{reader(), kPollIn}));
}

TEST_F(PollThreadsTest, ChangesDuringAWaitAreForTheNext) {
  const ScopedFd other = Duplicate(reader());
  ASSERT_THAT(poll_.Register(reader(), kPollIn), Succeeds());
  ASSERT_THAT(poll_.Register(other.get(), kPollIn), Succeeds());
  Waiter waiter(poll_);
  // This would end the Wait at once, if it saw it.
  ASSERT_THAT(poll_.Register(pipe_.writer.get(), kPollOut), Succeeds());
  ASSERT_THAT(poll_.Unregister(reader()), Succeeds());
  // Not POLLOUT: where pipes go both ways (FreeBSD), a reader is writable.
  ASSERT_THAT(poll_.Modify(other.get(), kPollPri), Succeeds());
  Write();
  EXPECT_THAT(*waiter.Join(),
              ElementsAre(PollEvent{reader(), kPollIn}, PollEvent{other.get(), kPollIn}));
  EXPECT_THAT(*poll_.Wait(), ElementsAre(PollEvent{pipe_.writer.get(), kPollOut}));
}

TEST_F(PollThreadsTest, AllMayBeUnregisteredDuringAWait) {
  std::vector<ScopedFd> readers;
  for (int i = 0; i < 10; ++i) {
    readers.push_back(Duplicate(reader()));
    ASSERT_THAT(poll_.Register(readers.back().get(), kPollIn), Succeeds());
  }
  Waiter waiter(poll_);
  for (const ScopedFd& fd : readers) ASSERT_THAT(poll_.Unregister(fd.get()), Succeeds());
  Write();
  EXPECT_EQ(waiter.Join()->size(), 10u);
  EXPECT_THAT(*poll_.Wait(kNow), IsEmpty());
}

TEST_F(PollThreadsTest, ManyThreadsChangeWhileOneWaits) {
  std::atomic<bool> stop{false};
  std::thread waiting([&] {
    while (!stop) {
      const auto events = poll_.Wait(absl::Microseconds(100));
      EXPECT_THAT(events, Succeeds());
    }
  });
  std::vector<std::thread> changing;
  for (int thread = 0; thread < 3; ++thread) {
    changing.emplace_back([&, thread] {
      for (int i = 0; i < 2000; ++i) {
        const int fd = 1'000'000 + thread * 100 + i % 100;
        EXPECT_THAT(poll_.Register(fd, kPollIn), Succeeds());
        EXPECT_THAT(poll_.Modify(fd, kPollOut), Succeeds());
        EXPECT_THAT(poll_.Unregister(fd), Succeeds());
      }
    });
  }
  for (std::thread& thread : changing) thread.join();
  stop = true;
  waiting.join();
  EXPECT_THAT(*poll_.Wait(kNow), IsEmpty());
}

TEST_F(PollThreadsTest, AForkDuringAWaitLeavesTheChildAUsableCopy) {
  ASSERT_THAT(poll_.Register(reader(), kPollIn), Succeeds());
  Waiter waiter(poll_);
  EXPECT_EQ(RunInChild([this]() -> std::string {
              const auto none = poll_.Wait(kNow);
              if (!none.ok()) return none.status().ToString();
              if (!none->empty()) return absl::StrCat("events: ", none->size());
              // A change of the child's alone; and it can wait again.
              if (!poll_.Modify(reader(), 0).ok()) return "Modify failed";
              if (!poll_.Register(pipe_.writer.get(), kPollOut).ok()) return "Register failed";
              const auto one = poll_.Wait(kNow);
              if (!one.ok()) return one.status().ToString();
              return one->size() == 1 ? "" : absl::StrCat("events: ", one->size());
            }),
            "");
  EXPECT_EQ(poll_.Wait(kNow).status().code(), absl::StatusCode::kFailedPrecondition);
  Write();
  EXPECT_THAT(*waiter.Join(), ElementsAre(PollEvent{reader(), kPollIn}));
}

// What a child does with the poll object that it has inherited. Descriptors from `first` on may be
// registered in any number.
std::string UseInherited(Poll& poll, int reader, int first) {
  const auto events = poll.Wait(kNow);
  if (!events.ok()) return events.status().ToString();
  // The others are not open, and are reported as that.
  if (events->empty() || events->front() != PollEvent{reader, kPollIn}) return "the reader is lost";
  for (const PollEvent& event : *events) {
    if (event.fd != reader && (event.fd < first || event.events != kPollNval)) {
      return absl::StrCat("never registered: ", event);
    }
  }
  for (const PollEvent& event : *events) {
    if (!poll.Unregister(event.fd).ok()) return absl::StrCat("reported, but unknown: ", event);
  }
  if (!poll.Register(first).ok()) return "Register failed";
  const auto now = poll.Wait(kNow);
  if (!now.ok()) return now.status().ToString();
  return now->size() == 1 ? "" : absl::StrCat("events: ", now->size());
}

TEST_F(PollThreadsTest, AForkAtAnyMomentLeavesTheChildAUsableCopy) {
  constexpr int kFirst = 1'000'000;
  ASSERT_THAT(poll_.Register(reader(), kPollIn), Succeeds());
  Write();
  std::atomic<bool> stop{false};
  std::thread waiting([&] {
    while (!stop) EXPECT_THAT(poll_.Wait(kNow), Succeeds());
  });
  std::thread changing([&] {
    for (int fd = kFirst; !stop; fd = fd == kFirst + 999 ? kFirst : fd + 1) {
      EXPECT_THAT(poll_.Register(fd), Succeeds());
      poll_.Unregister(kFirst + (fd * 7) % 1000).IgnoreError();  // may not be registered
    }
  });
  for (int i = 0; i < 300; ++i) {
    const std::string complaint = RunInChild([&] { return UseInherited(poll_, reader(), kFirst); });
    EXPECT_EQ(complaint, "") << "child " << i;
    if (!complaint.empty()) break;
  }
  stop = true;
  waiting.join();
  changing.join();
}

}  // namespace
}  // namespace someos::select
