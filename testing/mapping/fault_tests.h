// What must hold when system calls of mappings fail, as scenarios that run on every mechanism. A
// backend joins with one test file, as with conformance.h. The scenarios stand in faults/.

#ifndef SOMEOS_TESTING_MAPPING_FAULT_TESTS_H_
#define SOMEOS_TESTING_MAPPING_FAULT_TESTS_H_

#include "gtest/gtest.h"
#include "someos/backends/mapping_base/mechanism.h"
#include "someos/testing/mapping/faults/fixture.h"

// Runs all scenarios on the mechanism that `function` returns: a `const Mechanism& ()`.
#define SOMEOS_MAPPING_FAULT_TESTS(Name, function)                                        \
  INSTANTIATE_TEST_SUITE_P(Name, MappingMakingFaultTest, ::testing::Values(&function())); \
  INSTANTIATE_TEST_SUITE_P(Name, MappingResizeFaultTest, ::testing::Values(&function())); \
  INSTANTIATE_TEST_SUITE_P(Name, MappingAccessFaultTest, ::testing::Values(&function()))

#endif  // SOMEOS_TESTING_MAPPING_FAULT_TESTS_H_
