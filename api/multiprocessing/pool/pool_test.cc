#include "someos/api/multiprocessing/pool/pool.h"

#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/pool/pool_options.h"
#include "someos/api/multiprocessing/pool/remote_traceback.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/threading.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/interop/interpreters.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/python_says.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<PyValue> Ints(std::vector<int> ints) {
  return std::vector<PyValue>(ints.begin(), ints.end());
}

// With the newest interpreter that is here.
class PoolTest : public testing::Test {
 protected:
  void SetUp() override {
    if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
    options_.python = Interpreters().back().path;
    options_.processes = 2;
  }

  std::unique_ptr<Pool> Make() {
    absl::StatusOr<std::unique_ptr<Pool>> pool = Pool::Create(options_);
    EXPECT_THAT(pool, Succeeds());
    return pool.ok() ? *std::move(pool) : nullptr;
  }

  PoolOptions options_;
};

TEST_F(PoolTest, CallsFunctionsOfPython) {
  const std::unique_ptr<Pool> pool = Make();
  EXPECT_EQ(*pool->Apply("math.factorial", {PyValue(20)}), PyValue(int64_t{2432902008176640000}));
  EXPECT_EQ(*pool->Apply("json.dumps", {PyValue::List(Ints({1, 2}))},
                         {{"separators", PyValue::Tuple({PyValue::Str(";"), PyValue::Str(":")})}}),
            PyValue::Str("[1;2]"));
  EXPECT_EQ(*pool->Apply("len", {PyValue::Bytes("four")}), PyValue(4));
  EXPECT_EQ(*pool->Apply("os.path.basename", {PyValue::Str("a/b")}), PyValue::Str("b"));
  EXPECT_EQ(*pool->Apply("eval", {PyValue::Str("'' in __import__('sys').path")}), PyValue(false));
  EXPECT_EQ(*pool->Apply("collections:OrderedDict.fromkeys.__name__.upper"),
            PyValue::Str("FROMKEYS"));
}

TEST_F(PoolTest, MapsInChunks) {
  const std::unique_ptr<Pool> pool = Make();
  EXPECT_THAT(*pool->Map("abs", Ints({-1, 2, -3, 4, -5}), 2),
              ElementsAre(PyValue(1), PyValue(2), PyValue(3), PyValue(4), PyValue(5)));
  EXPECT_THAT(*pool->Map("abs", {}), IsEmpty());
  EXPECT_THAT(*pool->Starmap("pow", {PyValue::Tuple(Ints({2, 3})), PyValue::List(Ints({3, 2}))}),
              ElementsAre(PyValue(8), PyValue(9)));
  std::vector<PyValue> many;
  for (int i = 0; i < 1000; ++i) many.emplace_back(-i);
  const absl::StatusOr<std::vector<PyValue>> mapped = pool->Map("abs", many);
  ASSERT_THAT(mapped, Succeeds());
  ASSERT_EQ(mapped->size(), 1000u);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ((*mapped)[static_cast<size_t>(i)], PyValue(i));
}

TEST_F(PoolTest, AnExceptionIsTheErrorOfTheCall) {
  const std::unique_ptr<Pool> pool = Make();
  const absl::Status status = pool->Apply("json.loads", {PyValue::Str("{")}).status();
  EXPECT_THAT(status, FailsWithCode(absl::StatusCode::kUnknown,
                                    "json.decoder.JSONDecodeError: Expecting property name"));
  ASSERT_TRUE(RaisedException(status).has_value());
  EXPECT_EQ(*RaisedException(status)->AsObject()->callable.GlobalName(), "JSONDecodeError");
  EXPECT_THAT(RemoteTraceback(status),
              AllOf(HasSubstr("Traceback (most recent call last):\n"), HasSubstr("in raw_decode"),
                    Not(HasSubstr("File \"<string>\""))));
  EXPECT_THAT(pool->Apply("operator.getitem", {*PyValue::Dict({}), PyValue::Str("k")}),
              FailsWithCode(absl::StatusCode::kNotFound, "KeyError: 'k'"));
  EXPECT_THAT(pool->Apply("math.no_such"),
              FailsWithCode(absl::StatusCode::kNotFound, "AttributeError: "));
  EXPECT_THAT(pool->Apply("no_such_module.f"),
              FailsWithCode(absl::StatusCode::kUnknown, "ModuleNotFoundError: "));
  EXPECT_THAT(pool->Apply("threading.Lock"),
              FailsWithCode(absl::StatusCode::kUnknown,
                            "multiprocessing.pool.MaybeEncodingError: Error sending result: "));
}

TEST_F(PoolTest, AMapWithAnErrorIsReadyWhenAllItsCallsAre) {
  const std::unique_ptr<Pool> pool = Make();
  const absl::StatusOr<MapResult> result =
      pool->MapAsync("math.sqrt", {PyValue(4), PyValue(-1), PyValue(9)}, 1);
  ASSERT_THAT(result, Succeeds());
  EXPECT_THAT(result->Get(), FailsWithCode(absl::StatusCode::kInvalidArgument, "ValueError: "));
  EXPECT_FALSE(*result->Successful());
}

TEST_F(PoolTest, AResultIsWaitedForUntilTheTimeout) {
  const std::unique_ptr<Pool> pool = Make();
  const absl::StatusOr<AsyncResult> result = pool->ApplyAsync("time.sleep", {PyValue(600)});
  ASSERT_THAT(result, Succeeds());
  EXPECT_FALSE(result->Ready());
  EXPECT_FALSE(*result->Wait(absl::Milliseconds(1)));
  EXPECT_EQ(Says(result->Get(absl::ZeroDuration()).status()),
            "TimeoutError: the result is not ready");
  EXPECT_EQ(Says(result->Successful().status()), "ValueError: the result is not ready");
  EXPECT_EQ(Says(result->Wait(absl::Hours(24 * 366 * 300)).status()),
            "OverflowError: timeout value is too large");
  const absl::StatusOr<IMapIterator> iterator = pool->Imap("time.sleep", Ints({600}));
  EXPECT_EQ(Says(iterator->Next(absl::Milliseconds(1)).status()),
            "TimeoutError: the next result is not ready");
}

std::vector<std::string> Everything(const IMapIterator& iterator) {
  std::vector<std::string> all;
  while (true) {
    const absl::StatusOr<std::optional<PyValue>> next = iterator.Next();
    if (next.ok() && !next->has_value()) return all;
    all.push_back(next.ok() ? (*next)->ToString() : std::string(next.status().message()));
  }
}

TEST_F(PoolTest, ImapGivesResultsInOrder) {
  const std::unique_ptr<Pool> pool = Make();
  EXPECT_THAT(Everything(*pool->Imap("abs", Ints({-1, -2, -3, -4, -5}), 2)),
              ElementsAre("1", "2", "3", "4", "5"));
  EXPECT_THAT(Everything(*pool->Imap("math.sqrt", Ints({4, -1, 9}))),
              ElementsAre("2.0", HasSubstr("ValueError: "), "3.0"));
  EXPECT_THAT(Everything(*pool->Imap("abs", {})), IsEmpty());
  EXPECT_THAT(Everything(*pool->ImapUnordered("abs", Ints({-1, -2, -3}))),
              UnorderedElementsAre("1", "2", "3"));
}

TEST_F(PoolTest, ImapUnorderedGivesResultsAsTheyCome) {
  const std::unique_ptr<Pool> pool = Make();
  const absl::StatusOr<IMapIterator> results =
      pool->ImapUnordered("time.sleep", {PyValue(600), PyValue(0), PyValue(0)});
  ASSERT_THAT(results, Succeeds());
  EXPECT_EQ(**results->Next(), PyValue());
  EXPECT_EQ(**results->Next(), PyValue());
}

TEST_F(PoolTest, CallbacksRunBeforeTheResultIsReady) {
  const std::unique_ptr<Pool> pool = Make();
  std::vector<std::string> called;
  const auto on_value = [&](const PyValue& value) { called.push_back(value.ToString()); };
  const auto on_values = [&](const std::vector<PyValue>& values) {
    called.push_back(PyValue::List(values).ToString());
  };
  const auto on_error = [&](const absl::Status& status) { called.emplace_back(status.message()); };
  EXPECT_THAT(pool->ApplyAsync("abs", Ints({-3}), {}, on_value, on_error)->Get(), Succeeds());
  EXPECT_THAT(pool->MapAsync("abs", Ints({-1, 2}), 1, on_values, on_error)->Get(), Succeeds());
  EXPECT_FALSE(pool->MapAsync("math.sqrt", Ints({-1}), 1, on_values, on_error)->Get().ok());
  EXPECT_THAT(pool->MapAsync("abs", {}, 1, on_values, on_error)->Get(), Succeeds());
  EXPECT_THAT(called, ElementsAre("3", "[1, 2]", HasSubstr("ValueError: ")));
}

TEST_F(PoolTest, ACallbackMayCallButNotWait) {
  const std::unique_ptr<Pool> pool = Make();
  absl::Status waited;
  std::optional<AsyncResult> second;
  const auto on_value = [&](const PyValue&) {
    second = *pool->ApplyAsync("abs", Ints({-5}));
    waited = second->Get().status();
  };
  EXPECT_THAT(pool->ApplyAsync("abs", Ints({-3}), {}, on_value)->Get(), Succeeds());
  EXPECT_THAT(waited, FailsWithCode(absl::StatusCode::kFailedPrecondition,
                                    "a callback cannot wait for its own pool"));
  EXPECT_EQ(*second->Get(), PyValue(5));
}

#if defined(__cpp_exceptions)
TEST_F(PoolTest, AnExceptionOfACallbackGoesToTheHook) {
  const std::unique_ptr<Pool> pool = Make();
  std::string caught;
  threading::SetExceptHook(
      [&](const threading::ExceptHookArgs& args) { caught = args.failure.what; });
  const auto on_value = [](const PyValue&) { throw std::runtime_error("thrown"); };
  EXPECT_THAT(pool->ApplyAsync("abs", Ints({-3}), {}, on_value)->Get(), Succeeds());
  threading::SetExceptHook(nullptr);
  EXPECT_EQ(caught, "thrown");
  EXPECT_THAT(pool->Apply("abs", Ints({-3})), Succeeds());
}
#endif

TEST_F(PoolTest, TheInitializerRunsInEachWorker) {
  options_.initializer = "os.putenv";
  options_.initargs = {PyValue::Str("POOL_TEST"), PyValue::Str("set")};
  const std::unique_ptr<Pool> pool = Make();
  const std::vector<PyValue> commands(8, PyValue::Str("test \"$POOL_TEST\" = set"));
  EXPECT_THAT(*pool->Map("os.system", commands, 1), testing::Each(PyValue(0)));
}

TEST_F(PoolTest, AFailedInitializerBreaksThePool) {
  options_.initializer = "math.sqrt";
  options_.initargs = {PyValue(-1)};
  const std::unique_ptr<Pool> pool = Make();
  const absl::Status status = pool->Apply("abs", {PyValue(1)}).status();
  EXPECT_THAT(status, FailsWithCode(absl::StatusCode::kUnavailable,
                                    "the initializer of the pool has failed: ValueError: "));
  EXPECT_FALSE(RaisedException(status).has_value());
  EXPECT_EQ(pool->Map("abs", Ints({1})).status(), status);
  pool->Close();
  EXPECT_TRUE(*pool->Join());
}

TEST_F(PoolTest, WorkersThatDoNotStartBreakThePool) {
  options_.python = "/bin/false";
  const std::unique_ptr<Pool> pool = Make();
  EXPECT_THAT(
      pool->Apply("abs", {PyValue(1)}),
      FailsWithCode(absl::StatusCode::kUnavailable, "the workers of the pool do not start"));
  options_.python = "/no/such/python";
  EXPECT_THAT(Pool::Create(options_), FailsWithErrno(ENOENT, ""));
}

TEST_F(PoolTest, WorkersAreReplacedAfterTheirTasks) {
  options_.processes = 1;
  options_.maxtasksperchild = 2;
  const std::unique_ptr<Pool> pool = Make();
  std::vector<int64_t> pids;
  for (int i = 0; i < 6; ++i) pids.push_back(*pool->Apply("os.getpid")->AsInt());
  EXPECT_EQ(pids[0], pids[1]);
  EXPECT_EQ(pids[2], pids[3]);
  EXPECT_EQ(std::set<int64_t>(pids.begin(), pids.end()).size(), 3u);
}

TEST_F(PoolTest, ACallWhoseWorkerDiesFailsAndNoOther) {
  const std::unique_ptr<Pool> pool = Make();
  EXPECT_THAT(pool->Apply("os._exit", {PyValue(3)}),
              FailsWithCode(absl::StatusCode::kUnavailable, "the worker of os._exit, pid "));
  const absl::StatusOr<MapResult> map = pool->MapAsync(
      "eval", {PyValue::Str("1"), PyValue::Str("__import__('os').abort()"), PyValue::Str("3")}, 1);
  EXPECT_THAT(map->Get().status().message(), HasSubstr("was killed by signal 6"));
  EXPECT_THAT(
      Everything(*pool->Imap("eval", {PyValue::Str("1"), PyValue::Str("__import__('os').abort()"),
                                      PyValue::Str("3")})),
      ElementsAre("1", HasSubstr("the worker of eval, pid "), "3"));
}

TEST_F(PoolTest, AWorkerThatLeavesWithoutEndingIsKilled) {
  options_.processes = 1;
  const std::unique_ptr<Pool> pool = Make();
  EXPECT_THAT(pool->Apply("eval", {PyValue::Str("__import__('os').close(3) or "
                                                "__import__('time').sleep(600)")}),
              FailsWithCode(absl::StatusCode::kUnavailable, "the worker of eval"));
  EXPECT_THAT(pool->Apply("abs", Ints({-1})), Succeeds());
}

TEST_F(PoolTest, WhatAWorkerSendsIsBounded) {
  options_.processes = 1;
  options_.connection.unpickle.max_memory = 100000;
  options_.connection.max_message = 1000000;
  const std::unique_ptr<Pool> pool = Make();
  EXPECT_THAT(pool->Apply("operator.mul", {PyValue::Str("x"), PyValue(200000)}),
              FailsWithCode(absl::StatusCode::kResourceExhausted, ""));
  EXPECT_THAT(pool->Apply("operator.mul", {PyValue::Str("x"), PyValue(2000000)}),
              FailsWithCode(absl::StatusCode::kUnavailable, "the worker of operator.mul"));
  EXPECT_EQ(*pool->Apply("abs", Ints({-1})), PyValue(1));
  // Three answers to one call.
  EXPECT_THAT(pool->Apply("os.write", {PyValue(3), PyValue::Bytes(absl::string_view(
                                                       "\0\0\0\1x\0\0\0\1x\0\0\0\1x", 15))}),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "invalid load key"));
  EXPECT_EQ(*pool->Apply("abs", Ints({-1})), PyValue(1));
}

TEST_F(PoolTest, AClosedPoolDoesWhatItHasGot) {
  const std::unique_ptr<Pool> pool = Make();
  EXPECT_EQ(Says(pool->Join().status()), "ValueError: Pool is still running");
  const absl::StatusOr<MapResult> map = pool->MapAsync("abs", Ints({-1, -2, -3}), 1);
  pool->Close();
  EXPECT_EQ(Says(pool->Apply("abs", Ints({1})).status()), "ValueError: Pool not running");
  EXPECT_TRUE(*pool->Join());
  EXPECT_TRUE(map->Ready());
  EXPECT_THAT(*map->Get(), ElementsAre(PyValue(1), PyValue(2), PyValue(3)));
  EXPECT_THAT(pool->WorkerPids(), IsEmpty());
  EXPECT_EQ(Says(pool->Imap("abs", {}).status()), "ValueError: Pool not running");
}

TEST_F(PoolTest, ATerminatedPoolCancelsItsCalls) {
  const std::set<int> before = OpenDescriptors();
  std::optional<AsyncResult> running;
  std::optional<IMapIterator> queued;
  {
    options_.processes = 1;
    const std::unique_ptr<Pool> pool = Make();
    ASSERT_THAT(pool->Apply("abs", Ints({1})), Succeeds());
    running = *pool->ApplyAsync("time.sleep", {PyValue(600)});
    queued = *pool->Imap("abs", Ints({1, 2}));
  }
  EXPECT_THAT(running->Get(),
              FailsWithCode(absl::StatusCode::kCancelled, "the pool was terminated"));
  EXPECT_THAT(Everything(*queued), ElementsAre("the pool was terminated"));
  EXPECT_THAT(LeftOpen(before), IsEmpty());
}

TEST_F(PoolTest, ImpossibleCallsAreRefused) {
  PoolOptions options = options_;
  options.processes = 0;
  EXPECT_EQ(Says(Pool::Create(options).status()),
            "ValueError: Number of processes must be at least 1");
  options = options_;
  options.maxtasksperchild = 0;
  EXPECT_EQ(Says(Pool::Create(options).status()),
            "ValueError: maxtasksperchild must be a positive int or None");
  const std::unique_ptr<Pool> pool = Make();
  EXPECT_EQ(Says(pool->Map("abs", Ints({1}), 0).status()),
            "ValueError: Chunksize must be 1+, not 0");
  EXPECT_EQ(Says(pool->Imap("abs", Ints({1}), -1).status()),
            "ValueError: Chunksize must be 1+, not -1");
  EXPECT_EQ(Says(pool->Apply("").status()), "ValueError: the name of a function is empty");
  EXPECT_THAT(pool->Apply("\xff"), FailsWithCode(absl::StatusCode::kInvalidArgument, ""));
  EXPECT_THAT(pool->Apply("abs", Ints({1})), Succeeds());
}

TEST_F(PoolTest, AForkedChildHasNoPool) {
  std::unique_ptr<Pool> pool = Make();
  const absl::StatusOr<AsyncResult> running = pool->ApplyAsync("time.sleep", {PyValue(600)});
  ExpectInChild([&] {
    const auto is_parents =
        FailsWithCode(absl::StatusCode::kFailedPrecondition, "the pool belongs to the process");
    EXPECT_THAT(pool->Apply("abs"), is_parents);
    EXPECT_THAT(running->Get(), is_parents);
    EXPECT_THAT(pool->Join(), is_parents);
    pool.reset();
  });
  EXPECT_EQ(*pool->Apply("abs", Ints({-1})), PyValue(1));
}

// Workers are killed at any moment of their lives: calls fail or succeed, but all have an end, and
// nothing is left of them. With --test_env=POOL_KILLS=10000 more often.
TEST_F(PoolTest, NothingIsWedgedOrLeftByKills) {
  const char* const wanted = std::getenv("POOL_KILLS");
  int rounds = 10;
  if (wanted != nullptr) ASSERT_TRUE(absl::SimpleAtoi(wanted, &rounds)) << wanted;
  const std::set<int> before = OpenDescriptors();
  {
    const std::unique_ptr<Pool> pool = Make();
    int failed = 0;
    for (int round = 0; round < rounds; ++round) {
      std::vector<AsyncResult> results;
      for (int i = 0; i < 4; ++i) results.push_back(*pool->ApplyAsync("abs", Ints({-i})));
      for (const int64_t pid : pool->WorkerPids()) kill(static_cast<pid_t>(pid), SIGKILL);
      for (int i = 0; i < 4; ++i) {
        const absl::StatusOr<PyValue> result = results[static_cast<size_t>(i)].Get();
        if (result.ok()) EXPECT_EQ(*result, PyValue(i));
        if (!result.ok()) EXPECT_EQ(result.status().code(), absl::StatusCode::kUnavailable);
        failed += result.ok() ? 0 : 1;
      }
    }
    EXPECT_THAT(pool->Apply("abs", Ints({-1})), Succeeds());
    RecordProperty("failed", failed);
  }
  EXPECT_THAT(LeftOpen(before), IsEmpty());
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

}  // namespace
}  // namespace someos::multiprocessing
