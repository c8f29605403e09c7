// The modules for programs with one thread, beside the one with threads.

#include "someos/api/dummy_threading.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/dummy_thread.h"
#include "someos/api/threading.h"
#include "someos/testing/clocks.h"
#include "someos/testing/status_matchers.h"

namespace someos {
namespace {

auto WouldWaitForEver() {
  return FailsWithCode(absl::StatusCode::kFailedPrecondition,
                       "would wait for ever: there is one thread");
}

TEST(DummyThreading, StartRunsTheBodyAndThreadsMayBeNested) {
  std::vector<std::string> order;
  dummy_threading::Thread outer(
      [&] {
        dummy_threading::Thread inner(
            [&] { order.push_back(dummy_threading::CurrentThread().name()); }, {"inner"});
        EXPECT_THAT(inner.Start(), Succeeds());
        EXPECT_FALSE(inner.is_alive());
        order.push_back(dummy_threading::CurrentThread().name());
      },
      {"outer"});
  EXPECT_THAT(outer.Start(), Succeeds());
  order.push_back(dummy_threading::CurrentThread().name());
  EXPECT_THAT(order, testing::ElementsAre("inner", "outer", "MainThread"));
}

// What Python's module answers at once with a lie, or spins on.
TEST(DummyThreading, WaitsAreHonest) {
  dummy_threading::Lock lock;
  ASSERT_TRUE(lock.Acquire().value_or(false));
  EXPECT_THAT(lock.Acquire(), WouldWaitForEver());
  EXPECT_THAT(dummy_threading::Event().Wait(), WouldWaitForEver());
  EXPECT_THAT(dummy_threading::Semaphore(0).Acquire(), WouldWaitForEver());
  EXPECT_THAT(dummy_threading::Barrier(2).Wait(), WouldWaitForEver());
  const absl::Duration start = MonotonicNow();
  EXPECT_FALSE(dummy_threading::Event().Wait(absl::Milliseconds(20)).value_or(true));
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(20));
}

TEST(DummyThreading, StandsBesideThreading) {
  dummy_threading::Thread dummy([] {});
  threading::Thread thread([&] { EXPECT_THAT(dummy.Start(), Succeeds()); });
  ASSERT_THAT(thread.Start(), Succeeds());
  ASSERT_TRUE(thread.Join().value_or(false));
  EXPECT_FALSE(dummy.is_alive());
}

TEST(DummyThread, StartNewThreadRunsTheFunction) {
  uint64_t ident = 0;
  const absl::StatusOr<uint64_t> started =
      dummy_thread::StartNewThread([&] { ident = dummy_thread::GetIdent(); });
  ASSERT_THAT(started, Succeeds());
  EXPECT_EQ(*started, ident);
  EXPECT_NE(ident, dummy_thread::GetIdent());
  EXPECT_THAT(
      dummy_thread::StackSize(100001),
      FailsWithCode(absl::StatusCode::kUnimplemented, "setting thread stack size not supported"));
  EXPECT_THAT(dummy_thread::AllocateLock()->Release(),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "release unlocked lock"));
}

}  // namespace
}  // namespace someos
