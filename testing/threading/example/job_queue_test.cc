#include "someos/testing/threading/example/job_queue.h"

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/threading.h"
#include "someos/api/threads_testing.h"

namespace someos {
namespace {

using ::testing::HasSubstr;

void EveryJobIsTaken(bool notify_always) {
  JobQueue queue(notify_always);
  threading::Thread one([&] { EXPECT_GT(queue.Take(), 0); });
  threading::Thread two([&] { EXPECT_GT(queue.Take(), 0); });
  EXPECT_TRUE(one.Start().ok());
  EXPECT_TRUE(two.Start().ok());
  queue.Put(1);
  queue.Put(2);
}

TEST(JobQueueTest, ALostWakeupIsFound) {
  const auto body = [] { EveryJobIsTaken(/*notify_always=*/false); };
  threads_testing::Exploration found;
  EXPECT_THAT(threads_testing::Explore(body, {}, &found).message(),
              HasSubstr("lost wakeup: nobody is left to end the wait of "));
  EXPECT_THAT(threads_testing::Replay(body, found.token).message(), HasSubstr("lost wakeup"));
}

TEST(JobQueueTest, TheTokenOfThePageStillShowsIt) {
  EXPECT_THAT(threads_testing::Replay([] { EveryJobIsTaken(false); }, "a1:2a").message(),
              HasSubstr("lost wakeup"));
}

TEST(JobQueueTest, WithoutTheBugAllSchedulesAreGood) {
  threads_testing::ExploreOptions options;
  options.order = threads_testing::Order::kExhaustive;
  options.preemptions = 2;
  threads_testing::Exploration exploration;
  const absl::Status status = threads_testing::Explore(
      [] { EveryJobIsTaken(/*notify_always=*/true); }, options, &exploration);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_TRUE(exploration.exhausted);
}

}  // namespace
}  // namespace someos
