#include "someos/testing/faults/fault_plan.h"

#include <cerrno>

#include "gtest/gtest.h"

namespace someos {
namespace {

TEST(FaultPlanTest, WithoutAPlanNothingGoesWrong) {
  EXPECT_FALSE(FaultPlan::Fails("call"));
  EXPECT_EQ(FaultPlan::OfWait("wait").error, 0);
  FaultPlan::WaitMade("wait");
}

TEST(FaultPlanTest, TheNthCallFailsAndNoOther) {
  FaultPlan plan;
  plan.Fail("call", ENOMEM, 2);
  EXPECT_FALSE(FaultPlan::Fails("call", 5));
  EXPECT_FALSE(FaultPlan::Fails("another", 6));
  EXPECT_FALSE(plan.done());
  errno = 0;
  EXPECT_TRUE(FaultPlan::Fails("call", 7));
  EXPECT_EQ(errno, ENOMEM);
  EXPECT_EQ(plan.failed_fd(), 7);
  EXPECT_TRUE(plan.done());
  EXPECT_FALSE(FaultPlan::Fails("call"));
  EXPECT_EQ(plan.calls("call"), 3);
  EXPECT_EQ(plan.calls("another"), 1);
  EXPECT_EQ(plan.calls("third"), 0);
}

TEST(FaultPlanTest, CallsCountFromThePlanning) {
  FaultPlan plan;
  EXPECT_FALSE(FaultPlan::Fails("call"));
  plan.Fail("call", EBADF);
  EXPECT_TRUE(FaultPlan::Fails("call"));
}

TEST(FaultPlanTest, WhatIsTakenBackDoesNotHappen) {
  FaultPlan plan;
  plan.Fail("call", EBADF);
  plan.BringAtMost(1);
  plan.Clear();
  EXPECT_TRUE(plan.done());
  EXPECT_FALSE(FaultPlan::Fails("call"));
  EXPECT_GT(FaultPlan::OfWait("wait").most, 1);
}

TEST(FaultPlanTest, FaultsOfWaits) {
  FaultPlan plan;
  plan.ReturnEarly("wait", 1);
  plan.Repeat("wait", 2);
  plan.Fail("wait", EINTR, 3);
  plan.BringAtMost(4);
  const FaultPlan::WaitFault first = FaultPlan::OfWait("wait");
  EXPECT_TRUE(first.early);
  EXPECT_FALSE(first.repeat);
  EXPECT_EQ(first.error, 0);
  EXPECT_EQ(first.most, 4);
  EXPECT_TRUE(FaultPlan::OfWait("wait").repeat);
  EXPECT_EQ(FaultPlan::OfWait("wait").error, EINTR);
  EXPECT_EQ(FaultPlan::OfWait("wait").error, 0);
}

TEST(FaultPlanTest, AnActionRunsAfterItsCallAndMayMakeOthers) {
  FaultPlan plan;
  int runs = 0;
  plan.RunAfter("wait", [&] {
    ++runs;
    EXPECT_FALSE(FaultPlan::Fails("call"));
    errno = EIO;
  });
  FaultPlan::OfWait("wait");
  EXPECT_EQ(runs, 0);
  errno = EINTR;
  FaultPlan::WaitMade("wait");
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(errno, EINTR);
  FaultPlan::OfWait("wait");
  FaultPlan::WaitMade("wait");
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace someos
