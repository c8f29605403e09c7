// A race on a plain variable is seen by ThreadSanitizer, although the threads run one at a time.

#include <cstdio>
#include <cstdlib>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/backends/thread_stepped/hidden.h"

namespace someos::thread_stepped {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Returns what the program writes.
std::string RunRace(const std::string& argument, int& status) {
  const std::string command = std::string(std::getenv("RACE")) + " " + argument + " 2>&1";
  std::string output;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "popen";
  char buffer[4096];
  while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) output += buffer;
  status = pclose(pipe);
  return output;
}

class RaceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!SOMEOS_THREAD_SANITIZER) GTEST_SKIP() << "needs ThreadSanitizer: --config=tsan";
  }
};

TEST_F(RaceTest, IsReportedWithTheToken) {
  int status = 0;
  EXPECT_THAT(RunRace("", status),
              AllOf(HasSubstr("WARNING: ThreadSanitizer: data race"),
                    HasSubstr("data race: ThreadSanitizer has reported something in ["),
                    HasSubstr("token for Replay: ")));
  EXPECT_NE(status, 0);
}

TEST_F(RaceTest, WhatIsLockedIsNoRace) {
  int status = -1;
  EXPECT_EQ(RunRace("repaired", status), "");
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace someos::thread_stepped
