// Each bug is found, and replayed in another process; without it, nothing is found.
//
// --test_env=SCHEDULES=20000 looks longer at the programs without bugs.

#include "someos/testing/threading/bugs/bugs.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/backends/thread_stepped/explore.h"

namespace someos {
namespace {

using ::testing::HasSubstr;
using thread_stepped::Exploration;
using thread_stepped::Explore;
using thread_stepped::ExploreOptions;
using thread_stepped::Order;

class BugsTest : public ::testing::TestWithParam<Bug> {};

INSTANTIATE_TEST_SUITE_P(All, BugsTest, ::testing::ValuesIn(AllBugs()),
                         [](const auto& info) { return info.param.name; });

// What the program `replay` writes, and its exit status.
std::string ReplayElsewhere(const std::string& name, const std::string& token, int& status) {
  const std::string command = absl::StrCat(std::getenv("REPLAY"), " ", name, " ", token, " 2>&1");
  std::string output;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "popen";
  char buffer[4096];
  while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) output += buffer;
  status = pclose(pipe);
  return output;
}

TEST_P(BugsTest, IsFoundAndReplayedInAnotherProcess) {
  const Bug& bug = GetParam();
  Exploration found;
  const absl::Status status = Explore([&] { bug.body(/*repaired=*/false); }, {}, &found);
  ASSERT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(status.message(), HasSubstr(absl::StrCat("\n", bug.kind)));
  RecordProperty("schedules", static_cast<int>(found.schedules));
  std::printf("%s: %d schedules\n", bug.name, static_cast<int>(found.schedules));

  int replayed = -1;
  const std::string output = ReplayElsewhere(bug.name, found.token, replayed);
  EXPECT_EQ(replayed, 0) << output;
  EXPECT_THAT(output, HasSubstr(absl::StrCat("\n", bug.kind)));
  EXPECT_THAT(output, HasSubstr(absl::StrCat("token for Replay: ", found.token)));
}

TEST_P(BugsTest, WithoutTheBugNothingIsFound) {
  const Bug& bug = GetParam();
  ExploreOptions options;
  options.schedules = 500;
  options.seed = 42;
  if (const char* const more = std::getenv("SCHEDULES"); more != nullptr) {
    int64_t schedules = 0;
    ASSERT_TRUE(absl::SimpleAtoi(more, &schedules));
    options.schedules = schedules;
  }
  EXPECT_EQ(Explore([&] { bug.body(/*repaired=*/true); }, options), absl::OkStatus());

  options.order = Order::kExhaustive;
  options.preemptions = 1;
  EXPECT_EQ(Explore([&] { bug.body(/*repaired=*/true); }, options), absl::OkStatus());
}

}  // namespace
}  // namespace someos
