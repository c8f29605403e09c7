// Pools of threads. What Python's ThreadPool does was tried with 2.7 and 3.13.

#include "someos/api/multiprocessing/dummy/pool.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/log/log_entry.h"
#include "absl/log/log_sink.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/dummy/pool_options.h"
#include "someos/api/multiprocessing/logging/log_level.h"
#include "someos/api/multiprocessing/logging/logger.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/pool/async_result.h"
#include "someos/api/multiprocessing/pool/imap_iterator.h"
#include "someos/api/multiprocessing/pool/worker_pool.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/threading.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/status_matchers.h"

#ifdef ABSL_HAVE_EXCEPTIONS
#include <stdexcept>
#endif

namespace someos::multiprocessing::dummy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
constexpr absl::StatusCode kRefused = absl::StatusCode::kFailedPrecondition;

absl::StatusOr<PyValue> Square(const Arguments& arguments) {
  const absl::StatusOr<int64_t> number = arguments.positional()[0].AsInt();
  if (!number.ok()) return number.status();
  return PyValue(*number * *number);
}

absl::StatusOr<PyValue> Difference(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("difference", {"a", "b"}, 2);
  if (!bound.ok()) return bound.status();
  return PyValue(*(*bound)[0]->AsInt() - *(*bound)[1]->AsInt());
}

std::vector<PyValue> Numbers(int count) {
  std::vector<PyValue> numbers;
  for (int i = 0; i < count; ++i) numbers.emplace_back(i);
  return numbers;
}

std::vector<int64_t> Ints(const absl::StatusOr<std::vector<PyValue>>& values) {
  std::vector<int64_t> ints;
  EXPECT_THAT(values.status(), Succeeds());
  if (!values.ok()) return ints;
  for (const PyValue& value : *values) ints.push_back(value.AsInt().value_or(-1));
  return ints;
}

std::unique_ptr<Pool> NewPool(int64_t processes, PoolOptions options = {}) {
  options.processes = processes;
  absl::StatusOr<std::unique_ptr<Pool>> pool = Pool::Create(std::move(options));
  EXPECT_THAT(pool, Succeeds());
  return *std::move(pool);
}

TEST(ThreadPoolTest, CallsFunctionsWithTheirArguments) {
  const auto pool = NewPool(2);
  EXPECT_EQ(pool->Apply(Square, {PyValue(7)})->AsInt().value(), 49);
  EXPECT_EQ(pool->Apply(Difference, {PyValue(7)}, {{"b", PyValue(2)}})->AsInt().value(), 5);
  EXPECT_THAT(Ints(pool->Map(Square, Numbers(5))), ElementsAre(0, 1, 4, 9, 16));
  EXPECT_THAT(Ints(pool->Map(Square, {})), IsEmpty());
  EXPECT_THAT(Ints(pool->Starmap(Difference, {PyValue::Tuple({PyValue(5), PyValue(3)}),
                                              PyValue::Tuple({PyValue(3), PyValue(5)})})),
              ElementsAre(2, -2));
  int64_t calls = 0;
  EXPECT_THAT(pool->Apply([&](const Arguments&) {
    ++calls;
    return PyValue();
  }),
              Succeeds());
  EXPECT_EQ(calls, 1);
}

TEST(ThreadPoolTest, CallsFunctionsByTheirNames) {
  PoolOptions options;
  options.functions.Register("square", Square);
  const auto pool = NewPool(1, options);
  WorkerPool& any = *pool;  // what takes a pool of processes takes this one
  EXPECT_EQ(any.Apply("square", {PyValue(7)})->AsInt().value(), 49);
  EXPECT_THAT(any.Apply("cube", {}),
              FailsWithCode(absl::StatusCode::kNotFound, "no function 'cube' is registered"));
  EXPECT_THAT(any.Apply("", {}), FailsWithCode(kInvalid, "the name of a function is empty"));
  options.initializer = "cube";
  EXPECT_THAT(Pool::Create(options),
              FailsWithCode(absl::StatusCode::kNotFound, "no function 'cube' is registered"));
}

TEST(ThreadPoolTest, IteratesInTheOrderOfTheItemsOrAsResultsCome) {
  const auto pool = NewPool(2);
  threading::Event second;
  // The first item waits for the second one.
  const auto wait = [&](const Arguments& arguments) -> absl::StatusOr<PyValue> {
    if (*arguments.positional()[0].AsInt() == 1) second.Set();
    if (*arguments.positional()[0].AsInt() == 0) static_cast<void>(second.Wait());
    return arguments.positional()[0];
  };
  const auto ordered = pool->Imap(wait, Numbers(3));
  for (int i = 0; i < 3; ++i) EXPECT_EQ((*ordered->Next())->AsInt().value(), i);
  EXPECT_EQ(*ordered->Next(), std::nullopt);
  const auto unordered = pool->ImapUnordered(Square, Numbers(3), 2);
  std::set<int64_t> squares;
  for (int i = 0; i < 3; ++i) squares.insert((*unordered->Next())->AsInt().value());
  EXPECT_THAT(squares, UnorderedElementsAre(0, 1, 4));
}

TEST(ThreadPoolTest, AnErrorIsTheResult) {
  const auto pool = NewPool(2);
  EXPECT_THAT(pool->Apply([](const Arguments&) { return absl::DataLossError("half"); }),
              FailsWithCode(absl::StatusCode::kDataLoss, "half"));
  EXPECT_THAT(pool->Map(Square, {PyValue(1), PyValue::Str("x"), PyValue(3)}),
              FailsWithCode(kInvalid, ""));
#ifdef ABSL_HAVE_EXCEPTIONS
  EXPECT_THAT(pool->Apply([](const Arguments&) -> absl::StatusOr<PyValue> {
    throw std::runtime_error("thrown");
  }),
              FailsWithCode(absl::StatusCode::kUnknown, "std::runtime_error: thrown"));
#endif
  EXPECT_THAT(pool->Map(Square, Numbers(2), 0),
              FailsWithCode(kInvalid, "Chunksize must be 1+, not 0"));
}

TEST(ThreadPoolTest, CallbacksComeOneAtATimeBeforeTheResult) {
  const auto pool = NewPool(4);
  int running = 0;  // not atomic: TSan would see two at once
  int most = 0;
  std::vector<int64_t> seen;
  std::vector<AsyncResult> results;
  for (int i = 0; i < 50; ++i) {
    results.push_back(*pool->ApplyAsync(Square, {PyValue(i)}, {}, [&](const PyValue& value) {
      most = std::max(most, ++running);
      seen.push_back(*value.AsInt());
      --running;
    }));
  }
  for (const AsyncResult& result : results) EXPECT_THAT(result.Get(), Succeeds());
  EXPECT_EQ(most, 1);
  EXPECT_EQ(seen.size(), 50U);
  absl::Status error;
  const auto failed = pool->ApplyAsync(Square, {PyValue::Str("x")}, {}, nullptr,
                                       [&](const absl::Status& status) { error = status; });
  EXPECT_THAT(failed->Get(), FailsWithCode(kInvalid, ""));
  EXPECT_EQ(error.code(), kInvalid);
}

TEST(ThreadPoolTest, ACallbackMayCallThePoolButNotWaitForIt) {
  const auto pool = NewPool(1);
  absl::Status waited;
  std::optional<AsyncResult> second;
  const auto first = pool->ApplyAsync(Square, {PyValue(2)}, {}, [&](const PyValue& value) {
    second = *pool->ApplyAsync(Square, {value});
    waited = second->Get().status();
  });
  EXPECT_EQ(first->Get()->AsInt().value(), 4);
  EXPECT_THAT(waited, FailsWithCode(kRefused, "a callback cannot wait for its own pool"));
  EXPECT_EQ(second->Get()->AsInt().value(), 16);
}

TEST(ThreadPoolTest, EachThreadRunsTheInitializerBeforeItsTasks) {
  PoolOptions options;
  threading::Local<int64_t> initialized;
  std::atomic<int> calls = 0;
  options.initializer = [&](const Arguments& arguments) {
    *initialized = *arguments.positional()[0].AsInt();
    ++calls;
    return PyValue();
  };
  options.initargs = {PyValue(9)};
  threading::Barrier both(2);  // so that each of the two has a task
  const auto pool = NewPool(2, options);
  EXPECT_THAT(Ints(pool->Map(
                  [&](const Arguments&) {
                    static_cast<void>(both.Wait());
                    return PyValue(*initialized);
                  },
                  Numbers(2), 1)),
              ElementsAre(9, 9));
  EXPECT_EQ(calls, 2);
}

TEST(ThreadPoolTest, AFailedInitializerBreaksThePool) {
  PoolOptions options;
  options.initializer = [](const Arguments&) { return absl::DataLossError("no table"); };
  const auto pool = NewPool(2, options);
  const auto broken = FailsWithCode(absl::StatusCode::kUnavailable,
                                    "the initializer of the pool has failed: no table");
  EXPECT_THAT(pool->Map(Square, Numbers(9), 1), broken);
  EXPECT_THAT(pool->Apply(Square, {PyValue(1)}), broken);
  pool->Close();
  EXPECT_TRUE(*pool->Join());
}

TEST(ThreadPoolTest, CloseLetsCallsEnd) {
  const auto pool = NewPool(2);
  EXPECT_THAT(pool->Join(), FailsWithCode(kInvalid, "Pool is still running"));
  threading::Event go;
  const auto result = pool->MapAsync(
      [&](const Arguments& arguments) {
        static_cast<void>(go.Wait());
        return Square(arguments);
      },
      Numbers(6), 1);
  EXPECT_FALSE(result->Ready());
  EXPECT_THAT(result->Successful(), FailsWithCode(kInvalid, "the result is not ready"));
  pool->Close();
  EXPECT_THAT(pool->Apply(Square, {PyValue(1)}), FailsWithCode(kInvalid, "Pool not running"));
  EXPECT_FALSE(*pool->Join(absl::Milliseconds(1)));
  go.Set();
  const size_t before = threading::ActiveCount();
  EXPECT_TRUE(*pool->Join());
  EXPECT_EQ(threading::ActiveCount() + 2, before);
  EXPECT_THAT(Ints(result->Get()), ElementsAre(0, 1, 4, 9, 16, 25));
  EXPECT_TRUE(*pool->Join());
}

TEST(ThreadPoolTest, TerminateCancelsWhatHasNoResult) {
  const auto pool = NewPool(1);
  threading::Event running;
  threading::Event go;
  const auto first = pool->ApplyAsync([&](const Arguments&) {
    running.Set();
    static_cast<void>(go.Wait());
    return PyValue(1);
  });
  std::atomic<bool> called = false;
  const auto second = pool->Imap(
      [&](const Arguments&) {
        called = true;
        return PyValue(2);
      },
      Numbers(3));
  ASSERT_TRUE(*running.Wait());
  pool->Terminate();
  const auto cancelled = FailsWithCode(absl::StatusCode::kCancelled, "the pool was terminated");
  EXPECT_THAT(first->Get(), cancelled);
  EXPECT_THAT(second->Next(), cancelled);
  EXPECT_EQ(*second->Next(), std::nullopt);
  EXPECT_FALSE(*pool->Join(absl::ZeroDuration()));
  go.Set();
  EXPECT_TRUE(*pool->Join());
  EXPECT_FALSE(called);
}

TEST(ThreadPoolTest, NothingIsToldOfACallBeforeItsCancellation) {
  const auto pool = NewPool(1);
  threading::Event running;
  threading::Event go;
  std::vector<absl::StatusOr<AsyncResult>> results;
  for (int i = 0; i < 10; ++i) {
    results.push_back(pool->ApplyAsync(
        [&](const Arguments&) {
          running.Set();
          static_cast<void>(go.Wait());
          return PyValue(1);
        },
        {}, {}, nullptr,
        [&](const absl::Status&) {
          if (go.IsSet()) return;
          go.Set();
          absl::SleepFor(absl::Milliseconds(50));  // for the worker, which then has the other calls
        }));
  }
  ASSERT_TRUE(*running.Wait());
  pool->Terminate();
  for (const absl::StatusOr<AsyncResult>& result : results) {
    EXPECT_THAT(result->Get(),
                FailsWithCode(absl::StatusCode::kCancelled, "the pool was terminated"));
  }
}

TEST(ThreadPoolTest, ACallCannotJoinItsPool) {
  const auto pool = NewPool(1);
  EXPECT_THAT(pool->Apply([&](const Arguments&) {
    pool->Close();
    return absl::StatusOr<PyValue>(pool->Join().status());
  }),
              FailsWithCode(kRefused, "a call cannot wait for the end of its own pool"));
}

TEST(ThreadPoolTest, HasAtLeastOneThread) {
  PoolOptions options;
  options.processes = 0;
  EXPECT_THAT(Pool::Create(options),
              FailsWithCode(kInvalid, "Number of processes must be at least 1"));
}

TEST(ThreadPoolTest, ReportsItsEnd) {
  class Lines final : public absl::LogSink {
   public:
    void Send(const absl::LogEntry& entry) override { lines.emplace_back(entry.text_message()); }
    std::vector<std::string> lines;
  } sink;
  GetLogger().AddSink(&sink);
  GetLogger().SetLevel(kDebug);
  {
    const auto pool = NewPool(1);
    pool->Close();
    EXPECT_TRUE(*pool->Join());
  }
  GetLogger().SetLevel(kNotSet);
  GetLogger().RemoveSink(&sink);
  EXPECT_THAT(sink.lines, ElementsAre("closing pool", "joining pool", "terminating pool"));
}

TEST(ThreadPoolTest, AForkedChildCannotUseIt) {
  const auto pool = NewPool(2);
  EXPECT_THAT(pool->Apply(Square, {PyValue(1)}), Succeeds());
  ExpectInChild([&] {
    const auto refused = FailsWithCode(kRefused, "the pool belongs to the process before the fork");
    EXPECT_THAT(pool->Apply(Square, {PyValue(1)}), refused);
    EXPECT_THAT(pool->Join(), refused);
  });
}

}  // namespace
}  // namespace someos::multiprocessing::dummy
