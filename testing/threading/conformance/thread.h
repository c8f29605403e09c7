// Thread: start, join, names and numbers.

#ifndef SOMEOS_TESTING_THREADING_CONFORMANCE_THREAD_H_
#define SOMEOS_TESTING_THREADING_CONFORMANCE_THREAD_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/testing/clocks.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/threading/conformance/fixture.h"

namespace someos {

template <typename Threads>
class ThreadTest : public ThreadingTest<Threads> {};
TYPED_TEST_SUITE_P(ThreadTest);

inline auto RefusesWith(const char* message) {
  return FailsWithCode(absl::StatusCode::kFailedPrecondition, message);
}

TYPED_TEST_P(ThreadTest, RunsItsBodyOnce) {
  int runs = 0;
  typename TypeParam::Thread thread([&] { ++runs; });
  EXPECT_FALSE(thread.is_alive());
  EXPECT_EQ(thread.ident(), std::nullopt);
  EXPECT_EQ(thread.native_id(), std::nullopt);
  EXPECT_THAT(thread.Start(), Succeeds());
  EXPECT_THAT(thread.Join(), Returns(true));
  EXPECT_EQ(runs, 1);
  EXPECT_FALSE(thread.is_alive());
  EXPECT_THAT(thread.Start(), RefusesWith("threads can only be started once"));
  EXPECT_THAT(thread.Join(), Returns(true));
  EXPECT_EQ(runs, 1);
}

TYPED_TEST_P(ThreadTest, JoinIsCheckedAsPythonDoes) {
  typename TypeParam::Thread thread([&] {
    EXPECT_THAT(TypeParam::CurrentThread().Join(), RefusesWith("cannot join current thread"));
  });
  EXPECT_THAT(thread.Join(), RefusesWith("cannot join thread before it is started"));
  ASSERT_THAT(thread.Start(), Succeeds());
  EXPECT_THAT(
      thread.Join(absl::Seconds(9223372037)),
      FailsWithCode(absl::StatusCode::kOutOfRange, "timestamp out of range for platform time_t"));
  EXPECT_THAT(thread.Join(absl::Seconds(9223372036)), Returns(true));
  EXPECT_THAT(thread.Join(absl::Seconds(-1)), Returns(true));
  EXPECT_THAT(TypeParam::CurrentThread().Join(), RefusesWith("cannot join"));
}

TYPED_TEST_P(ThreadTest, IsAliveUntilItEnds) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Lock gate;
  ASSERT_THAT(gate.Acquire(), Returns(true));
  typename TypeParam::Thread thread([&] { EXPECT_THAT(gate.Acquire(), Returns(true)); });
  ASSERT_THAT(thread.Start(), Succeeds());
  EXPECT_TRUE(thread.is_alive());
  EXPECT_THAT(thread.Join(absl::ZeroDuration()), Returns(false));
  EXPECT_THAT(thread.Join(absl::Seconds(-5)), Returns(false));
  const absl::Duration start = MonotonicNow();
  EXPECT_THAT(thread.Join(absl::Milliseconds(30)), Returns(false));
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(30));
  EXPECT_TRUE(thread.is_alive());
  EXPECT_THAT(gate.Release(), Succeeds());
  EXPECT_THAT(thread.Join(absl::Seconds(1000)), Returns(true));
  EXPECT_FALSE(thread.is_alive());
}

// Some with a timeout and some without.
TYPED_TEST_P(ThreadTest, ManyMayJoinIt) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Lock gate;
  ASSERT_THAT(gate.Acquire(), Returns(true));
  typename TypeParam::Thread thread([&] { EXPECT_THAT(gate.Acquire(), Returns(true)); });
  ASSERT_THAT(thread.Start(), Succeeds());
  std::vector<typename TypeParam::Thread> joiners;
  joiners.reserve(6);
  for (int i = 0; i < 6; ++i) {
    joiners.emplace_back(
        [&, timeout = i % 2 == 0 ? absl::Seconds(1000) : absl::InfiniteDuration()] {
          EXPECT_THAT(thread.Join(timeout), Returns(true));
          EXPECT_FALSE(thread.is_alive());
        });
    ASSERT_THAT(joiners.back().Start(), Succeeds());
  }
  EXPECT_THAT(thread.Join(absl::Milliseconds(10)), Returns(false));
  EXPECT_THAT(gate.Release(), Succeeds());
  joiners.clear();
  EXPECT_THAT(thread.Join(), Returns(true));
}

TYPED_TEST_P(ThreadTest, IsJoinedWhenItIsDestroyed) {
  bool ended = false;
  {
    typename TypeParam::Thread thread([&] { ended = true; });
    ASSERT_THAT(thread.Start(), Succeeds());
  }
  EXPECT_TRUE(ended);
}

TYPED_TEST_P(ThreadTest, MayBeMoved) {
  bool ended = false;
  typename TypeParam::Thread thread([&] { ended = true; });
  typename TypeParam::Thread moved = std::move(thread);
  ASSERT_THAT(moved.Start(), Succeeds());
  moved = typename TypeParam::Thread([] {});  // joins what it was
  EXPECT_TRUE(ended);
  EXPECT_THAT(moved.Start(), Succeeds());
}

TYPED_TEST_P(ThreadTest, ADaemonIsNotJoined) {
  SOMEOS_NEEDS_THREADS();
  auto gate = std::make_shared<typename TypeParam::Lock>();
  ASSERT_THAT(gate->Acquire(), Returns(true));
  std::optional<typename TypeParam::ThreadRef> daemon;
  {
    typename TypeParam::Thread thread([gate] { EXPECT_THAT(gate->Acquire(), Returns(true)); },
                                      {/*name=*/"", /*daemon=*/true, /*stack_size=*/{}});
    EXPECT_TRUE(thread.daemon());
    ASSERT_THAT(thread.Start(), Succeeds());
    daemon = thread;
  }
  EXPECT_TRUE(daemon->is_alive());
  EXPECT_THAT(gate->Release(), Succeeds());
  EXPECT_THAT(daemon->Join(), Returns(true));
}

TYPED_TEST_P(ThreadTest, DaemonsMakeDaemons) {
  std::optional<bool> inner;
  typename TypeParam::Thread thread([&] {
    inner = typename TypeParam::Thread([] {}).daemon();
    EXPECT_THAT(TypeParam::CurrentThread().SetDaemon(false),
                RefusesWith("cannot set daemon status of active thread"));
  });
  EXPECT_FALSE(thread.daemon());
  EXPECT_THAT(thread.SetDaemon(true), Succeeds());
  ASSERT_THAT(thread.Start(), Succeeds());
  ASSERT_THAT(thread.Join(), Returns(true));
  EXPECT_EQ(inner, true);
  EXPECT_TRUE(thread.daemon());
}

TYPED_TEST_P(ThreadTest, HasAName) {
  typename TypeParam::Thread first([] {});
  typename TypeParam::Thread second([] {});
  EXPECT_TRUE(absl::StartsWith(first.name(), "Thread-")) << first.name();
  EXPECT_NE(first.name(), second.name());
  std::string name;
  typename TypeParam::Thread named([&] { name = TypeParam::CurrentThread().name(); }, {"worker"});
  ASSERT_THAT(named.Start(), Succeeds());
  ASSERT_THAT(named.Join(), Returns(true));
  EXPECT_EQ(name, "worker");
  named.SetName("was a worker");
  EXPECT_EQ(named.name(), "was a worker");
}

TYPED_TEST_P(ThreadTest, HasNumbers) {
  std::optional<uint64_t> ident;
  std::optional<int64_t> native_id;
  typename TypeParam::Thread thread([&] {
    ident = TypeParam::GetIdent();
    native_id = TypeParam::GetNativeId();
    EXPECT_EQ(TypeParam::CurrentThread().ident(), ident);
    EXPECT_EQ(TypeParam::CurrentThread().native_id(), native_id);
  });
  ASSERT_THAT(thread.Start(), Succeeds());
  const std::optional<uint64_t> at_once = thread.ident();
  ASSERT_THAT(thread.Join(), Returns(true));
  EXPECT_NE(ident, 0U);
  EXPECT_EQ(at_once, ident);
  EXPECT_EQ(thread.ident(), ident) << "kept";
  EXPECT_EQ(thread.native_id(), native_id);
  EXPECT_NE(ident, TypeParam::GetIdent());
  EXPECT_EQ(TypeParam::CurrentThread().ident(), TypeParam::GetIdent());
}

// An object whose destructor takes its time and then says that it has run.
struct LateObject {
  bool* destroyed = nullptr;
  LateObject() = default;
  LateObject(const LateObject&) = delete;
  LateObject& operator=(const LateObject&) = delete;
  ~LateObject() {
    const absl::Duration end = MonotonicNow() + absl::Milliseconds(20);
    while (MonotonicNow() < end) {
    }
    if (destroyed != nullptr) *destroyed = true;
  }
};

TYPED_TEST_P(ThreadTest, JoinWaitsForThreadLocalObjects) {
  SOMEOS_NEEDS_THREADS();
  for (const absl::Duration timeout : {absl::InfiniteDuration(), absl::Seconds(1000)}) {
    bool destroyed = false;
    typename TypeParam::Thread thread([&] {
      static thread_local LateObject object;
      object.destroyed = &destroyed;
    });
    ASSERT_THAT(thread.Start(), Succeeds());
    EXPECT_THAT(thread.Join(timeout), Returns(true));
    EXPECT_TRUE(destroyed);
  }
}

TYPED_TEST_P(ThreadTest, TheBodyIsDestroyedByItsThread) {
  auto token = std::make_shared<int>(1);
  std::weak_ptr<int> watch = token;
  typename TypeParam::Thread thread([token = std::move(token)] { EXPECT_EQ(*token, 1); });
  EXPECT_FALSE(watch.expired());
  ASSERT_THAT(thread.Start(), Succeeds());
  ASSERT_THAT(thread.Join(), Returns(true));
  EXPECT_TRUE(watch.expired());
}

TYPED_TEST_P(ThreadTest, ManyStartAndEnd) {
  constexpr int kThreads = 50;
  std::vector<int> runs(kThreads);
  std::vector<typename TypeParam::Thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&runs, i] { runs[i] = i; });
    ASSERT_THAT(threads.back().Start(), Succeeds());
  }
  threads.clear();
  for (int i = 0; i < kThreads; ++i) EXPECT_EQ(runs[i], i);
}

TYPED_TEST_P(ThreadTest, AThreadMayStartThreads) {
  std::vector<std::string> order;
  typename TypeParam::Thread outer(
      [&] {
        order.push_back(TypeParam::CurrentThread().name());
        typename TypeParam::Thread inner(
            [&] { order.push_back(TypeParam::CurrentThread().name()); }, {"inner"});
        ASSERT_THAT(inner.Start(), Succeeds());
        ASSERT_THAT(inner.Join(), Returns(true));
        order.push_back(TypeParam::CurrentThread().name());
      },
      {"outer"});
  ASSERT_THAT(outer.Start(), Succeeds());
  ASSERT_THAT(outer.Join(), Returns(true));
  EXPECT_THAT(order, testing::ElementsAre("outer", "inner", "outer"));
}

TYPED_TEST_P(ThreadTest, JoinOfOneThatCannotEndIsAnErrorWithoutThreads) {
  if (!TypeParam::Core::kInline) GTEST_SKIP() << "the thread can end";
  absl::StatusOr<bool> forever = false;
  absl::StatusOr<bool> timed = true;
  typename TypeParam::Thread outer([&] {
    auto self = TypeParam::CurrentThread();
    typename TypeParam::Thread inner([&] {
      forever = self.Join();
      timed = self.Join(absl::Milliseconds(20));
    });
    EXPECT_THAT(inner.Start(), Succeeds());
  });
  ASSERT_THAT(outer.Start(), Succeeds());
  EXPECT_THAT(forever, RefusesWith("would wait for ever: there is one thread"));
  EXPECT_THAT(timed, Returns(false));
}

REGISTER_TYPED_TEST_SUITE_P(ThreadTest, RunsItsBodyOnce, JoinIsCheckedAsPythonDoes,
                            IsAliveUntilItEnds, ManyMayJoinIt, IsJoinedWhenItIsDestroyed,
                            MayBeMoved, ADaemonIsNotJoined, DaemonsMakeDaemons, HasAName,
                            HasNumbers, JoinWaitsForThreadLocalObjects,
                            TheBodyIsDestroyedByItsThread, ManyStartAndEnd, AThreadMayStartThreads,
                            JoinOfOneThatCannotEndIsAnErrorWithoutThreads);

}  // namespace someos

#endif  // SOMEOS_TESTING_THREADING_CONFORMANCE_THREAD_H_
