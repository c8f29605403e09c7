// Changes of one registration while another thread translates its events, over a system that makes
// no system calls: what takes a moment only is met many times. Each test goes on for a while; what
// it looks for is never there by accident, and is found the sooner the less busy the machine is.

#include <fcntl.h>
#include <sched.h>
#include <sys/epoll.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/backends/epoll/epoll_entry.h"
#include "someos/backends/epoll/epoll_poller.h"
#include "someos/testing/clocks.h"
#include "someos/testing/pipe.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

constexpr absl::Duration kTime = absl::Milliseconds(800);
constexpr absl::Duration kPatience = absl::Seconds(10);

// What the kernel was last told of the descriptor that is changed, and reports all the time.
std::atomic<uint64_t> g_tag{0};
std::atomic<uint32_t> g_mask{EPOLLIN};
// The tag of the calling thread's last event.
thread_local uint64_t t_tag = 0;
// Threads that are in a wait, and whether there ever was more than one.
std::atomic<int> g_waiting{0};
std::atomic<bool> g_crowded{false};

int Control(int /*epoll_fd*/, int operation, int /*fd*/, epoll_event* event) {
  if (operation != EPOLL_CTL_DEL) g_tag.store(event->data.u64);
  return 0;
}

int Wait(int /*epoll_fd*/, epoll_event* events, int /*max_events*/, int /*milliseconds*/) {
  t_tag = g_tag.load();
  events[0].events = g_mask.load();
  events[0].data.u64 = t_tag;
  return 1;
}

int CrowdedWait(int /*epoll_fd*/, epoll_event* /*events*/, int /*max_events*/,
                int /*milliseconds*/) {
  if (++g_waiting > 1) g_crowded = true;
  sched_yield();
  --g_waiting;
  return 0;
}

// Takes a little time, another one for each `n`, so that in the end what comes after it has met
// every moment of the waiting thread's work.
void Pause(uint64_t n) {
  constexpr uint64_t kMostSpins = 300;
  static std::atomic<uint64_t> spins{0};
  for (uint64_t i = n % kMostSpins; i > 0; --i) spins.fetch_add(1, std::memory_order_relaxed);
}

class EpollRaceTest : public testing::Test {
 protected:
  void Create(int (*wait)(int, epoll_event*, int, int)) {
    system_ = RealEpollSystem();
    system_.control = Control;
    system_.wait = wait;
    g_mask = EPOLLIN;
    absl::StatusOr<std::unique_ptr<EpollPoller>> created = EpollPoller::Create({}, system_);
    ASSERT_THAT(created, Succeeds());
    poller_ = *std::move(created);
  }

  // Has another thread call `change(n)`, n being 1, 2, and so on, for `time`, while this one looks
  // and gives each event to `take(event)`.
  template <typename Change, typename Take>
  void ChangeWhileLooking(absl::Duration time, Change change, Take take) {
    std::atomic<bool> finished{false};
    std::thread changer([&] {
      const absl::Duration end = MonotonicNow() + time;
      for (uint64_t n = 1; MonotonicNow() < end && !HasFailure(); ++n) change(n);
      finished = true;
    });
    while (!finished) {
      // More room than there are events: a look that has no room left looks again.
      Event events[2];
      const absl::StatusOr<size_t> count =
          poller_->Wait(absl::MakeSpan(events), absl::ZeroDuration());
      if (!count.ok()) ADD_FAILURE() << count.status();
      if (count.value_or(0) > 0) take(events[0]);
    }
    changer.join();
  }

  void Register(int fd, uint64_t data, Trigger trigger) {
    EXPECT_THAT(poller_->Register(fd, Interest::kReadable, data, trigger), Succeeds());
  }
  void Modify(int fd, uint64_t data, Trigger trigger) {
    EXPECT_THAT(poller_->Modify(fd, Interest::kReadable, data, trigger), Succeeds());
  }
  void Unregister(int fd) { EXPECT_THAT(poller_->Unregister(fd), Succeeds()); }

  const Pipe pipe_;
  EpollSystem system_;
  std::unique_ptr<EpollPoller> poller_;
};

class EpollDataRaceTest : public EpollRaceTest,
                          public testing::WithParamInterface<std::pair<Trigger, uint32_t>> {};

// An event's tag has the generation of its registration in its upper half, which grows by
// EpollState::kOneGeneration with each one. The data here have the number of the registration.
TEST_P(EpollDataRaceTest, AnEventHasTheDataOfItsOwnRegistration) {
  const Trigger trigger = GetParam().first;
  // The numbers differ in how their entries lie in the processor's cache lines.
  constexpr int kNumbers = 8;
  std::vector<ScopedFd> numbers;
  for (int i = 0; i < kNumbers; ++i) numbers.push_back(Duplicate(pipe_.reader.get()));
  Create(Wait);
  g_mask = GetParam().second;
  for (const ScopedFd& number : numbers) {
    const int fd = number.get();
    uint64_t wrong = 0;
    ChangeWhileLooking(
        kTime / kNumbers,
        [&](uint64_t n) {
          Register(fd, n << 32, trigger);
          Pause(n);
          Modify(fd, n << 32 | 1, trigger);
          Pause(n);
          Unregister(fd);
        },
        [&](const Event& event) {
          const uint64_t number = (t_tag >> 32) / EpollState::kOneGeneration;
          wrong += event.data >> 32 != number ? 1 : 0;
        });
    EXPECT_EQ(wrong, 0u) << "fd " << fd;
    EXPECT_THAT(poller_->registrations(), testing::IsEmpty());
  }
}

std::string KindName(const testing::TestParamInfo<std::pair<Trigger, uint32_t>>& info) {
  const auto [trigger, mask] = info.param;
  return absl::StrCat(trigger == Trigger::kOneShot ? "oneshot" : TriggerName(trigger),
                      mask == EPOLLIN ? "" : "_with_hangup");
}

INSTANTIATE_TEST_SUITE_P(Kinds, EpollDataRaceTest,
                         testing::Values(std::make_pair(Trigger::kLevel, EPOLLIN),
                                         std::make_pair(Trigger::kLevel, EPOLLIN | EPOLLHUP),
                                         std::make_pair(Trigger::kOneShot, EPOLLIN)),
                         KindName);

// One that is armed again while the waiting thread translates the event of the arming before: that
// event does not stand for the new one.
TEST_F(EpollRaceTest, AOneShotThatIsArmedAgainIsNotTakenForFired) {
  const int fd = pipe_.reader.get();
  Create(Wait);
  ASSERT_THAT(poller_->Register(fd, Interest::kNone), Succeeds());
  std::atomic<uint64_t> reported{0};
  ChangeWhileLooking(
      kTime,
      [&](uint64_t n) {
        Modify(fd, 2 * n - 1, Trigger::kOneShot);
        Pause(n);
        Modify(fd, 2 * n, Trigger::kOneShot);
        // Not to give the processor up, and with it the next moments, where that is not needed.
        for (int spins = 0; reported != 2 * n && spins < 10'000; ++spins) continue;
        const absl::Duration deadline = MonotonicNow() + kPatience;
        while (reported != 2 * n && MonotonicNow() < deadline) sched_yield();
        EXPECT_EQ(reported, 2 * n) << "the last arming was not reported";
      },
      [&](const Event& event) { reported = event.data; });
}

// What an Unregister has ended does not come back because a one-shot has fired meanwhile.
TEST_F(EpollRaceTest, AOneShotThatIsUnregisteredStaysSo) {
  const int fd = pipe_.reader.get();
  Create(Wait);
  ChangeWhileLooking(
      kTime,
      [&](uint64_t n) {
        Register(fd, n, Trigger::kOneShot);
        Pause(n);
        Unregister(fd);
        Pause(n);
        EXPECT_TRUE(absl::IsNotFound(poller_->Unregister(fd))) << "it came back";
      },
      [](const Event&) {});
  EXPECT_THAT(poller_->registrations(), testing::IsEmpty());
}

TEST_F(EpollRaceTest, NoTwoWaitsAreLetIn) {
  constexpr int kThreads = 4;
  Create(CrowdedWait);
  std::atomic<uint64_t> let_in{0}, others{0};
  std::vector<std::thread> threads;
  const absl::Duration end = MonotonicNow() + kTime;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      while (MonotonicNow() < end) {
        Event event;
        const absl::StatusOr<size_t> count =
            poller_->Wait(absl::MakeSpan(&event, 1), absl::ZeroDuration());
        if (count.ok()) {
          ++let_in;
        } else if (!absl::IsFailedPrecondition(count.status())) {
          ++others;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(g_crowded);
  EXPECT_EQ(others, 0u);
  EXPECT_EQ(poller_->counters().waits, let_in);
}

}  // namespace
}  // namespace someos
