// One owner at a time, in all processes and threads.

#include <sched.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/synchronize/shared_lock.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/lock/conformance/fixture.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos::multiprocessing {
namespace {

constexpr int kRounds = 500;

// Not one instruction, so that two owners would lose counts.
void Count(SharedLock& lock, uint64_t& counter) {
  for (int i = 0; i < kRounds; ++i) {
    ASSERT_THAT(lock.Acquire(), Succeeds());
    const volatile uint64_t before = counter;
    if (i % 50 == 0) sched_yield();
    counter = before + 1;
    ASSERT_THAT(lock.Release(), Succeeds());
  }
}

}  // namespace

TEST_P(SharedLockExclusionTest, ProcessesExcludeEachOther) {
  constexpr int kProcesses = 4;
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = MustSucceed(fork(), "fork");
    if (child == 0) {
      // Half of them use their copy of the object, the others one of their own.
      const std::unique_ptr<SharedLock> own = i % 2 == 0 ? Attached() : nullptr;
      Count(own == nullptr ? lock() : *own, shared().counter);
      _exit(testing::Test::HasFailure() ? 1 : 0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    MustSucceed(waitpid(child, &status, 0), "waitpid");
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(shared().counter, kProcesses * kRounds);
}

TEST_P(SharedLockExclusionTest, ThreadsExcludeEachOther) {
  const std::unique_ptr<SharedLock> other = Attached();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] { Count(i % 2 == 0 ? lock() : *other, shared().counter); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(shared().counter, 4 * kRounds);
}

TEST_P(SharedLockExclusionTest, WhatAnotherProcessHasIsNotToBeHad) {
  ASSERT_THAT(lock().Acquire(), Succeeds());
  ExpectInChild([&] {
    EXPECT_THAT(lock().Acquire(absl::ZeroDuration()),
                FailsWithCode(absl::StatusCode::kDeadlineExceeded, "acquire a shared lock"));
    EXPECT_THAT(Attached()->Acquire(absl::Milliseconds(1)),
                FailsWithCode(absl::StatusCode::kDeadlineExceeded, "acquire a shared lock"));
  });
  EXPECT_THAT(lock().Release(), Succeeds());
  ExpectInChild([&] {
    EXPECT_THAT(lock().Acquire(absl::ZeroDuration()), Succeeds());
    EXPECT_THAT(lock().Release(), Succeeds());
  });
}

}  // namespace someos::multiprocessing
