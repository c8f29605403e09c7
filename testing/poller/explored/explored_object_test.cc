// What the threads of a program may do with Python's objects at the same time, in all orders: Poll
// and Epoll, whose real code runs (see stepped_systems.h). They may be moved when no call runs.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/threading.h"
#include "someos/api/threads_testing.h"
#include "someos/backends/epoll/epoll_object.h"
#include "someos/backends/poll/poll_object.h"
#include "someos/testing/poller/explored/explored.h"
#include "someos/testing/poller/explored/stepped_systems.h"

namespace someos {
namespace {

using select::Epoll;
using select::Poll;
using threads_testing::Atomic;
using threads_testing::Check;

// What both objects are asked by one name.
struct PollKind {
  using Object = Poll;
  static Object Make() { return Poll(SteppedPollSystem()); }
  static auto Wait(Object& object, std::optional<absl::Duration> timeout) {
    return object.Wait(timeout);
  }
};
struct EpollKind {
  using Object = Epoll;
  static Object Make() {
    absl::StatusOr<Epoll> epoll = Epoll::Create(-1, 0, SteppedEpollSystem());
    Check(epoll.ok(), "no epoll");
    return *std::move(epoll);
  }
  static auto Wait(Object& object, std::optional<absl::Duration> timeout) {
    return object.Poll(timeout);
  }
};

void ExpectRightInAllSchedules(absl::FunctionRef<void()> body) {
  for (const threads_testing::Order order :
       {threads_testing::Order::kMixed, threads_testing::Order::kRandom}) {
    threads_testing::ExploreOptions options;
    options.order = order;
    options.schedules = 200;
    const absl::Status status = threads_testing::Explore(body, options);
    EXPECT_TRUE(status.ok()) << status;
  }
}

template <typename Kind>
class ExploredObjectTest : public testing::Test {
 protected:
  using Object = typename Kind::Object;

  // How many descriptors a look finds ready.
  static size_t Ready(Object& object) { return WaitFor(object, absl::ZeroDuration()); }
  static size_t WaitFor(Object& object, std::optional<absl::Duration> timeout) {
    const auto events = Kind::Wait(object, timeout);
    Check(events.ok(), events.status().message());
    return events->size();
  }
};

using Kinds = testing::Types<PollKind, EpollKind>;
TYPED_TEST_SUITE(ExploredObjectTest, Kinds);

TYPED_TEST(ExploredObjectTest, ChangesBesideAWaitHoldForTheNext) {
  ExpectRightInAllSchedules([] {
    auto object = TypeParam::Make();
    const ReadablePipe pipes[2];
    MustBeOk(object.Register(pipes[0].fd(), select::kPollIn));
    Together([&] { Check(TestFixture::WaitFor(object, kSoon) <= 2, "more than there are"); },
             [&] { MustBeOk(object.Register(pipes[1].fd(), select::kPollIn)); },
             [&] { MustBeOk(object.Unregister(pipes[0].fd())); });
    Check(TestFixture::Ready(object) == 1, "a change is lost");
  });
}

// Between calls of several threads, to an object of which others have used the old contents.
TYPED_TEST(ExploredObjectTest, MovesBetweenTheCalls) {
  ExpectRightInAllSchedules([] {
    auto first = TypeParam::Make();
    const ReadablePipe pipes[4];
    const auto change = [&](auto& object, int number) {
      Together([&] { TestFixture::WaitFor(object, kSoon); },
               [&] { MustBeOk(object.Register(pipes[number].fd(), select::kPollIn)); });
    };
    change(first, 0);
    auto second = std::move(first);  // to one that is new
    change(second, 1);
    auto third = TypeParam::Make();
    change(third, 3);
    third = std::move(second);  // to one that has been used
    Check(TestFixture::Ready(third) == 2, "not what was moved");
    change(third, 2);
    Check(TestFixture::Ready(third) == 3, "a change behind the move is lost");
  });
}

// The last one who calls hands the object over to the next thread, which moves it.
TYPED_TEST(ExploredObjectTest, MovesToTheThreadThatItIsHandedTo) {
  ExpectRightInAllSchedules([] {
    auto object = TypeParam::Make();
    const ReadablePipe pipes[2];
    threading::Event handed_over;
    Together(
        [&] {
          MustBeOk(object.Register(pipes[0].fd(), select::kPollIn));
          Check(TestFixture::WaitFor(object, std::nullopt) == 1, "not reported");
          handed_over.Set();
        },
        [&] {
          Check(handed_over.Wait().value_or(false), "not handed over");
          auto mine = std::move(object);
          MustBeOk(mine.Register(pipes[1].fd(), select::kPollIn));
          Check(TestFixture::Ready(mine) == 2, "not both");
          object = std::move(mine);
        });
    Check(TestFixture::Ready(object) == 2, "not moved back");
  });
}

TEST(ExploredPollObjectTest, ASecondWaitIsRefusedOrComesLater) {
  ExpectRightInAllSchedules([] {
    Poll poll = PollKind::Make();
    const ReadablePipe pipe;
    MustBeOk(poll.Register(pipe.fd(), select::kPollIn));
    Atomic<int> waited = 0;
    const auto wait = [&] {
      const auto events = poll.Wait();
      if (events.ok()) {
        Check(events->size() == 1, "nothing found");
        ++waited;
      } else {
        Check(absl::IsFailedPrecondition(events.status()), events.status().message());
      }
    };
    Together(wait, wait, wait);
    Check(waited > 0, "all refused");
    Poll moved = std::move(poll);
    Check(moved.Wait(absl::ZeroDuration()).ok(), "still refused");
  });
}

TEST(ExploredEpollObjectTest, CloseBesideAWait) {
  ExpectRightInAllSchedules([] {
    Epoll epoll = EpollKind::Make();
    Together(
        [&] {
          const auto events = epoll.Poll(kSoon);
          Check(events.ok() || ErrnoOf(events.status()) == EBADF ||
                    absl::IsInvalidArgument(events.status()),
                events.status().message());
        },
        [&] { epoll.Close(); });
    Check(epoll.closed(), "open");
    epoll = EpollKind::Make();
    Check(!epoll.closed() && epoll.Poll(absl::ZeroDuration()).ok(), "not usable again");
  });
}

}  // namespace
}  // namespace someos
