#include "someos/backends/thread_stepped/explore.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/backends/thread_stepped/thread_stepped.h"

namespace someos::thread_stepped {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Thread = Threads::Thread;

void Start(Thread& thread) { EXPECT_TRUE(thread.Start().ok()); }
void Join(Thread& thread) { EXPECT_TRUE(thread.Join().ok()); }

// Without the analysis of thread safety, which would see what these tests are made of.
void Acquire(Lock& lock) { EXPECT_TRUE(lock.Acquire().ok()); }
void Release(Lock& lock) { EXPECT_TRUE(lock.Release().ok()); }

// Calls `one` and `two` in threads of their own.
template <typename One, typename Two>
void Together(One one, Two two) {
  Thread first(one);
  Thread second(two);
  Start(first);
  Start(second);
  Join(first);
  Join(second);
}

// The letters that threads add, in their order. Adding one is not a scheduling point.
class Letters {
 public:
  void Add(char letter) { letters_[count_++] = letter; }
  std::string Get() const { return std::string(letters_.begin(), letters_.begin() + count_); }

 private:
  std::array<std::atomic<char>, 16> letters_ = {};
  std::atomic<size_t> count_{0};
};

void LoseAnUpdate() {
  Atomic<int> count = 0;
  const auto add = [&] { count.store(count.load() + 1); };
  Together(add, add);
  Check(count.load() == 2, "an update is lost");
}

void CountTogether() {
  Atomic<int> count = 0;
  const auto add = [&] {
    for (int i = 0; i < 8; ++i) count.fetch_add(1);
  };
  Together(add, add);
  Check(count.load() == 16, "an update is lost");
}

ExploreOptions With(Order order) {
  ExploreOptions options;
  options.order = order;
  return options;
}

TEST(ExploreTest, WhatIsRightIsFoundRightInAllOrders) {
  for (const Order order : {Order::kMixed, Order::kRandom, Order::kRoundRobin, Order::kPct}) {
    ExploreOptions options = With(order);
    options.schedules = 200;
    Exploration exploration;
    EXPECT_EQ(Explore(CountTogether, options, &exploration), absl::OkStatus());
    EXPECT_EQ(exploration.exhausted, order == Order::kRoundRobin);
    EXPECT_TRUE(exploration.exhausted || exploration.schedules == 200);
    EXPECT_EQ(exploration.token, "");
  }
}

// The number of ways to mix two times eight steps: 16 over 8.
TEST(ExploreTest, ExhaustiveRunsEachScheduleOnce) {
  Exploration exploration;
  EXPECT_EQ(Explore(CountTogether, With(Order::kExhaustive), &exploration), absl::OkStatus());
  EXPECT_TRUE(exploration.exhausted);
  EXPECT_EQ(exploration.schedules, 12870);

  std::multiset<std::string> orders;
  const auto body = [&] {
    Letters order;
    Atomic<int> point = 0;
    const auto write = [&](const char* letters) {
      for (; *letters != '\0'; ++letters) {
        point.load();
        order.Add(*letters);
      }
    };
    Together([&] { write("ab"); }, [&] { write("xy"); });
    orders.insert(order.Get());
  };
  EXPECT_EQ(Explore(body, With(Order::kExhaustive), &exploration), absl::OkStatus());
  EXPECT_THAT(orders, ::testing::ElementsAre("abxy", "axby", "axyb", "xaby", "xayb", "xyab"));
}

TEST(ExploreTest, ExhaustiveKeepsItsBound) {
  const auto schedules = [](int preemptions) {
    ExploreOptions options = With(Order::kExhaustive);
    options.preemptions = preemptions;
    Exploration exploration;
    EXPECT_EQ(Explore(CountTogether, options, &exploration), absl::OkStatus());
    EXPECT_TRUE(exploration.exhausted);
    return exploration.schedules;
  };
  EXPECT_EQ(schedules(0), 2);  // one thread behind the other
  EXPECT_EQ(schedules(1), 2 + 2 * 7);
  EXPECT_LT(schedules(2), schedules(3));
}

TEST(ExploreTest, EveryOrderFindsALostUpdate) {
  for (const Order order :
       {Order::kMixed, Order::kRandom, Order::kRoundRobin, Order::kPct, Order::kExhaustive}) {
    Exploration exploration;
    const absl::Status status = Explore(LoseAnUpdate, With(order), &exploration);
    EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
    EXPECT_THAT(status.message(), HasSubstr("failed: an update is lost"));
    EXPECT_THAT(status.message(), HasSubstr("token for Replay: " + exploration.token));
    const absl::Status again = Replay(LoseAnUpdate, exploration.token);
    EXPECT_EQ(again.code(), absl::StatusCode::kAborted);
    EXPECT_THAT(again.message(), HasSubstr("failed: an update is lost"));
  }
}

TEST(ExploreTest, TheSameSeedGivesTheSameSchedules) {
  const auto orders = [](Order order, uint64_t seed) {
    std::vector<std::string> orders;
    const auto body = [&] {
      Letters order;
      Atomic<int> point = 0;
      const auto write = [&](char letter) {
        for (int i = 0; i < 6; ++i) {
          point.load();
          order.Add(letter);
        }
      };
      Together([&] { write('a'); }, [&] { write('b'); });
      orders.push_back(order.Get());
    };
    ExploreOptions options = With(order);
    options.seed = seed;
    options.schedules = 50;
    EXPECT_EQ(Explore(body, options), absl::OkStatus());
    return orders;
  };
  for (const Order order : {Order::kMixed, Order::kRandom, Order::kPct}) {
    EXPECT_EQ(orders(order, 7), orders(order, 7));
    EXPECT_NE(orders(order, 7), orders(order, 8));
  }
}

// One interruption is enough, whatever the schedule that was found had.
TEST(ExploreTest, AFailingScheduleIsMadeShort) {
  const auto body = [] {
    Atomic<int> count = 0;
    const auto add = [&] {
      for (int i = 0; i < 20; ++i) count.store(count.load() + 1);
    };
    Together(add, add);
    Check(count.load() == 40, "an update is lost");
  };
  const absl::Status status = Explore(body, With(Order::kRandom));
  // To the first thread, to the second one, back to the first one, and to those who join.
  EXPECT_THAT(status.message(), HasSubstr(" 4 switches between threads"));
}

TEST(ExploreTest, ADeadlockIsReportedWithWhatIsHeldAndWanted) {
  const auto body = [] {
    Lock a;
    Lock b;
    Together(
        [&] {
          const std::scoped_lock lock_a(a);
          const std::scoped_lock lock_b(b);
        },
        [&] {
          const std::scoped_lock lock_b(b);
          const std::scoped_lock lock_a(a);
        });
  };
  const absl::Status status = Explore(body);
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(
      status.message(),
      AllOf(HasSubstr("deadlock: all 3 threads left wait"),
            HasSubstr("[0] body waits in Thread#1.Join, which is [1] Thread-1"),
            HasSubstr("[1] Thread-1 waits in Lock#2.lock, held by [2] Thread-2; holds Lock#1"),
            HasSubstr("[2] Thread-2 waits in Lock#1.lock, held by [1] Thread-1; holds Lock#2"),
            HasSubstr("last steps")));
}

TEST(ExploreTest, AThreadThatLocksTwiceWaitsForItself) {
  const auto body = [] {
    Lock lock;
    Acquire(lock);
    Acquire(lock);
  };
  EXPECT_THAT(Explore(body).message(),
              HasSubstr("[0] body waits in Lock#1.Acquire, held by itself; holds Lock#1"));
}

TEST(ExploreTest, ThreadsAreReportedByTheirNames) {
  const auto body = [] {
    Lock lock;
    Acquire(lock);
    Thread thread([&] { Acquire(lock); }, {"reader"});
    Start(thread);
    Join(thread);
  };
  EXPECT_THAT(Explore(body).message(), HasSubstr("[1] reader waits in Lock#1.Acquire"));
}

TEST(ExploreTest, AThreadThatJoinsItselfIsReported) {
  const auto body = [] {
    Thread thread([] { EXPECT_FALSE(Threads::CurrentThread().Join().ok()); });
    Start(thread);
    Join(thread);
  };
  EXPECT_THAT(Explore(body).message(), HasSubstr("self-join: [1] Thread-1 joins itself"));
}

TEST(ExploreTest, ALoopThatWaitsForEverIsReported) {
  const auto body = [] {
    const Atomic<bool> flag = false;
    while (!flag.load()) Yield();
  };
  ExploreOptions options;
  options.max_steps = 1000;
  Exploration exploration;
  const absl::Status status = Explore(body, options, &exploration);
  EXPECT_THAT(status.message(), HasSubstr("step limit: 1000 steps were made"));
  EXPECT_THAT(Replay(body, exploration.token).message(), HasSubstr("step limit: 1000 steps"));
}

TEST(ExploreTest, ALoopThatWaitsForAnotherThreadGoesOn) {
  const auto body = [] {
    Atomic<bool> flag = false;
    Atomic<int> work = 0;
    const auto wait = [&] {
      while (!flag.load()) continue;
    };
    Together(wait, [&] {
      while (work.fetch_add(1) < 300) continue;
      flag.store(true);
    });
  };
  for (const Order order : {Order::kMixed, Order::kRandom, Order::kRoundRobin, Order::kPct}) {
    ExploreOptions options = With(order);
    options.schedules = 50;
    EXPECT_EQ(Explore(body, options), absl::OkStatus());
  }
}

#if defined(__cpp_exceptions)
TEST(ExploreTest, AnExceptionThatLeavesABodyIsReported) {
  const auto body = [] {
    Thread thread([] { throw 1; });
    Start(thread);
    Join(thread);
  };
  EXPECT_THAT(Explore(body).message(), HasSubstr("exception: int"));
  EXPECT_THAT(Explore([] { throw 1; }).message(), HasSubstr("exception: int"));
}
#endif

TEST(ExploreTest, AThreadThatBlocksElsewhereIsReported) {
  static auto* const mutex = new std::mutex;  // remains locked, as the threads remain
  const auto body = [] {
    const auto lock = [] {
      mutex->lock();
      Yield();
      mutex->unlock();
    };
    Together(lock, lock);
  };
  ExploreOptions options;
  options.patience = absl::Milliseconds(200);
  EXPECT_THAT(Explore(body, options).message(), HasSubstr("stuck: no thread has made a step"));
}

TEST(ExploreTest, TimeIsNotWaitedFor) {
  int all_fired = 0;
  const auto body = [&] {
    Atomic<bool> fired = false;
    {
      Threads::Timer timer(absl::Hours(1000), [&] { fired.store(true); });
      EXPECT_TRUE(timer.Start().ok());
      Lock lock;
      Acquire(lock);
      EXPECT_FALSE(*lock.Acquire(true, absl::Hours(500)));
      Check(!fired.load(), "the hour has come before its time");
    }
    Check(fired.load(), "the hour has not come");
    ++all_fired;
  };
  const absl::Time start = absl::Now();
  ExploreOptions options;
  options.schedules = 100;
  EXPECT_EQ(Explore(body, options), absl::OkStatus());
  EXPECT_EQ(all_fired, 100);
  EXPECT_LT(absl::Now() - start, absl::Hours(1));
}

// A timeout may pass although others could run, but only if it is short.
TEST(ExploreTest, AThreadMayBeHeldUpForTheLongestPause) {
  const auto body = [](absl::Duration timeout) {
    Lock lock;
    Acquire(lock);
    Atomic<bool> in_time = false;
    Together([&] { in_time.store(*lock.Acquire(true, timeout)); }, [&] { Release(lock); });
    Check(in_time.load(), "too late");
  };
  EXPECT_EQ(Explore([&] { body(absl::Seconds(1)); }), absl::OkStatus());
  EXPECT_THAT(Explore([&] { body(absl::Milliseconds(500)); }).message(),
              HasSubstr("failed: too late"));
  ExploreOptions options;
  options.longest_pause = absl::ZeroDuration();
  EXPECT_EQ(Explore([&] { body(absl::Milliseconds(500)); }, options), absl::OkStatus());
  options.longest_pause = absl::Hours(1);
  EXPECT_FALSE(Explore([&] { body(absl::Hours(1)); }, options).ok());
}

// Destructors of thread_local objects are part of the schedule: join waits for them.
TEST(ExploreTest, ThreadLocalObjectsEndBeforeJoin) {
  struct Counter {
    Atomic<int>* count = nullptr;
    ~Counter() {
      if (count != nullptr) count->fetch_add(1);
    }
  };
  const auto body = [] {
    Atomic<int> count = 0;
    const auto use = [&] {
      static thread_local Counter counter;
      counter.count = &count;
    };
    Together(use, use);
    Check(count.load() == 2, "joined too early");
  };
  EXPECT_EQ(Explore(body), absl::OkStatus());
}

TEST(ExploreTest, OutsideOfABodyAtomicIsAnAtomic) {
  Atomic<int> number = 1;
  number += 4;
  EXPECT_EQ(number++, 5);
  EXPECT_EQ(number.exchange(1), 6);
  int expected = 0;
  EXPECT_FALSE(number.compare_exchange_strong(expected, 2));
  EXPECT_EQ(expected, 1);
  EXPECT_TRUE(number.compare_exchange_weak(expected, 2));
  Yield();
  EXPECT_EQ(number, 2);
}

TEST(ExploreTest, OptionsThatMakeNoSenseAreRefused) {
  const auto code = [](auto set) {
    ExploreOptions options;
    set(options);
    return Explore([] {}, options).code();
  };
  constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(code([](ExploreOptions& options) { options.schedules = 0; }), kInvalid);
  EXPECT_EQ(code([](ExploreOptions& options) { options.change_points = -1; }), kInvalid);
  EXPECT_EQ(code([](ExploreOptions& options) { options.preemptions = -1; }), kInvalid);
  EXPECT_EQ(code([](ExploreOptions& options) { options.max_steps = 0; }), kInvalid);
  EXPECT_EQ(code([](ExploreOptions& options) { options.patience = absl::ZeroDuration(); }),
            kInvalid);
  EXPECT_EQ(code([](ExploreOptions& options) { options.longest_pause = -absl::Seconds(1); }),
            kInvalid);
}

TEST(ExploreTest, ABodyCannotExplore) {
  absl::Status inner;
  EXPECT_EQ(Explore([&] { inner = Explore([] {}); }), absl::OkStatus());
  EXPECT_EQ(inner.code(), absl::StatusCode::kFailedPrecondition);
}

TEST(ReplayTest, WithoutTheBugNothingFails) {
  Exploration exploration;
  EXPECT_FALSE(Explore(LoseAnUpdate, {}, &exploration).ok());
  EXPECT_NE(Replay(CountTogether, exploration.token).code(), absl::StatusCode::kAborted);
}

TEST(ReplayTest, ATokenOfAnotherBodyIsNoticed) {
  EXPECT_EQ(Replay([] {}, "a1:3a").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Replay([] {}, "a1:").code(), absl::StatusCode::kOk);
  EXPECT_EQ(Replay([] {}, "token").code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace someos::thread_stepped
