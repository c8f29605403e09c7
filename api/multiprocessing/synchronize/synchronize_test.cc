#include "someos/api/multiprocessing/synchronize/synchronize.h"

#include <atomic>
#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/python_says.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

constexpr char kTooManyTimes[] = "ValueError: semaphore or lock released too many times";

std::string Acquired(absl::StatusOr<bool> acquired) {
  if (!acquired.ok()) return acquired.status().ToString();
  return *acquired ? "True" : "False";
}

// What Python 3.13 prints, in the same order.
TEST(SynchronizeTest, ALockIsPythons) {
  Lock lock = *Lock::Create();
  EXPECT_EQ(Says(lock.Release()), kTooManyTimes);
  EXPECT_EQ(Acquired(lock.Acquire()), "True");
  EXPECT_EQ(Acquired(lock.Acquire(false)), "False");
  EXPECT_EQ(Acquired(lock.Acquire(true, absl::Milliseconds(10))), "False");
  EXPECT_EQ(Acquired(lock.Acquire(true, -absl::Seconds(1))), "False");
  EXPECT_THAT(lock.Release(), Succeeds());
  EXPECT_EQ(Says(lock.Release()), kTooManyTimes);
}

TEST(SynchronizeTest, AnybodyReleasesALock) {
  Lock lock = *Lock::Create();
  EXPECT_EQ(Acquired(lock.Acquire()), "True");
  std::thread([&] { EXPECT_THAT(lock.Release(), Succeeds()); }).join();
  EXPECT_EQ(Acquired(lock.Acquire()), "True");
  ExpectInChild([&] { EXPECT_THAT(lock.Release(), Succeeds()); });
  EXPECT_EQ(Acquired(lock.Acquire(false)), "True");
}

TEST(SynchronizeTest, AnRLockIsPythons) {
  constexpr char kNotOwned[] = "attempt to release recursive lock not owned by thread";
  const auto refused = FailsWithCode(absl::StatusCode::kFailedPrecondition, kNotOwned);
  RLock lock = *RLock::Create();
  EXPECT_THAT(lock.Release(), refused);
  EXPECT_EQ(Acquired(lock.Acquire()), "True");
  EXPECT_EQ(Acquired(lock.Acquire()), "True");
  EXPECT_EQ(lock.Count(), 2);
  ExpectInChild([&] { EXPECT_EQ(lock.Count(), 0); });
  const auto others = [&] {
    EXPECT_FALSE(lock.IsMine());
    EXPECT_THAT(lock.Release(), refused);
    EXPECT_EQ(Acquired(lock.Acquire(false)), "False");
  };
  std::thread(others).join();
  ExpectInChild(others);
  EXPECT_THAT(lock.Release(), Succeeds());
  ExpectInChild(others);  // still
  EXPECT_THAT(lock.Release(), Succeeds());
  EXPECT_THAT(lock.Release(), refused);
  ExpectInChild([&] {
    EXPECT_EQ(Acquired(lock.Acquire(false)), "True");
    EXPECT_TRUE(lock.IsMine());
    EXPECT_EQ(lock.Count(), 1);
    EXPECT_THAT(lock.Release(), Succeeds());
  });
}

// Who owned it before, and asks while the next one is acquiring it, is not the owner.
TEST(SynchronizeTest, ThreadsOfOneRLockExcludeEachOther) {
  constexpr int kRounds = 50'000;
  RLock lock = *RLock::Create();
  int counter = 0;
  std::atomic<int> started{0};
  const auto count = [&] {
    for (++started; started < 2;) std::this_thread::yield();
    for (int i = 0; i < kRounds; ++i) {
      ASSERT_TRUE(*lock.Acquire());
      const volatile int before = counter;
      counter = before + 1;
      ASSERT_THAT(lock.Release(), Succeeds());
    }
  };
  std::thread other(count);
  count();
  other.join();
  EXPECT_EQ(counter, 2 * kRounds);
}

TEST(SynchronizeTest, ASemaphoreCounts) {
  Semaphore semaphore = *Semaphore::Create(2);
  EXPECT_EQ(Acquired(semaphore.Acquire()), "True");
  EXPECT_EQ(Acquired(semaphore.Acquire()), "True");
  EXPECT_EQ(Acquired(semaphore.Acquire(false)), "False");
  for (int i = 0; i < 3; ++i) EXPECT_THAT(semaphore.Release(), Succeeds());
  const absl::StatusOr<int> value = semaphore.GetValue();
  if (absl::IsUnimplemented(value.status())) GTEST_SKIP() << value.status();
  EXPECT_EQ(*value, 3);
}

TEST(SynchronizeTest, ABoundedSemaphoreHasABound) {
  BoundedSemaphore semaphore = *BoundedSemaphore::Create(2);
  if (!semaphore.GetValue().ok()) GTEST_SKIP() << "this system does not tell the value";
  EXPECT_EQ(Says(semaphore.Release()), kTooManyTimes);
  EXPECT_EQ(Acquired(semaphore.Acquire()), "True");
  EXPECT_THAT(semaphore.Release(), Succeeds());
  EXPECT_EQ(Says(semaphore.Release()), kTooManyTimes);
}

TEST(SynchronizeTest, NegativeValuesAreRefused) {
  EXPECT_EQ(Says(Semaphore::Create(-1).status()), "OSError: EINVAL");
  EXPECT_EQ(Says(BoundedSemaphore::Create(-1).status()), "OSError: EINVAL");
}

TEST(SynchronizeTest, AnotherProcessOpensItByItsName) {
  Lock lock = *Lock::Create();
  const SemLock::State state = lock.state();
  EXPECT_THAT(state.name, testing::MatchesRegex("/mp-[0-9a-f]{8}"));
  EXPECT_EQ(Acquired(lock.Acquire()), "True");
  ExpectInChild([&] {
    absl::StatusOr<SemLock> opened = SemLock::Open(state);
    ASSERT_THAT(opened, Succeeds());
    EXPECT_EQ(Acquired(opened->Acquire(false)), "False");
    EXPECT_THAT(opened->Release(), Succeeds());
  });
  EXPECT_EQ(Acquired(lock.Acquire(false)), "True");
}

TEST(SynchronizeTest, TheNameEndsWithItsCreator) {
  SemLock::State state;
  {
    std::optional<Lock> lock = Lock::Create().value();
    state = lock->state();
    ExpectInChild([&] { lock.reset(); });
    EXPECT_THAT(SemLock::Open(state), Succeeds());
  }
  EXPECT_THAT(SemLock::Open(state), FailsWithErrno(ENOENT, "open semaphore \"/mp-"));
}

TEST(SynchronizeTest, TheNameCanBeTakenAway) {
  Lock lock = *Lock::Create();
  EXPECT_THAT(lock.Unlink(), Succeeds());
  EXPECT_THAT(SemLock::Open(lock.state()), FailsWithErrno(ENOENT, "open semaphore"));
  EXPECT_THAT(lock.Unlink(), FailsWithErrno(ENOENT, "unlink semaphore"));
  EXPECT_TRUE(*lock.Acquire());
}

TEST(SynchronizeTest, WhatIsNoNameIsRefused) {
  EXPECT_THAT(SemLock::Open({SemLock::Kind::kSemaphore, 1, std::string("/a\0b", 4)}),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "embedded null character"));
  EXPECT_FALSE(SemLock::Open({SemLock::Kind::kSemaphore, 1, ""}).ok());
  EXPECT_FALSE(SemLock::Open({SemLock::Kind::kSemaphore, 1, std::string(10000, 'a')}).ok());
}

}  // namespace
}  // namespace someos::multiprocessing
