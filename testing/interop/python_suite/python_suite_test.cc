// Python's own tests of managers and connections, with our programs in the place of Python's
// processes (pythons_tests.py): those of Python 2.7 and of the newest interpreter that come with
// their tests. The others' differ little, and take half a minute each.

#include <cstdlib>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/testing/interop/interpreters.h"
#include "someos/testing/interop/matrix.h"
#include "someos/testing/shell_command.h"

namespace someos {
namespace {

constexpr int kNoTests = 77;

TEST(PythonSuiteTest, PassesWithOurProgramsAtTheOtherEnd) {
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  Matrix matrix("python_suite", {"managers", "connection"});
  for (const Interpreter& python : Interpreters()) {
    for (const auto& [role, program] : {std::pair("managers", std::getenv("SERVER")),
                                        std::pair("connection", std::getenv("PEER"))}) {
      if (!python.is_python2() && &python != &Interpreters().back()) {
        matrix.Impossible(python, role, "the newest one's are run");
        continue;
      }
      // The tests write files where they are.
      const CommandResult result = RunShellCommand(
          absl::StrCat("here=$PWD; cd \"$TEST_TMPDIR\" && ", python.command, " \"$here/",
                       std::getenv("PYTHONS_TESTS"), "\" ", role, " \"$here/", program, "\" 2>&1"));
      if (result.exit_status == kNoTests) {
        matrix.Impossible(python, role, "it comes without its tests");
        continue;
      }
      EXPECT_EQ(result.exit_status, 0) << python.command << "\n" << result.output;
      matrix.Ran(python, role);
    }
  }
  matrix.Print();
}

}  // namespace
}  // namespace someos
