// A race on a plain variable is seen by ThreadSanitizer, although the threads run one at a time.

#include <cstdlib>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/backends/thread_stepped/hidden.h"
#include "someos/testing/shell_command.h"

namespace someos::thread_stepped {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

CommandResult RunRace(const std::string& argument) {
  return RunShellCommand(std::string(std::getenv("RACE")) + " " + argument + " 2>&1");
}

class RaceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!SOMEOS_THREAD_SANITIZER) GTEST_SKIP() << "needs ThreadSanitizer: --config=tsan";
  }
};

TEST_F(RaceTest, IsReportedWithTheToken) {
  const CommandResult race = RunRace("");
  EXPECT_THAT(race.output,
              AllOf(HasSubstr("WARNING: ThreadSanitizer: data race"),
                    HasSubstr("data race: ThreadSanitizer has reported something in ["),
                    HasSubstr("token for Replay: ")));
  EXPECT_NE(race.exit_status, 0);
}

TEST_F(RaceTest, WhatIsLockedIsNoRace) {
  const CommandResult race = RunRace("repaired");
  EXPECT_EQ(race.output, "");
  EXPECT_EQ(race.exit_status, 0);
}

}  // namespace
}  // namespace someos::thread_stepped
