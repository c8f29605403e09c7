// What the scenarios share.

#ifndef SOMEOS_TESTING_LINE_CONFORMANCE_FIXTURE_H_
#define SOMEOS_TESTING_LINE_CONFORMANCE_FIXTURE_H_

#include <signal.h>

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
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
class LineTerminalTest : public LineConformanceTest {
 protected:
  // Within a job: the first time that the line is `text`, it stops itself by a signal.
  void StopAtText(absl::string_view text) {
    editor().SetHinter([text, stopped = false](absl::string_view line) mutable -> std::string {
      if (line == text && !std::exchange(stopped, true)) raise(SIGTSTP);
      return "";
    });
  }

  // Whether the line "abc" is shown once more, below what the shell has written meanwhile.
  bool SeesTheLineBelowTheShell() {
    return typist_.SeeThat([this] {
      const std::string text = typist_.screen().Text();
      return absl::StrContains(text, "stopped") && absl::EndsWith(text, "> abc");
    });
  }
};
class LineNoTerminalTest : public ::testing::TestWithParam<const LineBackend*> {};

}  // namespace someos

#endif  // SOMEOS_TESTING_LINE_CONFORMANCE_FIXTURE_H_
