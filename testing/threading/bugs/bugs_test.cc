// Each bug is found, and replayed in another process; without it, nothing is found.
//
// --test_env=SCHEDULES=20000 looks longer at the programs without bugs.

#include "someos/testing/threading/bugs/bugs.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/backends/thread_stepped/explore.h"
#include "someos/testing/shell_command.h"

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

TEST_P(BugsTest, IsFoundAndReplayedInAnotherProcess) {
  const Bug& bug = GetParam();
  Exploration found;
  const absl::Status status = Explore([&] { bug.body(/*repaired=*/false); }, {}, &found);
  ASSERT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(status.message(), HasSubstr(absl::StrCat("\n", bug.kind)));
  RecordProperty("schedules", static_cast<int>(found.schedules));
  std::printf("%s: %d schedules\n", bug.name, static_cast<int>(found.schedules));

  const CommandResult replay = RunShellCommand(
      absl::StrCat(std::getenv("REPLAY"), " ", bug.name, " ", found.token, " 2>&1"));
  EXPECT_EQ(replay.exit_status, 0) << replay.output;
  EXPECT_THAT(replay.output, HasSubstr(absl::StrCat("\n", bug.kind)));
  EXPECT_THAT(replay.output, HasSubstr(absl::StrCat("token for Replay: ", found.token)));
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
