// The conformance suite: the contract of api/multiprocessing/synchronize/shared_lock.h as scenarios
// that run on every backend.
//
// A backend joins with one test file, as backends/lock_robust/robust_conformance_test.cc, and
// lock_tests() in its BUILD.bazel. What capabilities() excludes is skipped and says why.

#ifndef SOMEOS_TESTING_LOCK_CONFORMANCE_H_
#define SOMEOS_TESTING_LOCK_CONFORMANCE_H_

#include "gtest/gtest.h"
#include "someos/api/multiprocessing/synchronize/shared_lock.h"
#include "someos/testing/lock/conformance/fixture.h"

// Runs all scenarios on the backend that `backend_function` returns: a `const LockBackend& ()`.
// To be used once per `Name`, within namespace someos::multiprocessing.
#define SOMEOS_LOCK_CONFORMANCE_TESTS(Name, backend_function)          \
  SOMEOS_LOCK_SUITE_(Name, SharedLockDeathTest, backend_function);     \
  SOMEOS_LOCK_SUITE_(Name, SharedLockExclusionTest, backend_function); \
  SOMEOS_LOCK_SUITE_(Name, SharedLockOwnersTest, backend_function);    \
  SOMEOS_LOCK_SUITE_(Name, SharedLockTimeoutsTest, backend_function)

#define SOMEOS_LOCK_SUITE_(Name, Suite, backend_function) \
  INSTANTIATE_TEST_SUITE_P(Name, Suite, ::testing::Values(&backend_function()))

#endif  // SOMEOS_TESTING_LOCK_CONFORMANCE_H_
