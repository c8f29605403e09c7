// Every interpreter as the worker of our pools.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/pool.h"
#include "someos/testing/interop/interpreters.h"
#include "someos/testing/interop/matrix.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string FunctionsDirectory() {
  const absl::string_view path = std::getenv("FUNCTIONS");
  return std::string(path.substr(0, path.rfind('/')));
}

// All kinds of values, also text beyond ASCII and ints of any size.
PyValue Everything() {
  return PyValue::Tuple(
      {PyValue(), PyValue(true), PyValue(-5), *PyValue::IntFromDecimal("123456789012345678901"),
       PyValue(2.5), PyValue::Str("\xe2\x82\xac"),
       PyValue::ByteArray(absl::string_view("\0\xff", 2)), PyValue::List({PyValue(1)}),
       *PyValue::Dict({{PyValue(1), PyValue::Str("one")}}), *PyValue::Set({PyValue(3)}),
       *PyValue::FrozenSet({PyValue(4)})});
}

void CallFunctions(Pool& pool, bool is_python2) {
  EXPECT_EQ(*pool.Apply("worker_functions:Namespace.double", {PyValue(21)}), PyValue(42));
  const absl::StatusOr<PyValue> described =
      pool.Apply("worker_functions.describe", {Everything()}, {{"key", PyValue(7)}});
  ASSERT_THAT(described, Succeeds());
  EXPECT_EQ(*described->Get("args"), PyValue::Tuple({Everything()})) << described->ToString();
  EXPECT_EQ(*described->Get("kwargs"), *PyValue::Dict({{PyValue::Str("key"), PyValue(7)}}));
  EXPECT_EQ(*described->Get("started"),
            PyValue::List({PyValue::Tuple({PyValue::Str("pool"), PyValue(1)})}));
  EXPECT_EQ(*described->Get("argv"), PyValue(1));
  EXPECT_THAT(*pool.Map("len", std::vector<PyValue>(5, PyValue::Str("abc")), 2),
              testing::Each(PyValue(3)));
  EXPECT_THAT(*pool.Starmap("pow", {PyValue::Tuple({PyValue(2), PyValue(5)})}),
              ElementsAre(PyValue(32)));
  if (!is_python2) {
    EXPECT_EQ(*pool.Apply("worker_functions:Namespace.double", {PyValue::Bytes("\xff")}),
              PyValue::Bytes("\xff\xff"));
  }
  // Beyond what one read or write takes.
  const PyValue large = PyValue::Str(std::string(3'000'000, 'x'));
  EXPECT_EQ(*pool.Apply("worker_functions:Namespace.double", {large}),
            PyValue::Str(std::string(6'000'000, 'x')));
}

void FailFunctions(Pool& pool) {
  const absl::Status refused = pool.Apply("worker_functions.refuse", {PyValue(5)}).status();
  EXPECT_THAT(refused, FailsWithCode(absl::StatusCode::kUnknown,
                                     "worker_functions.Refused: refused with 5: \xe2\x82\xac"));
  ASSERT_TRUE(RaisedException(refused).has_value());
  EXPECT_EQ(RaisedException(refused)->AsObject()->args,
            PyValue::Tuple({PyValue(5), PyValue::Str("\xe2\x82\xac")}));
  EXPECT_THAT(RemoteTraceback(refused), HasSubstr("worker_functions.py\", line "));
  EXPECT_THAT(pool.Apply("math.sqrt", {PyValue(-1)}),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "ValueError: "));
  EXPECT_THAT(pool.Apply("threading.Lock"),
              FailsWithCode(absl::StatusCode::kUnknown,
                            "multiprocessing.pool.MaybeEncodingError: Error sending result: "));
  EXPECT_THAT(pool.Apply("abs", {PyValue::Global("no_such_module", "Class")}),
              FailsWithCode(absl::StatusCode::kUnknown, ""));
  EXPECT_THAT(pool.Apply("worker_functions.leave", {PyValue(4)}).status().message(),
              HasSubstr("has exited with code 4"));
  EXPECT_THAT(pool.Apply("os.abort").status().message(), HasSubstr("was killed by signal 6"));
  EXPECT_EQ(*pool.Apply("abs", {PyValue(-1)}), PyValue(1));
}

TEST(PoolInteropTest, EachInterpreterIsAWorker) {
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  Matrix matrix("pool", {"worker"});
  for (const Interpreter& python : Interpreters()) {
    SCOPED_TRACE(python.command);
    PoolOptions options;
    options.python = python.path;
    options.processes = 2;
    options.sys_path = {FunctionsDirectory()};
    options.initializer = "worker_functions.start";
    options.initargs = {PyValue::Str("pool"), PyValue(1)};
    const absl::StatusOr<std::unique_ptr<Pool>> pool = Pool::Create(options);
    ASSERT_THAT(pool, Succeeds());
    CallFunctions(**pool, python.is_python2());
    FailFunctions(**pool);
    (*pool)->Close();
    EXPECT_TRUE(*(*pool)->Join());
    matrix.Ran(python, "worker");
  }
  matrix.Print();
}

}  // namespace
}  // namespace someos::multiprocessing
