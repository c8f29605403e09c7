// The shell as a client of managers' servers in Python.

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "someos/testing/interop/interpreters.h"
#include "someos/testing/interop/matrix.h"

namespace someos::shell {
namespace {

TEST(PythonTest, ObjectsInAServerOfEachInterpreterAreCalled) {
  const std::string arguments = absl::StrCat(getenv("SERVER"), " ", getenv("SHELL_PROGRAM"));
  Matrix matrix("shell", {"server"});
  for (const Interpreter& interpreter : Interpreters()) {
    EXPECT_EQ(PythonPrints(interpreter, arguments),
              "1\n'a task'\nshell: line 10: KeyError: 'b'\nexit code 1\n")
        << interpreter.version;
    matrix.Ran(interpreter, "server");
  }
  matrix.Print();
}

}  // namespace
}  // namespace someos::shell
