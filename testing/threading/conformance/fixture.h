// What the scenarios of the conformance suite stand on.

#ifndef SOMEOS_TESTING_THREADING_CONFORMANCE_FIXTURE_H_
#define SOMEOS_TESTING_THREADING_CONFORMANCE_FIXTURE_H_

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/testing/scenario_alarm.h"

// Skips the running scenario where there is no second thread.
#define SOMEOS_NEEDS_THREADS() \
  if (TypeParam::Core::kInline) GTEST_SKIP() << "there is one thread"

namespace someos {

// The base of the suites, each of which stands in a file of its own.
template <typename Threads>
class ThreadingTest : public testing::Test {
 private:
  // A wait that does not end is a failure.
  ScenarioAlarm alarm_{"threading", 120};
};

// A call that succeeds and returns this.
MATCHER_P(Returns, value, "") {
  if (!arg.ok()) {
    *result_listener << arg.status().ToString();
    return false;
  }
  *result_listener << *arg;
  return *arg == value;
}

// lock.try_lock_for(timeout) and lock.unlock() where the analysis of thread safety cannot follow.
template <typename Lock>
bool TryLockFor(Lock& lock, absl::Duration timeout) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  return lock.try_lock_for(timeout);
}
template <typename Lock>
void Unlock(Lock& lock) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  lock.unlock();
}

}  // namespace someos

#endif  // SOMEOS_TESTING_THREADING_CONFORMANCE_FIXTURE_H_
