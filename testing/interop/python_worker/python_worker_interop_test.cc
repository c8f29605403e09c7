// A worker in C++ under the pools of every interpreter that is here.

#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "someos/testing/interop/interpreters.h"
#include "someos/testing/interop/matrix.h"

namespace someos {
namespace {

// What exercise.py prints last; everything that it has printed is shown if that is another line.
void Exercise(const Interpreter& python, const std::string& role) {
  const std::string worker = std::filesystem::absolute(std::getenv("WORKER"));
  const std::string printed =
      PythonPrints(python, absl::StrCat("-B ", std::getenv("EXERCISE"), " ", worker, " ", role));
  EXPECT_TRUE(absl::EndsWith(printed, "ok\n") && !absl::StartsWith(printed, "failed"))
      << role << " of " << python.version << ":\n"
      << printed;
}

TEST(PythonWorkerInteropTest, UnderEveryInterpreter) {
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  Matrix matrix("python_worker", {"pool", "executor", "servers"});
  for (const Interpreter& python : Interpreters()) {
    for (const std::string role : {"pool", "executor", "servers"}) {
      if (python.is_python2()) {
        matrix.Impossible(python, role, "2.7 does not start its workers as other programs");
      } else if (role == "executor" && !python.AtLeast(3, 7)) {
        matrix.Impossible(python, role, "3.6 does not let its executor's workers be chosen");
      } else {
        Exercise(python, role);
        matrix.Ran(python, role);
      }
    }
  }
  matrix.Print();
}

}  // namespace
}  // namespace someos
