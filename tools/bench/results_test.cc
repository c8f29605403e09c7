#include "someos/tools/bench/results.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/tools/bench/case.h"
#include "someos/tools/bench/plan.h"

namespace someos::bench {
namespace {

using ::testing::ContainsRegex;

Result Modifying(const char* contender, std::vector<double> rounds) {
  return {contender, "epoll", {Workload::kModify, {10}}, std::move(rounds)};
}

TEST(ResultsTest, TheMedianDoesNotMindOneSlowRound) {
  EXPECT_EQ(Modifying("raw", {1, 900, 3}).Median(), 3);
  EXPECT_EQ(Modifying("raw", {1, 2, 3, 900}).Median(), 2.5);
}

TEST(ResultsTest, TheRatioIsToTheRawCallOfTheSameCase) {
  const std::vector<Result> results = {
      Modifying("raw", {100}),
      Modifying("someos", {103}),
      {"raw", "poll", {Workload::kModify, {10}}, {1}},
      {"raw", "epoll", {Workload::kModify, {1000}}, {1}},
  };
  EXPECT_THAT(Table(results), ContainsRegex("epoll +someos +103.0 +1.030"));
}

TEST(ResultsTest, WithoutARawCallThereIsNoRatio) {
  const std::vector<Result> results = {Modifying("someos", {103})};
  EXPECT_THAT(Table(results), ContainsRegex("someos +103.0 +- "));
}

TEST(PlanTest, NeverAsksForMoreThanThereIs) {
  for (const int most : {5, 100, 1000, 19976}) {
    for (const Planned& planned : Plan(most, /*brief=*/false)) {
      if (planned.workload != Workload::kPass) continue;
      EXPECT_LE(planned.parameters.fds, most);
      EXPECT_LE(planned.parameters.active, planned.parameters.fds);
    }
  }
}

TEST(PlanTest, GoesUpToTheLimit) {
  int largest = 0;
  for (const Planned& planned : Plan(19976, /*brief=*/false)) {
    largest = std::max(largest, planned.parameters.fds);
  }
  EXPECT_EQ(largest, 19000);
}

}  // namespace
}  // namespace someos::bench
