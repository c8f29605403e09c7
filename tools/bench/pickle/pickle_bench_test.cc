// Runs the benchmark as a person would, briefly. No time is asserted.

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/testing/interop/interpreters.h"
#include "someos/testing/shell_command.h"

namespace someos::bench {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

TEST(PickleBenchTest, ComparesEachOperationOnEachWorkload) {
  const CommandResult result = RunShellCommand(absl::StrCat(std::getenv("BENCH"), " --brief 2>&1"));
  EXPECT_EQ(result.exit_status, 0) << result.output;
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  for (const char* workload : {"message", "records", "ints", "dicts"}) {
    for (const char* operation : {"pickle", "pickle for all", "unpickle"}) {
      EXPECT_THAT(result.output,
                  ContainsRegex(absl::StrCat(workload, " +", operation, " .*[0-9] times")));
    }
  }
}

TEST(PickleBenchTest, SaysWhatItDoesNotUnderstand) {
  const CommandResult result =
      RunShellCommand(absl::StrCat(std::getenv("BENCH"), " --quickly 2>&1"));
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_THAT(result.output, HasSubstr("--quickly"));
}

}  // namespace
}  // namespace someos::bench
