// Promise 8 of api/poller.h in all orders: what the threads of a program may do with a poller at
// the same time. The real code of the backends runs; see stepped_systems.h.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "someos/api/poller.h"
#include "someos/api/threading.h"
#include "someos/api/threads_testing.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/epoll/epoll_poller.h"
#include "someos/backends/poll/poll_poller.h"
#include "someos/backends/select/select_poller.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/explored/explored.h"
#include "someos/testing/poller/explored/stepped_systems.h"
#include "someos/testing/stream_io.h"

namespace someos {
namespace {

using threads_testing::Atomic;
using threads_testing::Check;

// No schedule holds up the others for so long.
constexpr absl::Duration kLong = absl::Seconds(10);

enum class Mechanism { kEpoll, kPoll, kSelect };

std::unique_ptr<Poller> MakePoller(Mechanism mechanism) {
  absl::StatusOr<std::unique_ptr<Poller>> poller = absl::UnknownError("");
  switch (mechanism) {
    case Mechanism::kEpoll:
      poller = EpollPoller::Create({}, SteppedEpollSystem());
      break;
    case Mechanism::kPoll:
      poller = PollPoller::Create({}, SteppedPollSystem());
      break;
    case Mechanism::kSelect:
      poller = SelectPoller::Create({}, SteppedSelectSystem());
      break;
  }
  Check(poller.ok(), "no poller");
  return *std::move(poller);
}

// What a wait has returned: the data of one event.
struct Waited {
  absl::Status status;
  size_t count = 0;
  uint64_t data = 0;
};

Waited WaitFor(Poller& poller, absl::Duration timeout) {
  Event events[4];
  const absl::StatusOr<size_t> count = poller.Wait(absl::MakeSpan(events), timeout);
  if (!count.ok()) return {count.status(), 0, 0};
  return {absl::OkStatus(), *count, *count > 0 ? events[0].data : 0};
}

// The same of one that must not fail.
Waited GoodWait(Poller& poller, absl::Duration timeout) {
  Waited waited = WaitFor(poller, timeout);
  Check(waited.status.ok(), waited.status.message());
  return waited;
}

class ExploredPollerTest : public testing::TestWithParam<Mechanism> {
 protected:
  static void ExpectRightInAllSchedules(absl::FunctionRef<void(Mechanism)> body) {
    const auto explore = [&](threads_testing::Order order, int64_t schedules) {
      threads_testing::ExploreOptions options;
      options.order = order;
      options.schedules = schedules;
      options.preemptions = 2;
      const absl::Status status = threads_testing::Explore([&] { body(GetParam()); }, options);
      EXPECT_TRUE(status.ok()) << status;
    };
    explore(threads_testing::Order::kMixed, 300);
    explore(threads_testing::Order::kRandom, 200);
    explore(threads_testing::Order::kPct, 200);
    explore(threads_testing::Order::kExhaustive, 1000);
  }
};

TEST_P(ExploredPollerTest, RegisterReachesTheRunningWait) {
  ExpectRightInAllSchedules([](Mechanism mechanism) {
    const auto poller = MakePoller(mechanism);
    const ReadablePipe pipe;
    Together([&] { Check(GoodWait(*poller, kLong).data == 7, "not reported"); },
             [&] { MustBeOk(poller->Register(pipe.fd(), Interest::kReadable, 7)); });
  });
}

TEST_P(ExploredPollerTest, ModifyReachesTheRunningWait) {
  ExpectRightInAllSchedules([](Mechanism mechanism) {
    const auto poller = MakePoller(mechanism);
    const ReadablePipe pipe;
    MustBeOk(poller->Register(pipe.fd(), Interest::kNone, 1));
    Together([&] { Check(GoodWait(*poller, absl::InfiniteDuration()).data == 2, "old data"); },
             [&] { MustBeOk(poller->Modify(pipe.fd(), Interest::kReadable, 2)); });
  });
}

TEST_P(ExploredPollerTest, NothingOldIsReportedAfterModify) {
  ExpectRightInAllSchedules([](Mechanism mechanism) {
    const auto poller = MakePoller(mechanism);
    const ReadablePipe pipe;
    MustBeOk(poller->Register(pipe.fd(), Interest::kReadable, 1));
    Atomic<bool> modified = false;
    Together(
        [&] {
          for (int i = 0; i < 2; ++i) {
            const uint64_t least = modified ? 2 : 1;
            const Waited waited = GoodWait(*poller, kLong);
            Check(waited.count == 1 && waited.data >= least && waited.data <= 2, "other data");
          }
        },
        [&] {
          MustBeOk(poller->Modify(pipe.fd(), Interest::kReadable, 2));
          modified = true;
        });
  });
}

TEST_P(ExploredPollerTest, NothingIsReportedAfterUnregister) {
  ExpectRightInAllSchedules([](Mechanism mechanism) {
    const auto poller = MakePoller(mechanism);
    const ReadablePipe pipe;
    MustBeOk(poller->Register(pipe.fd(), Interest::kReadable, 1));
    Atomic<bool> unregistered = false;
    Together(
        [&] {
          for (int i = 0; i < 2; ++i) {
            const bool none = unregistered;
            const Waited waited = GoodWait(*poller, kSoon);
            Check(!none || waited.count == 0, "reported");
          }
        },
        [&] {
          MustBeOk(poller->Unregister(pipe.fd()));
          unregistered = true;
        });
    Check(GoodWait(*poller, absl::ZeroDuration()).count == 0, "reported at the end");
  });
}

// The number is registered again, for another file, while the thread that waits has events of the
// old one.
TEST_P(ExploredPollerTest, AReusedNumberHasNoStaleEvent) {
  ExpectRightInAllSchedules([](Mechanism mechanism) {
    const auto poller = MakePoller(mechanism);
    const ReadablePipe pipe;
    MustBeOk(poller->Register(pipe.fd(), Interest::kReadable, 1));
    Atomic<bool> registered_again = false;
    Together(
        [&] {
          for (int i = 0; i < 2; ++i) {
            const uint64_t least = registered_again ? 2 : 1;
            const Waited waited = GoodWait(*poller, kSoon);
            Check(waited.count == 0 || waited.data >= least, "stale");
          }
        },
        [&] {
          MustBeOk(poller->Unregister(pipe.fd()));
          MustBeOk(poller->Register(pipe.fd(), Interest::kReadable, 2));
          registered_again = true;
        });
    Check(GoodWait(*poller, kLong).data == 2, "lost");
  });
}

// Whoever arms a one-shot that is being reported gets another event.
TEST_P(ExploredPollerTest, AOneShotThatIsArmedAgainFiresAgain) {
  ExpectRightInAllSchedules([](Mechanism mechanism) {
    const auto poller = MakePoller(mechanism);
    const ReadablePipe pipe;
    MustBeOk(poller->Register(pipe.fd(), Interest::kReadable, 1, Trigger::kOneShot));
    uint64_t fired_for = 0;
    Together(
        [&] { fired_for = GoodWait(*poller, kLong).data; },
        [&] { MustBeOk(poller->Modify(pipe.fd(), Interest::kReadable, 2, Trigger::kOneShot)); });
    Check(fired_for == 1 || fired_for == 2, "has not fired");
    const Waited again = GoodWait(*poller, absl::ZeroDuration());
    Check(fired_for == 2 || again.data == 2, "has not fired again");
    Check(GoodWait(*poller, absl::ZeroDuration()).count == 0, "has fired twice");
  });
}

TEST_P(ExploredPollerTest, NoWakeIsLost) {
  ExpectRightInAllSchedules([](Mechanism mechanism) {
    const auto poller = MakePoller(mechanism);
    Together([&] { Check(GoodWait(*poller, absl::InfiniteDuration()).count == 0, "an event"); },
             [&] { MustBeOk(poller->Wake()); });
  });
}

// With a timeout a wait begins with a look, between which and the sleep the Wake may come.
TEST_P(ExploredPollerTest, NoWakeIsLostBetweenTheLookAndTheSleep) {
  ExpectRightInAllSchedules([](Mechanism mechanism) {
    const auto poller = MakePoller(mechanism);
    Together(
        [&] {
          Check(GoodWait(*poller, kLong).count == 0, "an event");
          Check(*base::ClockOfThread() == 0, "timed out");
        },
        [&] { MustBeOk(poller->Wake()); });
  });
}

// The usual way to end a loop: the last Wake, at least, is seen behind what came before it.
TEST_P(ExploredPollerTest, AWakeIsSeenWithWhatWasSaidBeforeIt) {
  ExpectRightInAllSchedules([](Mechanism mechanism) {
    const auto poller = MakePoller(mechanism);
    Atomic<int> said = 0;
    const auto say = [&] {
      ++said;
      MustBeOk(poller->Wake());
    };
    Together(
        [&] {
          while (said < 3) GoodWait(*poller, absl::InfiniteDuration());
        },
        [&] {
          say();
          say();
        },
        say);
  });
}

TEST_P(ExploredPollerTest, AWakeEndsOneWait) {
  ExpectRightInAllSchedules([](Mechanism mechanism) {
    const auto poller = MakePoller(mechanism);
    const Pipe pipe;
    MustBeOk(poller->Register(pipe.reader.get(), Interest::kReadable, 1));
    Together([&] { GoodWait(*poller, absl::InfiniteDuration()); },
             [&] { MustBeOk(poller->Wake()); });
    Together([&] { Check(GoodWait(*poller, absl::InfiniteDuration()).data == 1, "woken twice"); },
             [&] { WriteText(pipe.writer.get(), "x"); });
  });
}

// Neither thread's wait ends before the other one's is refused.
TEST_P(ExploredPollerTest, ASecondWaitIsRefused) {
  ExpectRightInAllSchedules([](Mechanism mechanism) {
    const auto poller = MakePoller(mechanism);
    const Pipe pipe;
    MustBeOk(poller->Register(pipe.reader.get(), Interest::kReadable, 1));
    Atomic<int> refused = 0;
    const auto wait = [&] {
      const Waited result = WaitFor(*poller, absl::InfiniteDuration());
      if (result.status.ok()) return;
      Check(absl::IsFailedPrecondition(result.status), result.status.message());
      ++refused;
      WriteText(pipe.writer.get(), "x");
    };
    Together(wait, wait);
    Check(refused == 1, "both refused");
  });
}

TEST_P(ExploredPollerTest, ASecondWaitIsRefusedOrComesLater) {
  ExpectRightInAllSchedules([](Mechanism mechanism) {
    const auto poller = MakePoller(mechanism);
    const ReadablePipe pipe;
    MustBeOk(poller->Register(pipe.fd(), Interest::kReadable, 1));
    Atomic<int> waited = 0;
    const auto wait = [&] {
      const Waited result = WaitFor(*poller, kLong);
      if (result.status.ok()) {
        Check(result.data == 1, "nothing found");
        ++waited;
      } else {
        Check(absl::IsFailedPrecondition(result.status), result.status.message());
      }
    };
    Together(wait, wait, wait);
    Check(waited > 0, "all refused");
    Check(GoodWait(*poller, absl::ZeroDuration()).count == 1, "still refused");
  });
}

TEST_P(ExploredPollerTest, ATimeoutPassesBesideChanges) {
  ExpectRightInAllSchedules([](Mechanism mechanism) {
    const auto poller = MakePoller(mechanism);
    const Pipe pipe;
    Together([&] { Check(GoodWait(*poller, kSoon).count == 0, "an event"); },
             [&] {
               MustBeOk(poller->Register(pipe.reader.get(), Interest::kReadable));
               MustBeOk(poller->Unregister(pipe.reader.get()));
             });
  });
}

TEST_P(ExploredPollerTest, ChangesOfTwoThreadsMeet) {
  ExpectRightInAllSchedules([](Mechanism mechanism) {
    const auto poller = MakePoller(mechanism);
    const ReadablePipe one;
    const ReadablePipe two;
    Together([&] { MustBeOk(poller->Register(one.fd(), Interest::kReadable, 1)); },
             [&] { MustBeOk(poller->Register(two.fd(), Interest::kReadable, 2)); },
             [&] { Check(GoodWait(*poller, kLong).count > 0, "nothing found"); });
    Check(GoodWait(*poller, absl::ZeroDuration()).count == 2, "not both");
    Check(poller->registrations().size() == 2, "not both are registered");
  });
}

// The poller may be destroyed as soon as all calls have returned, in whichever thread.
TEST_P(ExploredPollerTest, DestructionBehindTheLastCall) {
  ExpectRightInAllSchedules([](Mechanism mechanism) {
    auto poller = MakePoller(mechanism);
    threading::Thread waker([&] { MustBeOk(poller->Wake()); });
    MustBeOk(waker.Start());
    threading::Thread owner([&] {
      GoodWait(*poller, absl::InfiniteDuration());
      Check(waker.Join().value_or(false), "not joined");
      poller.reset();
    });
    MustBeOk(owner.Start());
  });
}

std::string NameOf(const testing::TestParamInfo<Mechanism>& info) {
  switch (info.param) {
    case Mechanism::kEpoll:
      return "Epoll";
    case Mechanism::kPoll:
      return "Poll";
    case Mechanism::kSelect:
      return "Select";
  }
  return "";
}

INSTANTIATE_TEST_SUITE_P(, ExploredPollerTest,
                         testing::Values(Mechanism::kEpoll, Mechanism::kPoll, Mechanism::kSelect),
                         NameOf);

}  // namespace
}  // namespace someos
