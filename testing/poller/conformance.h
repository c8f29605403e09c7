// The conformance suite: the contract of api/poller.h as scenarios that run on every backend.
//
// A backend joins with one test file,
//
//   #include "someos/testing/poller/conformance.h"
//
//   #include "someos/backends/epoll/epoll_poller.h"
//
//   namespace someos {
//   namespace {
//
//   SOMEOS_CONFORMANCE_TESTS(Epoll, EpollBackend);
//
//   }  // namespace
//   }  // namespace someos
//
// and one target that depends on the backend, on //testing/poller:conformance and on gtest_main. A
// run begins with a line that names the implementation under test (and its limits), which the XML
// report has as properties. A scenario that a backend's Capabilities exclude is skipped and says
// why; nothing passes unseen.
//
// The scenarios stand in conformance/, a file for each promise of the contract.

#ifndef SOMEOS_TESTING_POLLER_CONFORMANCE_H_
#define SOMEOS_TESTING_POLLER_CONFORMANCE_H_

#include "gtest/gtest.h"
#include "someos/api/backend.h"
#include "someos/testing/poller/conformance/fixture.h"

// Runs all scenarios on the backend that `backend_function` returns: a `const Backend& ()`. To be
// used once per `Name`, within namespace someos.
#define SOMEOS_CONFORMANCE_TESTS(Name, backend_function)          \
  SOMEOS_SINGLE_CALLER_CONFORMANCE_TESTS(Name, backend_function); \
  SOMEOS_CONFORMANCE_SUITE_(Name, ThreadsTest, backend_function); \
  SOMEOS_OVERLAPPING_POSIX_CONFORMANCE_SUITES_(Name, backend_function)

// The same without what promise 8 is about, calls that overlap.
#define SOMEOS_SINGLE_CALLER_CONFORMANCE_TESTS(Name, backend_function)                        \
  [[maybe_unused]] const ::testing::Environment* const kConformanceReport##Name =             \
      ::testing::AddGlobalTestEnvironment(new ::someos::ConformanceReport(backend_function)); \
  SOMEOS_CONFORMANCE_SUITE_(Name, ErrorsTest, backend_function);                              \
  SOMEOS_CONFORMANCE_SUITE_(Name, EventsTest, backend_function);                              \
  SOMEOS_CONFORMANCE_SUITE_(Name, DataTest, backend_function);                                \
  SOMEOS_CONFORMANCE_SUITE_(Name, TriggersTest, backend_function);                            \
  SOMEOS_CONFORMANCE_SUITE_(Name, WaitingTest, backend_function);                             \
  SOMEOS_CONFORMANCE_SUITE_(Name, WakeTest, backend_function);                                \
  SOMEOS_CONFORMANCE_SUITE_(Name, ReuseTest, backend_function);                               \
  SOMEOS_CONFORMANCE_SUITE_(Name, FairnessTest, backend_function);                            \
  SOMEOS_CONFORMANCE_SUITE_(Name, BatchesTest, backend_function);                             \
  SOMEOS_CONFORMANCE_SUITE_(Name, DiagnosticsTest, backend_function);                         \
  SOMEOS_POSIX_CONFORMANCE_SUITES_(Name, backend_function)

// What Windows has not: signals, fork, descriptors that are no sockets, and numbers of one's
// choice.
#ifdef _WIN32
#define SOMEOS_POSIX_CONFORMANCE_SUITES_(Name, backend_function)
#define SOMEOS_OVERLAPPING_POSIX_CONFORMANCE_SUITES_(Name, backend_function)
#else
#define SOMEOS_POSIX_CONFORMANCE_SUITES_(Name, backend_function)       \
  SOMEOS_CONFORMANCE_SUITE_(Name, SignalsTest, backend_function);      \
  SOMEOS_CONFORMANCE_SUITE_(Name, ForkTest, backend_function);         \
  SOMEOS_CONFORMANCE_SUITE_(Name, ForkFilesTest, backend_function);    \
  SOMEOS_CONFORMANCE_SUITE_(Name, NumbersTest, backend_function);      \
  SOMEOS_CONFORMANCE_SUITE_(Name, RegularFilesTest, backend_function); \
  SOMEOS_CONFORMANCE_SUITE_(Name, NestingTest, backend_function);      \
  SOMEOS_CONFORMANCE_SUITE_(Name, ManyTest, backend_function)
#define SOMEOS_OVERLAPPING_POSIX_CONFORMANCE_SUITES_(Name, backend_function) \
  SOMEOS_CONFORMANCE_SUITE_(Name, ForkDuringWaitTest, backend_function)
#endif

#define SOMEOS_CONFORMANCE_SUITE_(Name, Suite, backend_function)                \
  INSTANTIATE_TEST_SUITE_P(Name, Suite, ::testing::Values(&backend_function()), \
                           ::someos::ConformanceParameterName)

#endif  // SOMEOS_TESTING_POLLER_CONFORMANCE_H_
