// The conformance suite: the contract of api/line_editor.h as scenarios that run on every backend,
// typed into a pseudo-terminal.
//
// A backend joins with one test file,
//
//   #include "someos/testing/line/conformance.h"
//
//   #include "someos/backends/line_plain/plain_line_editor.h"
//
//   namespace someos {
//   namespace {
//
//   SOMEOS_LINE_CONFORMANCE_TESTS(Plain, PlainLineBackend);
//
//   }  // namespace
//   }  // namespace someos
//
// and line_tests() in its BUILD.bazel. The scenarios stand in conformance/.

#ifndef SOMEOS_TESTING_LINE_CONFORMANCE_H_
#define SOMEOS_TESTING_LINE_CONFORMANCE_H_

#include "gtest/gtest.h"
#include "someos/api/line_editor.h"
#include "someos/testing/line/conformance/fixture.h"

// Runs all scenarios on the backend that `backend_function` returns: a `const LineBackend& ()`. To
// be used once per `Name`, within namespace someos.
#define SOMEOS_LINE_CONFORMANCE_TESTS(Name, backend_function)   \
  SOMEOS_LINE_SUITE_(Name, LineEditingTest, backend_function);  \
  SOMEOS_LINE_SUITE_(Name, LineEventsTest, backend_function);   \
  SOMEOS_LINE_SUITE_(Name, LineTerminalTest, backend_function); \
  SOMEOS_LINE_SUITE_(Name, LineNoTerminalTest, backend_function)

#define SOMEOS_LINE_SUITE_(Name, Suite, backend_function) \
  INSTANTIATE_TEST_SUITE_P(Name, Suite, ::testing::Values(&backend_function()))

#endif  // SOMEOS_TESTING_LINE_CONFORMANCE_H_
