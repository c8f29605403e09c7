// The contract of api/multiprocessing/process/process.h, by every start method that is linked. The
// program is its own child.

#include "someos/api/multiprocessing/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/clocks.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/python_says.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos::multiprocessing {
namespace {

constexpr absl::Duration kSoon = absl::Seconds(60);

// ---- the functions that children run

void Answer(const ProcessCall& call, absl::string_view text) {
  MustSucceed(write(call.descriptors.at(0), text.data(), text.size()), "write");
}

// In a thread, descriptors are closed by the function that owns them, or by nobody.
int CloseAll(const ProcessCall& call) {
  for (const int fd : call.descriptors) close(fd);
  return 0;
}

absl::StatusOr<int> SleepForEver(const ProcessCall&) {
  while (true) pause();
}

absl::StatusOr<int> ExitWith(const ProcessCall& call) {
  return static_cast<int>(*call.args.at(0).AsInt());
}

absl::StatusOr<int> Fail(const ProcessCall&) { return absl::InternalError("as it was asked to"); }

absl::StatusOr<int> PrintArguments(const ProcessCall& call) {
  Answer(call, absl::StrCat(PyValue::Tuple(call.args).ToString(), call.kwargs.ToString()));
  return CloseAll(call);
}

absl::StatusOr<int> PrintSize(const ProcessCall& call) {
  Answer(call, absl::StrCat(call.args.at(0).AsBytes()->size()));
  return CloseAll(call);
}

absl::StatusOr<int> PrintLength(const ProcessCall& call) {
  Answer(call, absl::StrCat(call.args.at(0).AsItems()->size()));
  return CloseAll(call);
}

absl::StatusOr<int> PrintDescriptors(const ProcessCall& call) {
  Answer(call, absl::StrJoin(OpenDescriptors(), " "));
  return CloseAll(call);
}

absl::StatusOr<int> PrintIdentity(const ProcessCall& call) {
  const std::optional<ParentOfProcess> parent = ParentProcess();
  Process child("exit");
  Answer(call, absl::StrCat(CurrentProcess().name(), " ", CurrentProcess().daemon(), " ",
                            *CurrentProcess().authkey(), " ", parent->name(), " ",
                            parent->pid() == getppid(), " ", *parent->IsAlive(), " ", child.name(),
                            " ", GetStartMethod(), " ", ActiveChildren().size()));
  return CloseAll(call);
}

absl::StatusOr<int> JoinItself(const ProcessCall& call) {
  const std::vector<ActiveChild> active = ActiveChildren();
  Answer(call, active.at(0).Join().status().message());
  return CloseAll(call);
}

absl::StatusOr<int> ExitFromAThread(const ProcessCall& call) {
  ProcessOptions options;
  options.args = call.args;
  options.context = *GetContext("thread");
  Process thread(
      [](const ProcessCall& own) -> absl::StatusOr<int> {
        std::exit(static_cast<int>(*own.args.at(0).AsInt()));
      },
      options);
  if (const absl::Status status = thread.Start(); !status.ok()) return status;
  return SleepForEver(call);
}

absl::StatusOr<int> StartFromDaemon(const ProcessCall& call) {
  ProcessOptions options;
  options.args = {PyValue(0)};
  Answer(call, Process("exit", options).Start().message());
  return CloseAll(call);
}

// Until it can read a byte.
absl::StatusOr<int> AwaitByte(const ProcessCall& call) {
  char byte;
  MustSucceed(read(call.descriptors.at(0), &byte, 1), "read");
  return CloseAll(call);
}

absl::StatusOr<int> AwaitParent(const ProcessCall& call) {
  Answer(call, "ready ");
  (void)ParentProcess()->Join();
  Answer(call, "parent has ended");
  return 0;
}

// Starts args[0] with its own descriptors, as daemonic if args[1], and with end_with_parent if
// args[2]; then returns or, if args[3], sleeps.
absl::StatusOr<int> StartAnother(const ProcessCall& call) {
  ProcessOptions options;
  options.descriptors = call.descriptors;
  options.daemon = *call.args.at(1).AsBool();
  options.end_with_parent = *call.args.at(2).AsBool();
  Process another(*call.args.at(0).AsStr(), options);
  if (const absl::Status status = another.Start(); !status.ok()) return status;
  CloseAll(call);
  if (*call.args.at(3).AsBool()) return SleepForEver(call);
  return 0;
}

void RegisterFunctions() {
  RegisterFunction("exit", ExitWith);
  RegisterFunction("fail", Fail);
  RegisterFunction("print arguments", PrintArguments);
  RegisterFunction("print size", PrintSize);
  RegisterFunction("print length", PrintLength);
  RegisterFunction("print descriptors", PrintDescriptors);
  RegisterFunction("print identity", PrintIdentity);
  RegisterFunction("join itself", JoinItself);
  RegisterFunction("exit from a thread", ExitFromAThread);
  RegisterFunction("start from daemon", StartFromDaemon);
  RegisterFunction("await byte", AwaitByte);
  RegisterFunction("sleep", SleepForEver);
  RegisterFunction("await parent", AwaitParent);
  RegisterFunction("start another", StartAnother);
}

// ---- the fixture

struct Ends {
  ScopedFd reader;
  ScopedFd writer;
};

Ends MakePipe() {
  int ends[2];
  MustSucceed(pipe(ends), "pipe");
  for (const int end : ends) MustSucceed(fcntl(end, F_SETFD, FD_CLOEXEC), "fcntl");
  return {ScopedFd(ends[0]), ScopedFd(ends[1])};
}

// What comes until the end of the file, or until `until` has come.
std::string ReadAll(int fd, absl::string_view until = "(never)") {
  std::string text;
  char buffer[512];
  while (text != until) {
    pollfd entry = {fd, POLLIN, 0};
    if (poll(&entry, 1, 60'000) != 1) return text + " and then nothing";
    const ssize_t count = MustSucceed(read(fd, buffer, sizeof(buffer)), "read");
    if (count == 0) break;
    text.append(buffer, static_cast<size_t>(count));
  }
  return text;
}

bool IsReadable(int fd) {
  pollfd entry = {fd, POLLIN, 0};
  return poll(&entry, 1, 0) == 1;
}

// Waits until this process has no children at all, also no zombies.
bool HasNoChildren() {
  const absl::Duration end = MonotonicNow() + kSoon;
  siginfo_t info;
  while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
    if (MonotonicNow() > end) return false;
    absl::SleepFor(absl::Milliseconds(1));
  }
  return errno == ECHILD;
}

class ProcessTest : public testing::TestWithParam<std::string> {
 protected:
  ProcessOptions Options() const {
    ProcessOptions options;
    options.context = *GetContext(GetParam());
    return options;
  }

  bool is_thread() const { return GetParam() == "thread"; }

  // What the function, and what it starts, write to its descriptor.
  std::string AnswerOf(absl::string_view function, ProcessOptions options) const {
    Ends pipe = MakePipe();
    options.descriptors = {pipe.writer.get()};
    Process process(function, std::move(options));
    EXPECT_THAT(process.Start(), Succeeds());
    pipe.writer.reset();
    std::string answer = ReadAll(pipe.reader.get());
    EXPECT_THAT(process.Join(kSoon), Succeeds());
    EXPECT_EQ(*process.exitcode(), 0);
    return answer;
  }

  std::optional<int> ExitCodeOf(absl::string_view function, std::vector<PyValue> args) const {
    ProcessOptions options = Options();
    options.args = std::move(args);
    Process process(function, std::move(options));
    EXPECT_THAT(process.Start(), Succeeds());
    EXPECT_TRUE(*process.Join(kSoon));
    return *process.exitcode();
  }
};

INSTANTIATE_TEST_SUITE_P(Methods, ProcessTest, testing::ValuesIn(GetAllStartMethods()),
                         [](const auto& info) { return info.param; });

// ---- the contract

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
  std::vector<std::pair<PyValue, PyValue>> entries;
  for (int i = 0; i < 8; ++i) {
    std::vector<PyValue> key(20'001, PyValue(0));
    key[10'000] = PyValue(i);
    entries.emplace_back(PyValue::Tuple(std::move(key)), PyValue(i));
  }
  std::vector<PyValue> dicts;
  for (int i = 0; i < 200; ++i) dicts.push_back(*PyValue::Dict(entries));
  ProcessOptions options = Options();
  options.args = {PyValue::List(std::move(dicts))};
  EXPECT_EQ(AnswerOf("print length", options), "200");
}

TEST_P(ProcessTest, WaitsEndAtTheirTimeOrWithTheChild) {
  Ends pipe = MakePipe();
  ProcessOptions options = Options();
  options.descriptors = {pipe.reader.get()};
  Process process("await byte", options);
  EXPECT_FALSE(*process.IsAlive());
  ASSERT_THAT(process.Start(), Succeeds());
  EXPECT_TRUE(*process.IsAlive());
  EXPECT_FALSE(*process.Join(absl::ZeroDuration()));
  EXPECT_FALSE(*process.Join(absl::Seconds(-1)));
  const absl::Duration begin = MonotonicNow();
  EXPECT_FALSE(*process.Join(absl::Milliseconds(20)));
  EXPECT_GE(MonotonicNow() - begin, absl::Milliseconds(20));
  EXPECT_EQ(*process.exitcode(), std::nullopt);
  EXPECT_FALSE(IsReadable(*process.sentinel()));
  EXPECT_EQ(ActiveChildren().size(), 1u);
  MustSucceed(write(pipe.writer.get(), "x", 1), "write");
  pollfd entry = {*process.sentinel(), POLLIN, 0};
  EXPECT_EQ(poll(&entry, 1, 60'000), 1);
  EXPECT_TRUE(*process.Join());
  EXPECT_FALSE(*process.IsAlive());
  EXPECT_EQ(*process.exitcode(), 0);
  EXPECT_TRUE(ActiveChildren().empty());
}

TEST_P(ProcessTest, SignalsEndAProcessAndItsExitCodeSaysWhich) {
  if (is_thread()) GTEST_SKIP() << "a thread cannot be signalled";
  Process terminated("sleep", Options());
  Process killed("sleep", Options());
  ASSERT_THAT(terminated.Start(), Succeeds());
  ASSERT_THAT(killed.Start(), Succeeds());
  EXPECT_THAT(terminated.Terminate(), Succeeds());
  EXPECT_THAT(killed.Kill(), Succeeds());
  EXPECT_TRUE(*terminated.Join(kSoon));
  EXPECT_TRUE(*killed.Join(kSoon));
  EXPECT_EQ(*terminated.exitcode(), -SIGTERM);
  EXPECT_EQ(*killed.exitcode(), -SIGKILL);
  EXPECT_THAT(killed.Kill(), Succeeds()) << "of one that has ended";
}

TEST_P(ProcessTest, AChildKnowsWhoItIs) {
  if (is_thread()) GTEST_SKIP() << "a thread is of this process";
  ProcessOptions options = Options();
  options.name = "worker";
  options.daemon = true;
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

TEST_P(ProcessTest, AProcessWhoseObjectIsGoneLeavesNoZombie) {
  Ends pipe = MakePipe();
  ProcessOptions options = Options();
  options.descriptors = {pipe.reader.get()};
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(Process("await byte", options).Start(), Succeeds());
  }
  EXPECT_EQ(ActiveChildren().size(), 5u);
  MustSucceed(write(pipe.writer.get(), "xxxxx", 5), "write");
  EXPECT_TRUE(HasNoChildren());
  const absl::Duration end = MonotonicNow() + kSoon;
  while (!ActiveChildren().empty() && MonotonicNow() < end) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_TRUE(ActiveChildren().empty());
}

TEST_P(ProcessTest, AChildNoticesThatItsParentWasKilled) {
  if (is_thread()) GTEST_SKIP() << "threads end with their process";
  Ends pipe = MakePipe();
  ProcessOptions options = Options();
  options.args = {PyValue::Str("await parent"), PyValue(false), PyValue(false), PyValue(true)};
  options.descriptors = {pipe.writer.get()};
  Process parent("start another", options);
  ASSERT_THAT(parent.Start(), Succeeds());
  pipe.writer.reset();
  EXPECT_EQ(ReadAll(pipe.reader.get(), "ready "), "ready ");
  EXPECT_FALSE(IsReadable(pipe.reader.get()));
  EXPECT_THAT(parent.Kill(), Succeeds());
  EXPECT_EQ(ReadAll(pipe.reader.get()), "parent has ended");
  EXPECT_TRUE(*parent.Join(kSoon));
}

TEST_P(ProcessTest, AChildEndsWithItsParentIfItIsToldTo) {
  if (is_thread()) GTEST_SKIP() << "threads end with their process";
  Ends pipe = MakePipe();
  ProcessOptions options = Options();
  options.args = {PyValue::Str("sleep"), PyValue(false), PyValue(true), PyValue(true)};
  options.descriptors = {pipe.writer.get()};
  Process parent("start another", options);
  ASSERT_THAT(parent.Start(), Succeeds());
  pipe.writer.reset();
  EXPECT_THAT(parent.Kill(), Succeeds());
  EXPECT_EQ(ReadAll(pipe.reader.get()), "") << "until the last process that has the end has ended";
  EXPECT_TRUE(*parent.Join(kSoon));
}

TEST_P(ProcessTest, DaemonicChildrenAreTerminatedWhenAProcessEndsAndOthersAreWaitedFor) {
  if (is_thread()) GTEST_SKIP() << "threads end with their process";
  ProcessOptions options = Options();
  options.args = {PyValue::Str("sleep"), PyValue(true), PyValue(false), PyValue(false)};
  EXPECT_EQ(AnswerOf("start another", options), "");
  options.args = {PyValue::Str("print descriptors"), PyValue(false), PyValue(false),
                  PyValue(false)};
  EXPECT_NE(AnswerOf("start another", options), "");
}

TEST_P(ProcessTest, AThreadDoesNotWaitForItself) {
  if (!is_thread()) GTEST_SKIP() << "a process does not know itself as a child";
  EXPECT_EQ(AnswerOf("join itself", Options()), "cannot join current thread");
}

TEST_P(ProcessTest, AThreadMayEndItsProcessByExit) {
  if (is_thread()) GTEST_SKIP() << "that would end this process";
  if (!GetContext("thread").ok()) GTEST_SKIP() << "threads are not linked";
  ProcessOptions options = Options();
  options.args = {PyValue(7)};
  Process process("exit from a thread", options);
  ASSERT_THAT(process.Start(), Succeeds());
  EXPECT_TRUE(*process.Join(kSoon));
  EXPECT_THAT(process.Kill(), Succeeds());
  EXPECT_TRUE(*process.Join(kSoon));
  EXPECT_EQ(*process.exitcode(), 7);
}

TEST_P(ProcessTest, TwentyThreadsStartChildrenAtOnce) {
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
  if (GetParam() == "spawn") {
    EXPECT_THAT(process.Start(),
                FailsWithCode(absl::StatusCode::kFailedPrecondition,
                              "a process that is started by spawn needs the name"));
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
  EXPECT_THAT(text, testing::EndsWith("' pid=PID parent=PARENT stopped exitcode=0>"));
  EXPECT_THAT(process.Close(), Succeeds());
  EXPECT_THAT(process.Close(), Succeeds());
  EXPECT_EQ(Says(process.Join().status()), "ValueError: process object is closed");
  EXPECT_EQ(Says(process.IsAlive().status()), "ValueError: process object is closed");
  EXPECT_EQ(Says(process.exitcode().status()), "ValueError: process object is closed");
  EXPECT_EQ(Says(process.pid().status()), "ValueError: process object is closed");
  EXPECT_EQ(Says(process.Start()), "ValueError: process object is closed");
}

TEST_P(ProcessTest, AForkedChildIsNotTheParent) {
  Ends pipe = MakePipe();
  ProcessOptions options = Options();
  options.descriptors = {pipe.reader.get()};
  Process process("await byte", options);
  Process unstarted("exit", Options());
  ASSERT_THAT(process.Start(), Succeeds());
  const std::vector<ActiveChild> active = ActiveChildren();
  ASSERT_EQ(active.size(), 1u);
  EXPECT_EQ(Says(process.Close()),
            "ValueError: Cannot close a process while it is still running. You should first call "
            "join() or terminate().");
  ExpectInChild([&] {
    EXPECT_EQ(process.Join().status().message(), "can only join a child process");
    EXPECT_EQ(process.IsAlive().status().message(), "can only test a child process");
    EXPECT_EQ(unstarted.Start().message(),
              "can only start a process object created by current process");
    EXPECT_TRUE(ActiveChildren().empty());
    EXPECT_THAT(active[0].Join(absl::ZeroDuration()),
                FailsWithCode(absl::StatusCode::kFailedPrecondition, "wait for "));
    EXPECT_THAT(process.Close(), FailsWithCode(absl::StatusCode::kInvalidArgument, "Cannot close"));
    if (is_thread()) return;
    EXPECT_THAT(process.Terminate(),
                FailsWithCode(absl::StatusCode::kFailedPrecondition, "signal to process "));
  });
  EXPECT_FALSE(*active[0].Join(absl::ZeroDuration()));
  MustSucceed(write(pipe.writer.get(), "x", 1), "write");
  EXPECT_TRUE(*process.Join(kSoon));
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
