// The conformance suite: the contract of api/threading.h as scenarios that run on every backend.
//
// A backend joins with one test file,
//
//   #include "someos/backends/thread_pthread/thread_pthread.h"
//   #include "someos/testing/threading/conformance.h"
//
//   namespace someos {
//   namespace {
//
//   SOMEOS_THREAD_CONFORMANCE_TESTS(Pthread, thread_pthread::Threads);
//
//   }  // namespace
//   }  // namespace someos
//
// and threading_tests() in its BUILD.bazel. What needs a second thread is skipped where there is
// none. The scenarios are templates over the backend's types, in conformance/, a file for each
// object: a new one is written there as TYPED_TEST_P and named in the file's REGISTER_ macro.

#ifndef SOMEOS_TESTING_THREADING_CONFORMANCE_H_
#define SOMEOS_TESTING_THREADING_CONFORMANCE_H_

#include "gtest/gtest.h"
#include "someos/testing/threading/conformance/barrier.h"
#include "someos/testing/threading/conformance/condition.h"
#include "someos/testing/threading/conformance/event.h"
#include "someos/testing/threading/conformance/fork.h"
#include "someos/testing/threading/conformance/hooks.h"
#include "someos/testing/threading/conformance/local.h"
#include "someos/testing/threading/conformance/lock.h"
#include "someos/testing/threading/conformance/registry.h"
#include "someos/testing/threading/conformance/rlock.h"
#include "someos/testing/threading/conformance/semaphore.h"
#include "someos/testing/threading/conformance/stack_size.h"
#include "someos/testing/threading/conformance/thread.h"
#include "someos/testing/threading/conformance/thread_pool.h"
#include "someos/testing/threading/conformance/timer.h"

// Runs all scenarios on a backend's types (thread_base::Threads). To be used once per `Name`,
// within namespace someos.
#define SOMEOS_THREAD_CONFORMANCE_TESTS(Name, Types)            \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, BarrierTest, Types);     \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, ConditionTest, Types);   \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, EventTest, Types);       \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, HooksTest, Types);       \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, LocalTest, Types);       \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, LockTest, Types);        \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, ObjectsForkTest, Types); \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, RLockTest, Types);       \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, RegistryTest, Types);    \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, SemaphoreTest, Types);   \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, StackSizeTest, Types);   \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, ThreadTest, Types);      \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, ThreadPoolTest, Types);  \
  INSTANTIATE_TYPED_TEST_SUITE_P(Name, TimerTest, Types)

#endif  // SOMEOS_TESTING_THREADING_CONFORMANCE_H_
