// The fork server: what the tests of all start methods do not see. The program is its own server.

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/backends/process_base/child.h"
#include "someos/backends/process_base/start_method.h"
#include "someos/backends/process_forkserver/forkserver_method.h"
#include "someos/backends/process_forkserver/serve.h"
#include "someos/backends/process_forkserver/served_child.h"
#include "someos/backends/process_forkserver/server.h"
#include "someos/testing/answer_pipe.h"
#include "someos/testing/clocks.h"
#include "someos/testing/doomed_child.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos::multiprocessing::process_forkserver {
namespace {

constexpr absl::Duration kSoon = absl::Seconds(60);

// ---- what children do

// The message is a line; answers go to the first descriptor.
int RunAsChild(const ChildSide& side) {
  std::string line;
  char byte;
  while (read(side.parent, &byte, 1) == 1 && byte != '\n') line += byte;
  std::string answer;
  if (line == "count descriptors") answer = absl::StrCat(OpenDescriptors().size());
  if (line == "name parent's end") answer = absl::StrCat(side.parent);
  if (line == "name parent") answer = absl::StrCat(getppid());
  if (!answer.empty()) {
    MustSucceed(write(side.descriptors.at(0), answer.data(), answer.size()), "write");
  }
  if (line == "await byte") MustSucceed(read(side.descriptors.at(0), &byte, 1), "read");
  if (line == "sleep") {
    while (true) pause();
  }
  int code = 0;
  return absl::SimpleAtoi(line, &code) ? code : 0;
}

absl::StatusOr<StartedChild> StartChild(absl::string_view line, std::vector<int> descriptors = {},
                                        SignalBy signal_by = SignalBy::kPidfd) {
  StartTask task;
  task.program = "self";
  task.message = absl::StrCat(line, "\n");
  task.descriptors = std::move(descriptors);
  return Start(std::move(task), signal_by);
}

// -1000 for anything but an exit code.
int ExitCode(Child& child) {
  const absl::StatusOr<std::optional<int>> code = child.Wait(kSoon);
  EXPECT_THAT(code, Succeeds());
  return code.ok() ? code->value_or(-1000) : -1000;
}

std::string AnswerTo(absl::string_view line) {
  AnswerPipe pipe;
  const absl::StatusOr<StartedChild> started = StartChild(line, {pipe.writer.get()});
  EXPECT_THAT(started, Succeeds());
  pipe.writer.reset();
  std::string answer = pipe.Read();
  if (started.ok()) {
    EXPECT_EQ(ExitCode(*started->child), 0);
  }
  return answer;
}

pid_t ServersNumber() {
  int number = 0;
  EXPECT_TRUE(absl::SimpleAtoi(AnswerTo("name parent"), &number));
  return number;
}

bool IsReadable(int fd) {
  pollfd entry = {fd, POLLIN, 0};
  return poll(&entry, 1, 0) == 1;
}

template <typename Condition>
bool Becomes(Condition condition) {
  const absl::Duration end = MonotonicNow() + kSoon;
  while (!condition()) {
    if (MonotonicNow() > end) return false;
    absl::SleepFor(absl::Milliseconds(1));
  }
  return true;
}

bool HasNoZombie() {
  siginfo_t ended = {};
  return waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid == 0;
}

// ---- tests

TEST(ForkserverTest, TheExitCodeIsToldAndTheSentinelStaysReadable) {
  absl::StatusOr<StartedChild> started = StartChild("7");
  ASSERT_THAT(started, Succeeds());
  Child& child = *started->child;
  EXPECT_EQ(ExitCode(child), 7);
  EXPECT_TRUE(IsReadable(child.sentinel()));
  EXPECT_EQ(ExitCode(child), 7);
  EXPECT_TRUE(IsReadable(child.sentinel()));
  EXPECT_TRUE(Becomes([&] { return kill(static_cast<pid_t>(child.pid()), 0) != 0; }))
      << "the server has not waited for it";
}

TEST(ForkserverTest, SignalsReachAChildByItsHandleAndByTheServer) {
  for (const SignalBy by : {SignalBy::kPidfd, SignalBy::kServer}) {
    for (const int signal : {SIGTERM, SIGINT, SIGKILL}) {
      const absl::StatusOr<StartedChild> started = StartChild("sleep", {}, by);
      ASSERT_THAT(started, Succeeds());
      Child& child = *started->child;
      EXPECT_EQ(*child.Wait(absl::ZeroDuration()), std::nullopt);
      EXPECT_FALSE(IsReadable(child.sentinel()));
      EXPECT_THAT(child.Signal(0), Succeeds());
      EXPECT_THAT(child.Signal(1000), FailsWithErrno(EINVAL, "kill "));
      EXPECT_THAT(child.Signal(signal), Succeeds());
      EXPECT_EQ(ExitCode(child), -signal);
      EXPECT_THAT(child.Signal(signal), Succeeds()) << "of one that has ended";
    }
  }
}

TEST(ForkserverTest, AChildHasNoDescriptorsOfOthersAndNoneOfTheServer) {
  std::vector<StartedChild> others;
  for (int i = 0; i < 3; ++i) others.push_back(*StartChild("sleep"));
  // The standard streams, its parent's end, its server's, and the one that it was given. Where the
  // sentinel of the server is a pipe, its end of that, too.
  const std::string count = AnswerTo("count descriptors");
#ifdef __linux__
  EXPECT_EQ(count, "6");
#else
  EXPECT_EQ(count, "7");
#endif
  for (const StartedChild& other : others) {
    EXPECT_THAT(other.child->Signal(SIGKILL), Succeeds());
    EXPECT_EQ(ExitCode(*other.child), -SIGKILL);
  }
}

TEST(ForkserverTest, DescriptorsAreNoStandardStreamsWhereThoseAreMissing) {
  ExpectInChild([] {
    MustSucceed(close(STDIN_FILENO), "close");
    int number = 0;
    EXPECT_TRUE(absl::SimpleAtoi(AnswerTo("name parent's end"), &number));
    EXPECT_GT(number, STDERR_FILENO);
  });
}

TEST(ForkserverTest, OneServerServesAllAndLeavesNoDescriptorsOpen) {
  const pid_t server = ServersNumber();
  EXPECT_NE(server, getpid());
  const std::set<int> before = OpenDescriptors();
  std::vector<std::thread> threads;
  for (int i = 0; i < 10; ++i) {
    threads.emplace_back([server] { EXPECT_EQ(ServersNumber(), server); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(LeftOpen(before), std::set<int>());
}

TEST(ForkserverTest, AnInterruptOfTheTerminalDoesNotEndTheServer) {
  const pid_t server = ServersNumber();
  MustSucceed(kill(server, SIGINT), "kill");
  EXPECT_EQ(ServersNumber(), server);
}

TEST(ForkserverTest, ADescriptorThatIsNotOpenIsReportedAndTheServerServesOn) {
  const pid_t server = ServersNumber();
  EXPECT_THAT(StartChild("0", {-1}),
              FailsWithErrno(EBADF, "send a request to the fork server: fd -1"));
  EXPECT_EQ(ServersNumber(), server);
}

TEST(ForkserverTest, AServerWithoutDescriptorsSaysSoAndServesOn) {
#ifdef __linux__
  const pid_t server = ServersNumber();
  rlimit before = {};
  MustSucceed(getrlimit(RLIMIT_NOFILE, &before), "getrlimit");
  const rlimit few = {24, before.rlim_max};
  MustSucceed(prlimit(server, RLIMIT_NOFILE, &few, nullptr), "prlimit");
  EXPECT_THAT(StartChild("0", std::vector<int>(30, STDERR_FILENO)),
              FailsWithErrno(EMFILE, "start a process: the fork server"));
  EXPECT_EQ(ServersNumber(), server);
  MustSucceed(prlimit(server, RLIMIT_NOFILE, &before, nullptr), "prlimit");
#else
  GTEST_SKIP() << "another process's limit of descriptors cannot be set";
#endif
}

TEST(ForkserverTest, ChildrenOutliveAServerThatIsKilledAndTheNextStartHasAnother) {
  for (const SignalBy by : {SignalBy::kPidfd, SignalBy::kServer}) {
    AnswerPipe pipe;
    const absl::StatusOr<StartedChild> orphan = StartChild("await byte", {pipe.reader.get()}, by);
    ASSERT_THAT(orphan, Succeeds());
    Child& child = *orphan->child;
    const pid_t server = ServersNumber();
    MustSucceed(kill(server, SIGKILL), "kill");
    EXPECT_TRUE(Becomes([&child] { return !child.Signal(0).ok(); }));
    EXPECT_THAT(child.Signal(SIGTERM), FailsWithCode(absl::StatusCode::kUnavailable, "kill "));
    EXPECT_EQ(*child.Wait(absl::Milliseconds(1)), std::nullopt);
    EXPECT_FALSE(IsReadable(child.sentinel()));
    EXPECT_NE(ServersNumber(), server);
    MustSucceed(write(pipe.writer.get(), "x", 1), "write");
    EXPECT_THAT(child.Wait(kSoon), FailsWithErrno(ECHILD, "wait for process "));
    EXPECT_TRUE(IsReadable(child.sentinel()));
    EXPECT_THAT(child.Signal(SIGTERM), Succeeds()) << "of one that has ended";
  }
  EXPECT_TRUE(Becomes(HasNoZombie));
}

TEST(ForkserverTest, AServerThatIsKilledDuringAStartIsAnErrorOfThatStart) {
  EXPECT_TRUE(Becomes([] {
    const pid_t server = ServersNumber();
    MustSucceed(kill(server, SIGSTOP), "kill");
    absl::Status status;
    std::thread start([&status] { status = StartChild("0").status(); });
    absl::SleepFor(absl::Milliseconds(5));  // most often it waits for the answer by then
    MustSucceed(kill(server, SIGKILL), "kill");
    start.join();
    EXPECT_NE(ServersNumber(), server);
    if (status.ok()) return false;  // it was not: another server has started it
    EXPECT_THAT(status, FailsWithCode(absl::StatusCode::kUnavailable,
                                      "start a process: the fork server has ended"));
    return true;
  }));
}

TEST(ForkserverTest, TheServerEndsWithItsParent) {
  AnswerPipe pipe;
  AnswerPipe ready;
  DoomedChild parent([&] {
    // The server has it as its standard error.
    MustSucceed(dup2(pipe.writer.get(), STDERR_FILENO), "dup2");
    const pid_t server = ServersNumber();
    MustSucceed(write(ready.writer.get(), server > 0 ? "y" : "n", 1), "write");
  });
  pipe.writer.reset();
  EXPECT_EQ(ready.Read("y"), "y");
  EXPECT_FALSE(IsReadable(pipe.reader.get()));
  parent.Kill();
  EXPECT_EQ(pipe.Read(), "");
}

TEST(ForkserverTest, AForkedChildHasAServerOfItsOwn) {
  const pid_t server = ServersNumber();
  const absl::StatusOr<StartedChild> started = StartChild("sleep");
  ASSERT_THAT(started, Succeeds());
  ExpectInChild([&] {
    EXPECT_THAT(started->child->Wait(),
                FailsWithCode(absl::StatusCode::kFailedPrecondition, "wait for process "));
    EXPECT_THAT(started->child->Signal(SIGKILL),
                FailsWithCode(absl::StatusCode::kFailedPrecondition, "signal to process "));
    EXPECT_NE(ServersNumber(), server);
  });
  EXPECT_EQ(ServersNumber(), server);
  EXPECT_THAT(started->child->Signal(SIGKILL), Succeeds());
  EXPECT_EQ(ExitCode(*started->child), -SIGKILL);
}

}  // namespace
}  // namespace someos::multiprocessing::process_forkserver

int main(int argc, char** argv) {
  using someos::multiprocessing::process_forkserver::kServerArgument;
  if (argc > 1 && argv[1] == kServerArgument) {
    const std::optional<someos::multiprocessing::ChildSide> side =
        someos::multiprocessing::process_forkserver::Serve(1);
    return side.has_value() ? someos::multiprocessing::process_forkserver::RunAsChild(*side) : 0;
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
