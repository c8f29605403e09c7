// ThreadPool, Timer and joins in many schedules. What a schedule finds, conformance tests may miss
// for years.

#include "someos/backends/thread_base/thread_pool.h"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/backends/thread_stepped/explore.h"
#include "someos/backends/thread_stepped/thread_stepped.h"

namespace someos::thread_stepped {
namespace {

using thread_base::ThreadPoolOptions;
using Thread = Threads::Thread;
using ThreadPool = Threads::ThreadPool;
using Timer = Threads::Timer;

std::unique_ptr<ThreadPool> NewPool(size_t workers, ThreadPoolOptions options = {}) {
  options.workers = workers;
  auto pool = ThreadPool::Create(options);
  Check(pool.ok(), "no pool");
  return *std::move(pool);
}

void ExpectNoFailure(absl::FunctionRef<void()> body) {
  ExploreOptions options;
  options.schedules = 500;
  const absl::Status status = Explore(body, options);
  EXPECT_TRUE(status.ok()) << status;
}

TEST(SteppedThreadPoolTest, TasksThatWaitForTasks) {
  for (const size_t workers : {1, 2}) {
    ExpectNoFailure([workers] {
      auto pool = NewPool(workers);
      auto outer = pool->Submit([&pool] {
        auto one = pool->Submit([] { return 1; });
        auto two = pool->Submit([] { return 2; });
        return one.Get().value_or(-10) + two.Get().value_or(-10);
      });
      auto other = pool->Submit([] { return 4; });
      Check(outer.Get().value_or(-1) + other.Get().value_or(-1) == 7, "a result is wrong");
    });
  }
}

TEST(SteppedThreadPoolTest, AWorkerThatWaitsIsWokenByNewWork) {
  ExpectNoFailure([] {
    Event open;
    auto pool = NewPool(2);
    auto outer = pool->Submit([&] {
      auto blocked = pool->Submit([&] { return open.Wait().value_or(false); });
      return blocked.Get().value_or(false);
    });
    auto opens = pool->Submit([&] { open.Set(); });
    Check(opens.Get().ok() && outer.Get().value_or(false), "a result is wrong");
  });
}

TEST(SteppedThreadPoolTest, ABoundedQueueIsDrained) {
  ExpectNoFailure([] {
    ThreadPoolOptions options;
    options.queue_limit = 1;
    int runs = 0;
    {
      Lock lock;
      auto pool = NewPool(2, options);
      const auto count = [&] {
        lock.lock();
        ++runs;
        lock.unlock();
      };
      Thread submitter([&] {
        for (int i = 0; i < 3; ++i) pool->Submit(count);
      });
      Check(submitter.Start().ok(), "not started");
      for (int i = 0; i < 3; ++i) pool->Submit(count);
      pool->Submit([&count, own = pool.get()] {
        for (int i = 0; i < 2; ++i) own->Submit(count);
      });
      Check(submitter.Join().value_or(false), "not joined");
      pool = nullptr;
    }
    Check(runs == 8, "a task is lost");
  });
}

TEST(SteppedThreadPoolTest, CancelledTasksHaveResults) {
  ExpectNoFailure([] {
    ThreadPoolOptions options;
    options.cancel_on_destruction = true;
    auto pool = NewPool(1, options);
    std::vector<Threads::Future<int>> futures;
    futures.reserve(3);
    for (int i = 0; i < 3; ++i) futures.push_back(pool->Submit([i] { return i; }));
    pool = nullptr;
    for (int i = 0; i < 3; ++i) {
      const absl::StatusOr<int> result = futures[i].Get();
      Check(result.ok() ? *result == i : absl::IsCancelled(result.status()), "no result");
    }
  });
}

TEST(SteppedThreadPoolTest, TimedWaitsOfAWorker) {
  ExpectNoFailure([] {
    Event open;
    auto pool = NewPool(2);
    auto blocked = pool->Submit([&] { return open.Wait().value_or(false); });
    auto waits = pool->Submit([&] { return blocked.Wait(absl::Milliseconds(10)); });
    Check(waits.Get().ok(), "not waited");
    open.Set();
    Check(blocked.Get().value_or(false), "not opened");
  });
}

TEST(SteppedTimerTest, IsCancelledOrCalls) {
  ExpectNoFailure([] {
    bool called = false;
    Timer timer(absl::Milliseconds(10), [&] { called = true; });
    Check(timer.Start().ok(), "not started");
    const bool too_late = timer.finished();
    timer.Cancel();
    Check(timer.Join().value_or(false) && timer.finished(), "not joined");
    Check(called || !too_late, "finished, but not called");
  });
}

TEST(SteppedThreadTest, ManyJoin) {
  ExpectNoFailure([] {
    Event open;
    Thread thread([&] { Check(open.Wait().value_or(false), "not opened"); });
    Check(thread.Start().ok(), "not started");
    Thread patient([&] { Check(thread.Join().value_or(false), "not joined"); });
    Thread hasty([&] { Check(thread.Join(absl::Milliseconds(1)).ok(), "not joined"); });
    Check(patient.Start().ok() && hasty.Start().ok(), "not started");
    open.Set();
    Check(thread.Join().value_or(false) && !thread.is_alive(), "not joined");
  });
}

}  // namespace
}  // namespace someos::thread_stepped
