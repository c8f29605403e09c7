#include "someos/api/threads_testing.h"

#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/threading.h"
#include "someos/api/threads_testing_gtest.h"

namespace someos {
namespace {

using ::testing::HasSubstr;
using threads_testing::Exploration;
using threads_testing::Explore;
using threads_testing::Replay;

void CountTogether(bool locked) {
  threading::Lock lock;
  int count = 0;
  const auto add = [&] {
    std::unique_lock<threading::Lock> guard(lock);
    const int before = count;
    if (!locked) guard.unlock();
    threads_testing::Yield();
    if (!locked) guard.lock();
    count = before + 1;
  };
  {
    threading::Thread one(add);
    threading::Thread two(add);
    EXPECT_TRUE(one.Start().ok());
    EXPECT_TRUE(two.Start().ok());
  }
  EXPECT_EQ(count, 2);
}

TEST(ThreadsTestingTest, FindsARaceByAnExpectation) {
  Exploration exploration;
  const absl::Status status = Explore([] { CountTogether(/*locked=*/false); }, {}, &exploration);
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(status.message(), HasSubstr("threads_testing_test.cc"));
  EXPECT_THAT(status.message(), HasSubstr("Expected equality of these values:"));
  EXPECT_THAT(Replay([] { CountTogether(/*locked=*/false); }, exploration.token).message(),
              HasSubstr("Expected equality of these values:"));
}

TEST(ThreadsTestingTest, FindsNothingWhereNothingIs) {
  EXPECT_EQ(Explore([] { CountTogether(/*locked=*/true); }), absl::OkStatus());
}

// Workers that wait for the same queue, futures, an RLock that is locked twice, and thread-local
// values, all in a schedule.
TEST(ThreadsTestingTest, AThreadPoolIsExplored) {
  const auto body = [] {
    threading::ThreadPoolOptions options;
    options.workers = 2;
    auto pool = threading::ThreadPool::Create(options);
    ASSERT_TRUE(pool.ok());
    threading::RLock lock;
    threading::Local<int> calls;
    int sum = 0;
    const auto add = [&](int number) {
      const std::scoped_lock once(lock);
      const std::scoped_lock twice(lock);
      ++calls.Get();
      sum += number;
    };
    auto one = (*pool)->Submit([&] {
      add(1);
      return (*pool)->Submit([&] { add(2); }).Get().ok();
    });
    auto four = (*pool)->Submit([&] { add(4); });
    EXPECT_TRUE(*one.Get());
    EXPECT_TRUE(four.Get().ok());
    EXPECT_EQ(sum, 7);
  };
  EXPECT_EQ(Explore(body), absl::OkStatus());
}

}  // namespace
}  // namespace someos
