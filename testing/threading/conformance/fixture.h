// What the scenarios of the conformance suite stand on.

#ifndef SOMEOS_TESTING_THREADING_CONFORMANCE_FIXTURE_H_
#define SOMEOS_TESTING_THREADING_CONFORMANCE_FIXTURE_H_

#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// Skips the running scenario where there is no second thread.
#define SOMEOS_NEEDS_THREADS() \
  if (TypeParam::Core::kInline) GTEST_SKIP() << "there is one thread"

namespace someos {

// The base of the suites, each of which stands in a file of its own.
template <typename Threads>
class ThreadingTest : public testing::Test {};

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

// Threads that run functions, and are joined at the end of the scope at the latest.
class Crew {
 public:
  Crew() = default;
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew() { Join(); }

  template <typename Function>
  void Run(Function function) {
    members_.emplace_back(std::move(function));
  }
  void Join() {
    for (std::thread& member : members_) member.join();
    members_.clear();
  }

 private:
  std::vector<std::thread> members_;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_THREADING_CONFORMANCE_FIXTURE_H_
