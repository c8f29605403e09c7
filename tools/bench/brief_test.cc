// Runs a benchmark program as a person would, briefly. No time is asserted.

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/testing/shell_command.h"

namespace someos::bench {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

CommandResult RunBench(const std::string& arguments) {
  return RunShellCommand(absl::StrCat(std::getenv("BENCH"), " ", arguments, " 2>&1"));
}

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

TEST(BriefTest, MeasuresEveryWorkloadOnEveryBackendAndDrawsIt) {
  const std::string svg = absl::StrCat(::testing::TempDir(), "/plot.svg");
  const CommandResult result = RunBench(absl::StrCat("--brief --svg=", svg));
  EXPECT_EQ(result.exit_status, 0) << result.output;
  for (const char* workload :
       {"wait, none ready", "wait, one ready", "wait with a timeout, one ready",
        "wait with a pending timer, one ready", "wait, many ready", "own loop, one ready",
        "own loop, many ready", "register.unregister", "modify", "batch of 1000 changes",
        "batch of 1000 changes.wait", "pass", "wake from a thread", "wake by a descriptor",
        "wake, elapsed time", "accept by one of 4 threads"}) {
    for (const char* backend : {"select", "poll"}) {
      for (const char* contender : {"raw", "someos"}) {
        EXPECT_THAT(result.output, ContainsRegex(absl::StrCat(workload, " .*", backend, " *",
                                                              contender, " .*[0-9]")));
      }
    }
  }
  for (const char* line :
       {"wakes of a busy thread .*poll +someos .*[0-9]",
        "register.unregister beside a wait .*poll +someos .*[0-9]",
        "one-shot re-armed by a thread .*poll +someos .*[0-9]", "map and scan .*raw .*[0-9]",
        "scan .*guard per 64 .*[0-9]", "random reads of 64 bytes .*read .*[0-9]",
        "read of a byte .*guarded .*[0-9]", "resize by a page .*someos .*[0-9]",
        "loss and recovery .*guarded .*[0-9]", "\nfind of 8 bytes .* Mmap .*[0-9]",
        "rfind of 43 bytes .*guarded Mmap .*[0-9]"}) {
    EXPECT_THAT(result.output, ContainsRegex(line));
  }
  const std::string picture = Contents(svg);
  EXPECT_THAT(picture, HasSubstr("<svg"));
  EXPECT_THAT(picture, HasSubstr("someos poll"));
  EXPECT_THAT(picture, HasSubstr("raw select"));
}

TEST(BriefTest, LeavesOutWhatABackendCannotHold) {
  const CommandResult result = RunBench(
      "--benchmark_filter='wake_by.*/(select|poll)/someos/fds:1000/' "
      "--benchmark_repetitions=1 --benchmark_min_time=0.0001s");
  EXPECT_EQ(result.exit_status, 0) << result.output;
  EXPECT_THAT(result.output, ContainsRegex("wake by a descriptor +1000 .*poll +someos .*[0-9]"));
  EXPECT_THAT(result.output, Not(ContainsRegex("1000 +1 +0 +select")));
}

TEST(BriefTest, SaysWhatItDoesNotUnderstand) {
  const CommandResult result = RunBench("--quickly");
  EXPECT_EQ(result.exit_status, 2);
  EXPECT_THAT(result.output, HasSubstr("--quickly"));
}

}  // namespace
}  // namespace someos::bench
