// The contract of api/multiprocessing/process/process.h, by every start method that is linked. The
// program is its own child.

#include "someos/api/multiprocessing/process.h"

#include <unistd.h>

#include <cstdlib>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/process/child_functions.h"
#include "someos/testing/process/process_fixture.h"
#include "someos/testing/python_says.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos::multiprocessing {
namespace {

INSTANTIATE_TEST_SUITE_P(Methods, ProcessTest, testing::ValuesIn(GetAllStartMethods()),
                         [](const auto& info) { return info.param; });

TEST_P(ProcessTest, TheExitCodeIsWhatTheFunctionReturns) {
  for (const int code : {0, 3, 255}) EXPECT_EQ(ExitCodeOf("exit", {PyValue(code)}), code);
  EXPECT_EQ(ExitCodeOf("fail", {}), 1);
}

TEST_P(ProcessTest, ArgumentsAndDescriptorsArrive) {
  ProcessOptions options = Options();
  options.args = {PyValue(1), PyValue::Str("two"), PyValue::List({PyValue(3.5), PyValue()})};
  options.kwargs = *PyValue::Dict({{PyValue::Str("four"), PyValue(true)}});
  EXPECT_EQ(AnswerOf("print arguments", options), "(1, 'two', [3.5, None]){'four': True}");
}

TEST_P(ProcessTest, ArgumentsMayBeLongerThanAPipe) {
  ProcessOptions options = Options();
  options.args = {PyValue::Bytes(std::string(3'000'000, 'x'))};
  EXPECT_EQ(AnswerOf("print size", options), "3000000");
}

// Which protocol 2 cannot express.
TEST_P(ProcessTest, ArgumentsMayBeNestedClasses) {
  ProcessOptions options = Options();
  options.args = {PyValue::Global("module", "Outer.Inner")};
  EXPECT_THAT(AnswerOf("print arguments", options), testing::HasSubstr("Outer.Inner"));
}

// Eight keys that differ in the middle only cost 28 long comparisons in each dict.
TEST_P(ProcessTest, ArgumentsMayCostMoreThanPicklesOfStrangersMay) {
  if (GetParam() != "spawn") GTEST_SKIP() << "there is no message, or the same code reads it";
  std::vector<std::pair<PyValue, PyValue>> entries;
  for (int i = 0; i < 8; ++i) {
    std::vector<PyValue> key(20'001, PyValue(0));
    key[10'000] = PyValue(i);
    entries.emplace_back(PyValue::Tuple(std::move(key)), PyValue(i));
  }
  std::vector<PyValue> dicts;
  for (int i = 0; i < 125; ++i) dicts.push_back(*PyValue::Dict(entries));
  ProcessOptions options = Options();
  options.args = {PyValue::List(std::move(dicts))};
  EXPECT_EQ(AnswerOf("print length", options), "125");
}

TEST_P(ProcessTest, AChildKnowsWhoItIs) {
  if (is_thread()) GTEST_SKIP() << "a thread is of this process";
  ProcessOptions options = Options();
  options.name = "worker";
  options.daemon = true;
  options.args = {PyValue(getpid())};
  CurrentProcess().SetAuthkey("key");
  const std::string answer = AnswerOf("print identity", options);
  EXPECT_THAT(answer, testing::StartsWith("worker 1 key MainProcess 1 1 Process-"));
  EXPECT_THAT(answer, testing::EndsWith(absl::StrCat(":1 ", GetStartMethod(), " 0")));
}

TEST_P(ProcessTest, ADaemonicProcessStartsNone) {
  if (is_thread()) GTEST_SKIP() << "a thread is of this process";
  ProcessOptions options = Options();
  options.daemon = true;
  EXPECT_EQ(AnswerOf("start from daemon", options),
            "daemonic processes are not allowed to have children");
}

TEST_P(ProcessTest, TwentyThreadsStartChildrenAtOnce) {
  EXPECT_NE(AnswerOf("print descriptors", Options()), "");  // a server is there from now on
  const std::set<int> before = OpenDescriptors();
  std::vector<std::string> answers(20);
  std::vector<std::thread> threads;
  for (std::string& answer : answers) {
    threads.emplace_back([&answer, this] { answer = AnswerOf("print descriptors", Options()); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(LeftOpen(before), std::set<int>());
  if (GetParam() != "spawn") return;
  // Its standard streams, its parent's end and its own; where the sentinel is a pipe, that too.
  for (const std::string& answer : answers) EXPECT_THAT(answer, testing::StartsWith("0 1 2 3 4"));
#ifdef __linux__
  for (const std::string& answer : answers) EXPECT_EQ(answer, "0 1 2 3 4");
#endif
}

TEST_P(ProcessTest, AnyFunctionRunsWhereTheChildHasThisProcessesMemory) {
  int captured = 40;
  Process process([&captured](const ProcessCall&) { return captured + 2; }, Options());
  if (GetParam() == "spawn" || GetParam() == "forkserver") {
    EXPECT_THAT(process.Start(), FailsWithCode(absl::StatusCode::kFailedPrecondition,
                                               absl::StrCat("a process that is started by ",
                                                            GetParam(), " needs the name")));
    return;
  }
  ASSERT_THAT(process.Start(), Succeeds());
  EXPECT_TRUE(*process.Join(kSoon));
  EXPECT_EQ(*process.exitcode(), 42);
}

// As Python 3.13 says, recorded from it.
TEST_P(ProcessTest, MessagesArePythons) {
  ProcessOptions options = Options();
  options.args = {PyValue(0)};
  Process process("exit", options);
  EXPECT_EQ(process.Join().status().message(), "can only join a started process");
  EXPECT_EQ(Says(process.sentinel().status()), "ValueError: process not started");
  EXPECT_EQ(*process.pid(), std::nullopt);
  ASSERT_THAT(process.Start(), Succeeds());
  EXPECT_EQ(process.Start().message(), "cannot start a process twice");
  EXPECT_EQ(process.SetDaemon(true).message(), "process has already started");
  EXPECT_TRUE(*process.Join(kSoon));
  const std::string text = absl::StrReplaceAll(
      process.ToString(), {{absl::StrCat("pid=", process.pid()->value_or(0)), "pid=PID"},
                           {absl::StrCat("parent=", getpid()), "parent=PARENT"}});
  if (GetParam() == "forkserver") {
    EXPECT_THAT(text, testing::StartsWith("<ForkServerProcess name='ForkServerProcess-"));
  }
  EXPECT_THAT(text, testing::EndsWith("' pid=PID parent=PARENT stopped exitcode=0>"));
  EXPECT_THAT(process.Close(), Succeeds());
  EXPECT_THAT(process.Close(), Succeeds());
  EXPECT_EQ(Says(process.Join().status()), "ValueError: process object is closed");
  EXPECT_EQ(Says(process.IsAlive().status()), "ValueError: process object is closed");
  EXPECT_EQ(Says(process.exitcode().status()), "ValueError: process object is closed");
  EXPECT_EQ(Says(process.pid().status()), "ValueError: process object is closed");
  EXPECT_EQ(Says(process.Start()), "ValueError: process object is closed");
}

TEST(ContextTest, MethodsAreFoundByTheirNames) {
  EXPECT_EQ(Says(GetContext("x").status()), "ValueError: cannot find context for 'x'");
  EXPECT_EQ(GetStartMethod(), GetAllStartMethods().front());
  ExpectInChild([] {
    MustSucceed(setenv("SOMEOS_START_METHOD", GetAllStartMethods().back().c_str(), 1), "setenv");
    EXPECT_EQ(GetStartMethod(), GetAllStartMethods().back());
    EXPECT_EQ(Says(SetStartMethod("x")), "ValueError: cannot find context for 'x'");
    EXPECT_THAT(SetStartMethod(GetAllStartMethods().front()), Succeeds());
    EXPECT_EQ(SetStartMethod(GetAllStartMethods().back()).message(),
              "context has already been set");
    EXPECT_EQ(GetStartMethod(), GetAllStartMethods().front());
    EXPECT_THAT(SetStartMethod(GetAllStartMethods().back(), /*force=*/true), Succeeds());
  });
}

TEST(FunctionsTest, AnUnknownOneIsReportedBeforeAnythingStarts) {
  Process process("nothing of this name");
  EXPECT_THAT(process.Start(),
              FailsWithCode(absl::StatusCode::kNotFound, "no function \"nothing of this name\""));
  EXPECT_FALSE(ParentProcess().has_value());
}

}  // namespace
}  // namespace someos::multiprocessing

int main(int argc, char** argv) {
  someos::multiprocessing::RegisterFunctions();
  someos::multiprocessing::FreezeSupport(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
