// Owners that die.

#include <sched.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <set>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/testing/doomed_child.h"
#include "someos/testing/lock/conformance/fixture.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

// Long enough for any machine; a lock that is wedged fails by it.
constexpr absl::Duration kWedged = absl::Seconds(100);

// The environment may ask for more.
int Kills() {
  int kills = 1000;
  const char* const wanted = std::getenv("LOCK_KILLS");
  if (wanted != nullptr && !absl::SimpleAtoi(wanted, &kills)) kills = 0;
  return kills;
}

}  // namespace

TEST_P(SharedLockDeathTest, TheNextOwnerIsToldOnce) {
  if (!capabilities().owner_death) GTEST_SKIP() << "such a lock stays locked";
  for (int i = 0; i < 3; ++i) {
    SetStage(0);
    DoomedChild child([&] { SetStage(lock().Acquire().ok() ? 1 : 2); });
    AwaitStage(1);
    child.Kill();
    EXPECT_THAT(lock().Acquire(kWedged),
                FailsWithCode(absl::StatusCode::kDataLoss, "acquire a shared lock"));
    EXPECT_THAT(lock().Release(), Succeeds());
    EXPECT_THAT(lock().Acquire(kWedged), Succeeds());
    EXPECT_THAT(lock().Release(), Succeeds());
  }
}

TEST_P(SharedLockDeathTest, WhoIsWaitingIsWoken) {
  if (!capabilities().owner_death) GTEST_SKIP() << "such a lock stays locked";
  for (const absl::Duration timeout : {kWedged, absl::InfiniteDuration()}) {
    SetStage(0);
    DoomedChild child([&] { SetStage(lock().Acquire().ok() ? 1 : 2); });
    AwaitStage(1);
    absl::Status status;
    std::thread waiting([&] {
      status = lock().Acquire(timeout);
      EXPECT_THAT(lock().Release(), Succeeds());
    });
    child.Kill();
    waiting.join();
    EXPECT_THAT(status, FailsWithCode(absl::StatusCode::kDataLoss, "acquire a shared lock"));
  }
}

// One that dies while it waits has owned nothing.
TEST_P(SharedLockDeathTest, ADeadWaiterLeavesNothing) {
  ASSERT_THAT(lock().Acquire(), Succeeds());
  DoomedChild child([&] {
    SetStage(1);
    static_cast<void>(lock().Acquire());
  });
  AwaitStage(1);
  child.Kill();
  EXPECT_THAT(lock().Release(), Succeeds());
  EXPECT_THAT(lock().Acquire(kWedged), Succeeds());
  EXPECT_THAT(lock().Release(), Succeeds());
}

TEST_P(SharedLockDeathTest, AnOwnerWithoutDeathIsMissed) {
  if (capabilities().owner_death) GTEST_SKIP() << "such a lock notices it";
  {
    DoomedChild child([&] { SetStage(lock().Acquire().ok() ? 1 : 2); });
    AwaitStage(1);
  }
  EXPECT_THAT(lock().Acquire(absl::Milliseconds(10)),
              FailsWithCode(absl::StatusCode::kDeadlineExceeded, ""));
  EXPECT_THAT(lock().Release(), Succeeds());
  EXPECT_THAT(lock().Acquire(absl::ZeroDuration()), Succeeds());
}

// Children are killed at any moment of locking and unlocking; after each, this process acquires the
// lock.
TEST_P(SharedLockDeathTest, KillsAtAnyMomentWedgeNothing) {
  if (!capabilities().owner_death) GTEST_SKIP() << "such a lock stays locked";
  const std::set<int> before = OpenDescriptors();
  const int kills = Kills();
  ASSERT_GT(kills, 0) << "LOCK_KILLS is no number";
  int losses = 0;
  for (int i = 0; i < kills; ++i) {
    const uint64_t steps = shared().steps;
    DoomedChild child([&] {
      while (true) {
        const absl::Status status = lock().Acquire();
        if (!status.ok() && !absl::IsDataLoss(status)) _exit(1);
        ++shared().steps;
        if (!lock().Release().ok()) _exit(1);
      }
    });
    // Once it is at it, and a little later each time.
    while (shared().steps < steps + 1 + i % 7) sched_yield();
    child.Kill();
    const absl::Status status = lock().Acquire(kWedged);
    if (absl::IsDataLoss(status)) {
      ++losses;
    } else {
      ASSERT_THAT(status, Succeeds()) << "after " << i << " kills";
    }
    ASSERT_THAT(lock().Release(), Succeeds());
  }
  RecordProperty("losses", losses);
  EXPECT_GT(losses, 0) << "no child was killed while it owned the lock";
  EXPECT_THAT(LeftOpen(before), testing::IsEmpty());
}

}  // namespace someos::multiprocessing
