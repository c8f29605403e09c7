// Pools whose workers are copies of this program.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/pool/async_result.h"
#include "someos/api/multiprocessing/pool/pool.h"
#include "someos/api/multiprocessing/pool/pool_options.h"
#include "someos/api/multiprocessing/pool/pool_worker.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/backends/connection_socket/sockets.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

int64_t initialized_with = 0;

absl::StatusOr<PyValue> Power(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("power", {"base", "exponent"}, 1);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<int64_t> base = (*bound)[0]->AsInt();
  if (!base.ok()) return base.status();
  const int64_t exponent = (*bound)[1] == nullptr ? 2 : (*bound)[1]->AsInt().value_or(0);
  int64_t power = 1;
  for (int64_t i = 0; i < exponent; ++i) power *= *base;
  return PyValue(power);
}

NamedFunctions Functions() {
  NamedFunctions functions;
  functions.Register("power", Power);
  functions.Register("refuse", [](const Arguments&) -> absl::StatusOr<PyValue> {
    return ErrnoStatus(ENOENT, "open /nowhere");
  });
  functions.Register("initialize", [](const Arguments& arguments) -> absl::StatusOr<PyValue> {
    initialized_with = arguments.positional()[0].AsInt().value_or(-1);
    return initialized_with > 0 ? absl::StatusOr<PyValue>(PyValue())
                                : absl::InvalidArgumentError("not positive");
  });
  functions.Register("initialized_with",
                     [](const Arguments&) { return PyValue(initialized_with); });
  functions.Register("pid", [](const Arguments&) { return PyValue(int64_t{getpid()}); });
  functions.Register("die", [](const Arguments&) -> absl::StatusOr<PyValue> { _exit(9); });
  functions.Register("unpicklable", [](const Arguments&) { return PyValue::Str("\xff"); });
#if defined(__cpp_exceptions)
  functions.Register("throw", [](const Arguments&) -> absl::StatusOr<PyValue> {
    throw std::runtime_error("thrown");
  });
#endif
  return functions;
}

std::unique_ptr<Pool> Make(PoolOptions options = {}) {
  if (!options.processes.has_value()) options.processes = 2;
  absl::StatusOr<std::unique_ptr<Pool>> pool = Pool::Create(options);
  EXPECT_THAT(pool, Succeeds());
  return pool.ok() ? *std::move(pool) : nullptr;
}

TEST(FunctionPoolTest, CallsFunctionsOfTheProgram) {
  const std::unique_ptr<Pool> pool = Make();
  EXPECT_EQ(*pool->Apply("power", {PyValue(7)}), PyValue(49));
  EXPECT_EQ(*pool->Apply("power", {PyValue(2)}, {{"exponent", PyValue(10)}}), PyValue(1024));
  EXPECT_THAT(*pool->Map("power", {PyValue(1), PyValue(2), PyValue(3)}, 2),
              ElementsAre(PyValue(1), PyValue(4), PyValue(9)));
  EXPECT_THAT(*pool->Starmap("power", {PyValue::Tuple({PyValue(2), PyValue(3)})}),
              ElementsAre(PyValue(8)));
  EXPECT_NE(*pool->Apply("pid"), PyValue(int64_t{getpid()}));
  pool->Close();
  EXPECT_TRUE(*pool->Join());
}

TEST(FunctionPoolTest, TheStatusOfAFunctionIsTheErrorOfTheCall) {
  const std::unique_ptr<Pool> pool = Make();
  EXPECT_THAT(pool->Apply("refuse"), FailsWithErrno(ENOENT, "open /nowhere"));
  EXPECT_THAT(pool->Apply("power"),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "power() missing"));
  EXPECT_THAT(pool->Map("power", {PyValue(1), PyValue::Str("x")}),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "expected int, got str"));
  EXPECT_THAT(pool->Apply("no_such"),
              FailsWithCode(absl::StatusCode::kNotFound, "no function 'no_such' is registered"));
  EXPECT_THAT(pool->Apply("unpicklable"), FailsWithCode(absl::StatusCode::kInvalidArgument, ""));
#if defined(__cpp_exceptions)
  EXPECT_THAT(pool->Apply("throw"), FailsWithCode(absl::StatusCode::kUnknown, ""));
#endif
  EXPECT_THAT(pool->Apply("die").status().message(), HasSubstr("has exited with code 9"));
  EXPECT_EQ(*pool->Apply("power", {PyValue(7)}), PyValue(49));
}

TEST(FunctionPoolTest, WorkersAreInitializedAndReplaced) {
  PoolOptions options;
  options.processes = 1;
  options.maxtasksperchild = 1;
  options.initializer = "initialize";
  options.initargs = {PyValue(5)};
  const std::unique_ptr<Pool> pool = Make(options);
  EXPECT_EQ(*pool->Apply("initialized_with"), PyValue(5));
  const PyValue first = *pool->Apply("pid");
  EXPECT_NE(*pool->Apply("pid"), first);
  options.initargs = {PyValue(-5)};
  EXPECT_THAT(Make(options)->Apply("pid"),
              FailsWithCode(absl::StatusCode::kUnavailable,
                            "the initializer of the pool has failed: not positive"));
}

// The worker is stopped while it waits, so that it cannot begin what it is sent before it is
// killed.
TEST(FunctionPoolTest, ACallThatAKilledWorkerHasNotBegunIsMadeByAnother) {
  if (!connection_socket::kResetTellsOfUnreadBytes) {
    GTEST_SKIP() << "this system does not tell whether a process has read what it was sent";
  }
  PoolOptions options;
  options.processes = 1;
  const std::unique_ptr<Pool> pool = Make(options);
  const auto worker = static_cast<pid_t>(*pool->Apply("pid")->AsInt());
  ASSERT_EQ(kill(worker, SIGSTOP), 0);
  siginfo_t stopped;
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(worker), &stopped, WSTOPPED | WNOWAIT), 0);
  const absl::StatusOr<AsyncResult> result = pool->ApplyAsync("power", {PyValue(7)});
  const absl::StatusOr<AsyncResult> next = pool->ApplyAsync("pid");
  EXPECT_FALSE(*result->Wait(absl::Milliseconds(50)));  // long enough for the call to be sent
  ASSERT_EQ(kill(worker, SIGKILL), 0);
  EXPECT_EQ(*result->Get(), PyValue(49));
  EXPECT_NE(*next->Get(), PyValue(int64_t{worker}));
}

}  // namespace
}  // namespace someos::multiprocessing

int main(int argc, char** argv) {
  using someos::multiprocessing::Pool;
  if (Pool::Create({}).status().code() != absl::StatusCode::kFailedPrecondition) return 1;
  someos::multiprocessing::RunAsPoolWorker(argc, argv, someos::multiprocessing::Functions());
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
