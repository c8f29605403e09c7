// ThreadPool and Future.

#ifndef SOMEOS_TESTING_THREADING_CONFORMANCE_THREAD_POOL_H_
#define SOMEOS_TESTING_THREADING_CONFORMANCE_THREAD_POOL_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/backends/thread_base/thread_pool.h"
#include "someos/testing/clocks.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/threading/conformance/fixture.h"

namespace someos {

template <typename Threads>
class ThreadPoolTest : public ThreadingTest<Threads> {
 protected:
  using Pool = typename Threads::ThreadPool;
  template <typename T>
  using Future = typename Threads::template Future<T>;

  static std::unique_ptr<Pool> NewPool(size_t workers,
                                       thread_base::ThreadPoolOptions options = {}) {
    options.workers = workers;
    absl::StatusOr<std::unique_ptr<Pool>> pool = Pool::Create(options);
    EXPECT_THAT(pool, Succeeds());
    return *std::move(pool);
  }
};
TYPED_TEST_SUITE_P(ThreadPoolTest);

TYPED_TEST_P(ThreadPoolTest, AFutureHasWhatTheFunctionReturns) {
  auto pool = this->NewPool(2);
  auto number = pool->Submit([] { return 42; });
  auto owned = pool->Submit([] { return std::make_unique<int>(7); });
  bool ran = false;
  auto nothing = pool->Submit([&] { ran = true; });
  auto failure = pool->Submit([] { return absl::NotFoundError("gone"); });
  auto either = pool->Submit([]() -> absl::StatusOr<std::string> { return "text"; });
  EXPECT_THAT(number.Get(), Returns(42));
  EXPECT_EQ(**owned.Get(), 7);
  EXPECT_THAT(nothing.Get(), Succeeds());
  EXPECT_TRUE(ran);
  EXPECT_THAT(failure.Get(), FailsWithCode(absl::StatusCode::kNotFound, "gone"));
  EXPECT_THAT(either.Get(), Returns("text"));
  EXPECT_THAT(number.Get(),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "the future has no task"));
}

TYPED_TEST_P(ThreadPoolTest, WorkersHaveNames) {
  SOMEOS_NEEDS_THREADS();
  thread_base::ThreadPoolOptions options;
  options.name = "indexer";
  auto pool = this->NewPool(1, options);
  EXPECT_EQ(pool->workers(), 1U);
  auto name = pool->Submit([] { return TypeParam::CurrentThread().name(); });
  EXPECT_THAT(name.Get(), Returns("indexer_0"));
}

TYPED_TEST_P(ThreadPoolTest, OneWorkerRunsTasksInTheirOrder) {
  std::vector<int> order;
  {
    auto pool = this->NewPool(1);
    for (int i = 0; i < 100; ++i) pool->Submit([&order, i] { order.push_back(i); });
  }
  ASSERT_EQ(order.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[i], i);
}

TYPED_TEST_P(ThreadPoolTest, WaitTimesOut) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Lock gate;
  ASSERT_THAT(gate.Acquire(), Returns(true));
  auto pool = this->NewPool(1);
  auto future = pool->Submit([&] { return gate.Acquire().value_or(false); });
  EXPECT_FALSE(future.done());
  EXPECT_THAT(future.Wait(absl::ZeroDuration()), Returns(false));
  const absl::Duration start = MonotonicNow();
  EXPECT_THAT(future.Wait(absl::Milliseconds(30)), Returns(false));
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(30));
  EXPECT_THAT(future.Wait(absl::Seconds(9223372037)),
              FailsWithCode(absl::StatusCode::kOutOfRange, "timeout value is too large"));
  EXPECT_THAT(gate.Release(), Succeeds());
  EXPECT_THAT(future.Wait(), Returns(true));
  EXPECT_TRUE(future.done());
  EXPECT_THAT(future.Get(), Returns(true));
}

// One worker, and tasks that wait for tasks that wait for tasks.
TYPED_TEST_P(ThreadPoolTest, AWorkerThatWaitsRunsWhatIsQueued) {
  for (const size_t workers : {1, 3}) {
    auto pool = this->NewPool(workers);
    std::function<int(int)> fibonacci = [&](int n) {
      if (n < 2) return n;
      auto first = pool->Submit([&fibonacci, n] { return fibonacci(n - 1); });
      auto second = pool->Submit([&fibonacci, n] { return fibonacci(n - 2); });
      return first.Get().value_or(-1000) + second.Get().value_or(-1000);
    };
    EXPECT_THAT(pool->Submit([&] { return fibonacci(12); }).Get(), Returns(144));
  }
}

// Both workers wait, one of them for a task that waits for one that comes later.
TYPED_TEST_P(ThreadPoolTest, AWorkerThatWaitsIsWokenByNewWork) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Lock gate;
  typename TypeParam::Lock both_wait;
  ASSERT_THAT(gate.Acquire(), Returns(true));
  ASSERT_THAT(both_wait.Acquire(), Returns(true));
  auto pool = this->NewPool(2);
  auto outer = pool->Submit([&] {
    auto blocked = pool->Submit([&] {
      EXPECT_THAT(both_wait.Release(), Succeeds());
      return gate.Acquire().value_or(false);
    });
    // Until the other worker has it, so that this one has nothing to run.
    EXPECT_THAT(both_wait.Acquire(), Returns(true));
    return blocked.Get().value_or(false);
  });
  EXPECT_THAT(outer.Wait(absl::Milliseconds(20)), Returns(false));
  auto opens = pool->Submit([&] { return gate.Release(); });
  EXPECT_THAT(opens.Get(), Succeeds());
  EXPECT_THAT(outer.Get(), Returns(true));
}

TYPED_TEST_P(ThreadPoolTest, AFullQueueMakesSubmitWait) {
  thread_base::ThreadPoolOptions options;
  options.queue_limit = 2;
  std::atomic<int> runs{0};
  {
    auto pool = this->NewPool(2, options);
    std::vector<typename TypeParam::Thread> submitters;
    submitters.reserve(3);
    for (int i = 0; i < 3; ++i) {
      submitters.emplace_back([&] {
        for (int j = 0; j < 200; ++j) pool->Submit([&] { runs.fetch_add(1); });
      });
      ASSERT_THAT(submitters.back().Start(), Succeeds());
    }
    submitters.clear();
    // A worker that submits does not wait for itself.
    EXPECT_THAT(pool->Submit([&] {
                      for (int j = 0; j < 200; ++j) pool->Submit([&] { runs.fetch_add(1); });
                    })
                    .Get(),
                Succeeds());
  }
  EXPECT_EQ(runs.load(), 800);
}

TYPED_TEST_P(ThreadPoolTest, SubmitReturnsWhenThereIsRoom) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Lock gate;
  ASSERT_THAT(gate.Acquire(), Returns(true));
  thread_base::ThreadPoolOptions options;
  options.queue_limit = 1;
  auto pool = this->NewPool(1, options);
  auto running = pool->Submit([&] { return gate.Acquire().value_or(false); });
  std::atomic<int> submitted{0};
  typename TypeParam::Thread submitter([&] {
    for (int i = 0; i < 5; ++i) {
      pool->Submit([] {});
      submitted.fetch_add(1);
    }
  });
  ASSERT_THAT(submitter.Start(), Succeeds());
  EXPECT_THAT(submitter.Join(absl::Milliseconds(30)), Returns(false));
  EXPECT_LE(submitted.load(), 2);
  EXPECT_THAT(gate.Release(), Succeeds());
  EXPECT_THAT(submitter.Join(), Returns(true));
}

TYPED_TEST_P(ThreadPoolTest, TheDestructorRunsWhatIsQueued) {
  std::atomic<int> runs{0};
  {
    auto pool = this->NewPool(2);
    for (int i = 0; i < 50; ++i) {
      pool->Submit([&runs, own = pool.get()] {
        runs.fetch_add(1);
        own->Submit([&] { runs.fetch_add(1); });
      });
    }
  }
  EXPECT_EQ(runs.load(), 100);
}

TYPED_TEST_P(ThreadPoolTest, TheDestructorCancelsIfAskedTo) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Lock gate;
  ASSERT_THAT(gate.Acquire(), Returns(true));
  thread_base::ThreadPoolOptions options;
  options.cancel_on_destruction = true;
  auto pool = this->NewPool(1, options);
  auto begun = std::make_unique<typename TypeParam::Lock>();
  ASSERT_THAT(begun->Acquire(), Returns(true));
  auto running = pool->Submit([&] {
    EXPECT_THAT(begun->Release(), Succeeds());
    return gate.Acquire().value_or(false);
  });
  ASSERT_THAT(begun->Acquire(), Returns(true));
  auto token = std::make_shared<int>(1);
  std::weak_ptr<int> watch = token;
  auto queued = pool->Submit([token = std::move(token)] { ADD_FAILURE() << "ran"; });
  typename TypeParam::Thread destroyer([&] { pool = nullptr; });
  ASSERT_THAT(destroyer.Start(), Succeeds());
  EXPECT_THAT(queued.Get(),
              FailsWithCode(absl::StatusCode::kCancelled, "the thread pool is being destroyed"));
  EXPECT_TRUE(watch.expired());
  EXPECT_THAT(gate.Release(), Succeeds());
  EXPECT_THAT(running.Get(), Returns(true));
}

TYPED_TEST_P(ThreadPoolTest, FuturesOutliveThePool) {
  auto pool = this->NewPool(2);
  auto future = pool->Submit([] { return 5; });
  pool = nullptr;
  EXPECT_TRUE(future.done());
  EXPECT_THAT(future.Get(), Returns(5));
}

TYPED_TEST_P(ThreadPoolTest, MapCallsEachIndexOnce) {
  auto pool = this->NewPool(3);
  std::vector<int> calls(1000);
  EXPECT_THAT(pool->Map(calls.size(),
                        [&](size_t i) {
                          ++calls[i];
                          return absl::OkStatus();
                        }),
              Succeeds());
  EXPECT_THAT(calls, testing::Each(1));
  EXPECT_THAT(pool->Map(0, [](size_t /*i*/) { return absl::InternalError("called"); }), Succeeds());
}

TYPED_TEST_P(ThreadPoolTest, MapReturnsTheFailureOfTheLowestIndex) {
  auto pool = this->NewPool(3);
  std::atomic<int> calls{0};
  EXPECT_THAT(pool->Map(100,
                        [&](size_t i) {
                          calls.fetch_add(1);
                          return i % 10 == 7 ? absl::NotFoundError(absl::StrCat("index ", i, "."))
                                             : absl::OkStatus();
                        }),
              FailsWithCode(absl::StatusCode::kNotFound, "index 7."));
  EXPECT_EQ(calls.load(), 100);
}

TYPED_TEST_P(ThreadPoolTest, MapsMayBeNested) {
  auto pool = this->NewPool(2);
  std::atomic<int> calls{0};
  EXPECT_THAT(pool->Map(10,
                        [&](size_t /*i*/) {
                          return pool->Map(10, [&](size_t /*j*/) {
                            calls.fetch_add(1);
                            return absl::OkStatus();
                          });
                        }),
              Succeeds());
  EXPECT_EQ(calls.load(), 100);
}

TYPED_TEST_P(ThreadPoolTest, AForkedChildHasNoWorkers) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Lock gate;
  ASSERT_THAT(gate.Acquire(), Returns(true));
  auto pool = this->NewPool(1);
  auto running = pool->Submit([&] { return gate.Acquire().value_or(false); });
  auto queued = pool->Submit([] { return 1; });
  ExpectInChild([&] {
    EXPECT_THAT(
        pool->Submit([] {}).Get(),
        FailsWithCode(absl::StatusCode::kFailedPrecondition,
                      "ThreadPool.Submit: the pool belongs to the process before the fork"));
    EXPECT_THAT(running.Wait(),
                FailsWithCode(absl::StatusCode::kFailedPrecondition,
                              "Future.Wait: the pool belongs to the process before the fork"));
    pool = nullptr;
    EXPECT_THAT(queued.Get(),
                FailsWithCode(absl::StatusCode::kFailedPrecondition,
                              "ThreadPool: the pool belongs to the process before the fork"));
  });
  EXPECT_THAT(gate.Release(), Succeeds());
  EXPECT_THAT(running.Get(), Returns(true));
  EXPECT_THAT(queued.Get(), Returns(1));
}

TYPED_TEST_P(ThreadPoolTest, AStackSizeThatIsNotValidIsAnError) {
  SOMEOS_NEEDS_THREADS();
  thread_base::ThreadPoolOptions options;
  options.stack_size = 1;
  EXPECT_THAT(TypeParam::ThreadPool::Create(options),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "size not valid: 1 bytes"));
}

TYPED_TEST_P(ThreadPoolTest, AnExceptionIsTheResult) {
#ifdef ABSL_HAVE_EXCEPTIONS
  auto pool = this->NewPool(1);
  auto throws = pool->Submit([]() -> int { throw std::runtime_error("out of cheese"); });
  EXPECT_THAT(throws.Get(),
              FailsWithCode(absl::StatusCode::kUnknown, "std::runtime_error: out of cheese"));
  EXPECT_THAT(pool->Map(3, [](size_t i) -> absl::Status { throw i; }),
              FailsWithCode(absl::StatusCode::kUnknown, "unsigned"));
  EXPECT_THAT(pool->Submit([] { return 2; }).Get(), Returns(2)) << "the worker lives";
#else
  GTEST_SKIP() << "built without exceptions";
#endif
}

REGISTER_TYPED_TEST_SUITE_P(ThreadPoolTest, AFutureHasWhatTheFunctionReturns, WorkersHaveNames,
                            OneWorkerRunsTasksInTheirOrder, WaitTimesOut,
                            AWorkerThatWaitsRunsWhatIsQueued, AWorkerThatWaitsIsWokenByNewWork,
                            AFullQueueMakesSubmitWait, SubmitReturnsWhenThereIsRoom,
                            TheDestructorRunsWhatIsQueued, TheDestructorCancelsIfAskedTo,
                            FuturesOutliveThePool, MapCallsEachIndexOnce,
                            MapReturnsTheFailureOfTheLowestIndex, MapsMayBeNested,
                            AForkedChildHasNoWorkers, AStackSizeThatIsNotValidIsAnError,
                            AnExceptionIsTheResult);

}  // namespace someos

#endif  // SOMEOS_TESTING_THREADING_CONFORMANCE_THREAD_POOL_H_
