// What the scenarios share.

#ifndef SOMEOS_TESTING_LINE_CONFORMANCE_FIXTURE_H_
#define SOMEOS_TESTING_LINE_CONFORMANCE_FIXTURE_H_

#include "gtest/gtest.h"
#include "someos/api/line_editor.h"
#include "someos/testing/line/typist.h"

namespace someos {

class LineConformanceTest : public ::testing::TestWithParam<const LineBackend*> {
 protected:
  void SetUp() override {
    if (!typist_.valid()) GTEST_SKIP() << "the machine gives out no pseudo-terminals";
  }

  LineEditor& editor() { return typist_.editor(); }

  Typist typist_{*GetParam()};
};

class LineEditingTest : public LineConformanceTest {};
class LineEventsTest : public LineConformanceTest {};
class LineTerminalTest : public LineConformanceTest {};
class LineNoTerminalTest : public ::testing::TestWithParam<const LineBackend*> {};

}  // namespace someos

#endif  // SOMEOS_TESTING_LINE_CONFORMANCE_FIXTURE_H_
