#include "someos/testing/interop/interpreters.h"

#include <unistd.h>

#include <cstdlib>
#include <string>
#include <tuple>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/testing/interop/matrix.h"

namespace someos {
namespace {

TEST(InterpretersTest, AreWhatTheySay) {
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  Matrix matrix("interpreters", {"version"});
  for (const Interpreter& interpreter : Interpreters()) {
    EXPECT_EQ(PythonPrints(interpreter, "-c 'import platform; print(platform.python_version())'"),
              interpreter.version + "\n")
        << interpreter.command;
    EXPECT_EQ(interpreter.is_python2(), interpreter.language == "2.7");
    matrix.Ran(interpreter, "version");
  }
  matrix.Print();
}

TEST(InterpretersTest, AreInOrderOnePerVersion) {
  for (size_t i = 1; i < Interpreters().size(); ++i) {
    const Interpreter& older = Interpreters()[i - 1];
    const Interpreter& newer = Interpreters()[i];
    EXPECT_LT(std::tie(older.major, older.minor), std::tie(newer.major, newer.minor));
    EXPECT_TRUE(newer.AtLeast(older.major, older.minor));
    EXPECT_FALSE(older.AtLeast(newer.major, newer.minor));
  }
}

// With --test_env=INTERPRETERS_NEEDED=3.11,3.13, those must be here.
TEST(InterpretersTest, ThoseThatAreNeededAreHere) {
  const char* needed = std::getenv("INTERPRETERS_NEEDED");
  if (needed == nullptr) GTEST_SKIP() << "INTERPRETERS_NEEDED names none";
  std::vector<std::string> here;
  for (const Interpreter& interpreter : Interpreters()) here.push_back(interpreter.language);
  EXPECT_THAT(here, testing::IsSupersetOf(std::vector<std::string>(absl::StrSplit(needed, ','))));
}

TEST(InterpretersTest, MayHaveAnyPath) {
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  const std::string path = testing::TempDir() + "/it's a \"\\ python";
  (void)unlink(path.c_str());
  ASSERT_EQ(symlink(Interpreters().back().path.c_str(), path.c_str()), 0);
  EXPECT_EQ(PythonPrints(At(Interpreters().back(), path), "-c 'print(1)'"), "1\n");
}

TEST(InterpretersTest, AFailingCallSaysSo) {
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  EXPECT_THAT(PythonPrints(Interpreters().front(), "-c 'raise KeyError(1)'"),
              testing::AllOf(testing::StartsWith("failed: "), testing::HasSubstr("KeyError")));
}

TEST(MatrixTest, CountsPairsAndNamesWhatIsMissing) {
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  const Interpreter& first = Interpreters().front();
  const size_t others = Interpreters().size() - 1;
  Matrix matrix("subject", {"reader", "writer", "absent"});
  matrix.Ran(first, "reader");
  matrix.Ran(first, "reader");
  matrix.Impossible(first, "writer", "it cannot write");
  EXPECT_EQ(matrix.ran(), 1);
  EXPECT_EQ(matrix.possible(), 2 + 3 * others);
  EXPECT_THAT(matrix.Text(), testing::HasSubstr("  ran      -        missing"));
  EXPECT_THAT(matrix.Text(), testing::HasSubstr(" writer: it cannot write\n"));
  EXPECT_THAT(matrix.Text(), testing::HasSubstr("interop subject: 1 of "));
}

}  // namespace
}  // namespace someos
