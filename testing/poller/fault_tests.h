// The fault suite: what must hold of every backend when system calls fail, bring too little, or
// bring what is no longer wanted.
//
// A backend joins with a wrapper of its system calls, which asks the FaultPlan, with a table of the
// faults that its calls may have (a FaultyBackend), and with one test file,
//
//   #include "someos/testing/poller/fault_tests.h"
//
//   #include "someos/backends/epoll/epoll_faults.h"
//
//   namespace someos {
//   namespace {
//
//   SOMEOS_FAULT_TESTS(Epoll, FaultyEpoll);
//
//   }  // namespace
//   }  // namespace someos
//
// The scenarios stand in faults/. A test is named after its fault:
// Epoll/RegisterFaultTest.NothingIsHalfDone/epoll_ctl_ADD_ENOSPC. Where a backend's table has no
// faults of an operation, because it makes no such calls, there are no tests of it.

#ifndef SOMEOS_TESTING_POLLER_FAULT_TESTS_H_
#define SOMEOS_TESTING_POLLER_FAULT_TESTS_H_

#include "gtest/gtest.h"
#include "someos/testing/poller/faults/faulty_backend.h"
#include "someos/testing/poller/faults/fixture.h"

// Runs all scenarios on what `backend` returns: a `const FaultyBackend& ()`. To be used once per
// `Name`, within namespace someos.
#define SOMEOS_FAULT_TESTS(Name, backend)                                                       \
  SOMEOS_FAULT_SUITE_(Name, CreateFaultTest, WithFaults(backend(), backend().creations));       \
  SOMEOS_FAULT_SUITE_(Name, RegisterFaultTest, WithFaults(backend(), backend().registrations)); \
  SOMEOS_FAULT_SUITE_(Name, ModifyFaultTest, WithFaults(backend(), backend().modifications));   \
  SOMEOS_FAULT_SUITE_(Name, UnregisterFaultTest,                                                \
                      WithFaults(backend(), backend().unregistrations));                        \
  SOMEOS_FAULT_SUITE_(Name, WaitFaultTest, WithFaults(backend(), backend().waits));             \
  SOMEOS_FAULT_SUITE_(Name, FallbackFaultTest, WithFaults(backend(), backend().absorbed));      \
  SOMEOS_FAULT_SUITE_(Name, SweepFaultTest, WithEveryFault(backend()));                         \
  SOMEOS_FAULT_SUITE_(Name, EventFaultTest, WithoutFault(backend()));                           \
  SOMEOS_FAULT_SUITE_(Name, ForkFaultTest, WithoutFault(backend()));                            \
  SOMEOS_FAULT_SUITE_(Name, DescriptorLimitTest, WithoutFault(backend()))

#define SOMEOS_FAULT_SUITE_(Name, Suite, parameters)                     \
  INSTANTIATE_TEST_SUITE_P(Name, Suite, ::testing::ValuesIn(parameters), \
                           ::someos::FaultParameterName)

#endif  // SOMEOS_TESTING_POLLER_FAULT_TESTS_H_
