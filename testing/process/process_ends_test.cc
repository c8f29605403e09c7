// How processes end, and who learns of it: the second part of process_test.

#include <poll.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/process.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/answer_pipe.h"
#include "someos/testing/clocks.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/process/process_fixture.h"
#include "someos/testing/python_says.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos::multiprocessing {
namespace {

bool IsReadable(int fd) {
  pollfd entry = {fd, POLLIN, 0};
  return poll(&entry, 1, 0) == 1;
}

// Waits until there is no process with this number, also no zombie.
bool IsGone(int64_t pid) {
  const absl::Duration end = MonotonicNow() + kSoon;
  while (kill(static_cast<pid_t>(pid), 0) == 0) {
    if (MonotonicNow() > end) return false;
    absl::SleepFor(absl::Milliseconds(1));
  }
  return errno == ESRCH;
}

TEST_P(ProcessTest, WaitsEndAtTheirTimeOrWithTheChild) {
  AnswerPipe pipe;
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

TEST_P(ProcessTest, AProcessWhoseObjectIsGoneLeavesNoZombie) {
  AnswerPipe pipe;
  ProcessOptions options = Options();
  options.descriptors = {pipe.reader.get()};
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(Process("await byte", options).Start(), Succeeds());
  }
  std::vector<int64_t> pids;
  for (const ActiveChild& child : ActiveChildren()) pids.push_back(child.pid());
  EXPECT_EQ(pids.size(), 5u);
  MustSucceed(write(pipe.writer.get(), "xxxxx", 5), "write");
  for (const int64_t pid : pids) EXPECT_TRUE(is_thread() || IsGone(pid));
  const absl::Duration end = MonotonicNow() + kSoon;
  while (!ActiveChildren().empty() && MonotonicNow() < end) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_TRUE(ActiveChildren().empty());
}

TEST_P(ProcessTest, AChildNoticesThatItsParentWasKilled) {
  if (is_thread()) GTEST_SKIP() << "threads end with their process";
  AnswerPipe pipe;
  ProcessOptions options = Options();
  options.args = {PyValue::Str("await parent"), PyValue(false), PyValue(false), PyValue(true),
                  PyValue::Str(GetParam())};
  options.descriptors = {pipe.writer.get()};
  Process parent("start another", options);
  ASSERT_THAT(parent.Start(), Succeeds());
  pipe.writer.reset();
  EXPECT_EQ(pipe.Read("ready "), "ready ");
  EXPECT_FALSE(IsReadable(pipe.reader.get()));
  EXPECT_THAT(parent.Kill(), Succeeds());
  EXPECT_EQ(pipe.Read(), "parent has ended");
  EXPECT_TRUE(*parent.Join(kSoon));
}

TEST_P(ProcessTest, AChildEndsWithItsParentIfItIsToldTo) {
  if (is_thread()) GTEST_SKIP() << "threads end with their process";
  AnswerPipe pipe;
  ProcessOptions options = Options();
  options.args = {PyValue::Str("sleep"), PyValue(false), PyValue(true), PyValue(true),
                  PyValue::Str(GetParam())};
  options.descriptors = {pipe.writer.get()};
  Process parent("start another", options);
  ASSERT_THAT(parent.Start(), Succeeds());
  pipe.writer.reset();
  EXPECT_THAT(parent.Kill(), Succeeds());
  EXPECT_EQ(pipe.Read(), "") << "until the last process that has the end has ended";
  EXPECT_TRUE(*parent.Join(kSoon));
}

TEST_P(ProcessTest, DaemonicChildrenAreTerminatedWhenAProcessEndsAndOthersAreWaitedFor) {
  if (is_thread()) GTEST_SKIP() << "threads end with their process";
  ProcessOptions options = Options();
  options.args = {PyValue::Str("sleep"), PyValue(true), PyValue(false), PyValue(false),
                  PyValue::Str(GetParam())};
  EXPECT_EQ(AnswerOf("start another", options), "");
  options.args = {PyValue::Str("print descriptors"), PyValue(false), PyValue(false), PyValue(false),
                  PyValue::Str(GetParam())};
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

TEST_P(ProcessTest, AForkedChildIsNotTheParent) {
  AnswerPipe pipe;
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

}  // namespace
}  // namespace someos::multiprocessing
