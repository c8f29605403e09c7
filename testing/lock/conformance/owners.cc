// Who may release.

#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/lock/conformance/fixture.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

auto IsRefused() {
  return FailsWithCode(absl::StatusCode::kFailedPrecondition, "release a shared lock: ");
}

}  // namespace

TEST_P(SharedLockOwnersTest, WhatIsNotLockedIsNotReleased) {
  EXPECT_THAT(lock().Release(), IsRefused());
  ASSERT_THAT(lock().Acquire(), Succeeds());
  EXPECT_THAT(lock().Release(), Succeeds());
  EXPECT_THAT(lock().Release(), IsRefused());
  // And nothing has come of it.
  ASSERT_THAT(lock().Acquire(), Succeeds());
  ExpectInChild([&] {
    EXPECT_THAT(lock().Acquire(absl::ZeroDuration()),
                FailsWithCode(absl::StatusCode::kDeadlineExceeded, ""));
  });
  EXPECT_THAT(lock().Release(), Succeeds());
}

TEST_P(SharedLockOwnersTest, OnlyTheOwnerReleases) {
  if (!capabilities().has_owner) GTEST_SKIP() << "nobody owns such a lock";
  ASSERT_THAT(lock().Acquire(), Succeeds());
  std::thread([&] { EXPECT_THAT(lock().Release(), IsRefused()); }).join();
  ExpectInChild([&] { EXPECT_THAT(lock().Release(), IsRefused()); });
  EXPECT_THAT(lock().Release(), Succeeds());
}

TEST_P(SharedLockOwnersTest, AnyoneReleases) {
  if (capabilities().has_owner) GTEST_SKIP() << "such a lock has an owner";
  ASSERT_THAT(lock().Acquire(), Succeeds());
  ExpectInChild([&] { EXPECT_THAT(lock().Release(), Succeeds()); });
  EXPECT_THAT(lock().Acquire(absl::ZeroDuration()), Succeeds());
  std::thread([&] { EXPECT_THAT(lock().Release(), Succeeds()); }).join();
}

TEST_P(SharedLockOwnersTest, AnOwnerThatAcquiresAgainIsTold) {
  if (!capabilities().has_owner) GTEST_SKIP() << "nobody owns such a lock";
  ASSERT_THAT(lock().Acquire(), Succeeds());
  for (const absl::Duration timeout :
       {absl::ZeroDuration(), absl::Seconds(1000), absl::InfiniteDuration()}) {
    EXPECT_THAT(lock().Acquire(timeout), FailsWithCode(absl::StatusCode::kFailedPrecondition,
                                                       "acquire a shared lock: this thread"));
  }
  EXPECT_THAT(lock().Release(), Succeeds());
}

TEST_P(SharedLockOwnersTest, SaysWhatItIs) { EXPECT_EQ(lock().mechanism(), backend().name); }

}  // namespace someos::multiprocessing
