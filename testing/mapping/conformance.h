// The conformance suite: the contract of api/mapping.h as scenarios that run on every backend.
//
// A backend joins with one test file,
//
//   #include "someos/testing/mapping/conformance.h"
//
//   #include "someos/backends/mapping_reserve/reserve_mapping.h"
//
//   namespace someos {
//   namespace {
//
//   SOMEOS_MAPPING_CONFORMANCE_TESTS(Reserve, ReserveMappingBackend);
//
//   }  // namespace
//   }  // namespace someos
//
// and mapping_tests() in its BUILD.bazel. What capabilities() excludes is skipped and says why. The
// scenarios stand in conformance/, a file for each promise of the contract.

#ifndef SOMEOS_TESTING_MAPPING_CONFORMANCE_H_
#define SOMEOS_TESTING_MAPPING_CONFORMANCE_H_

#include "gtest/gtest.h"
#include "someos/api/mapping.h"
#include "someos/testing/mapping/conformance/fixture.h"

// Runs all scenarios on the backend that `backend_function` returns: a `const MappingBackend& ()`.
// To be used once per `Name`, within namespace someos.
#define SOMEOS_MAPPING_CONFORMANCE_TESTS(Name, backend_function)    \
  SOMEOS_MAPPING_SUITE_(Name, MappingMakingTest, backend_function); \
  SOMEOS_MAPPING_SUITE_(Name, MappingAccessTest, backend_function); \
  SOMEOS_MAPPING_SUITE_(Name, MappingResizeTest, backend_function); \
  SOMEOS_MAPPING_SUITE_(Name, MappingMemoryTest, backend_function); \
  SOMEOS_MAPPING_SUITE_(Name, MappingGuardTest, backend_function);  \
  SOMEOS_MAPPING_SUITE_(Name, MappingRangesTest, backend_function); \
  SOMEOS_MAPPING_SUITE_(Name, MappingCopyTest, backend_function);   \
  SOMEOS_MAPPING_SUITE_(Name, MappingForkTest, backend_function);   \
  SOMEOS_MAPPING_SUITE_(Name, MappingStormTest, backend_function)

#define SOMEOS_MAPPING_SUITE_(Name, Suite, backend_function) \
  INSTANTIATE_TEST_SUITE_P(Name, Suite, ::testing::Values(&backend_function()))

#endif  // SOMEOS_TESTING_MAPPING_CONFORMANCE_H_
