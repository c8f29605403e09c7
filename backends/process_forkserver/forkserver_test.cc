// The fork server: what the tests of all start methods do not see. The program is its own server.

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/backends/process_base/child.h"
#include "someos/backends/process_base/start_method.h"
#include "someos/backends/process_forkserver/forkserver_fixture.h"
#include "someos/backends/process_forkserver/serve.h"
#include "someos/backends/process_forkserver/served_child.h"
#include "someos/backends/process_forkserver/server.h"
#include "someos/testing/answer_pipe.h"
#include "someos/testing/doomed_child.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos::multiprocessing::process_forkserver {
namespace {

// ---- what servers and children do

void EndAtOnce() { _exit(0); }

// What main() does in a server, by the environment.
void BeforeServing() {
  const char* const how = std::getenv(kBeforeServing);
  const absl::string_view what = how == nullptr ? "" : how;
  if (what == "print") std::printf("printed;");
  if (what == "close socket") MustSucceed(close(kFirstChildDescriptor), "close");
  if (what == "end after fork") pthread_atfork(nullptr, EndAtOnce, nullptr);
  if (what == "block SIGUSR1") {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, nullptr);
  }
}

std::string BlockedSignals() {
  sigset_t set;
  sigprocmask(SIG_BLOCK, nullptr, &set);
  std::string text;
  for (const int signal : {SIGINT, SIGCHLD, SIGTERM, SIGUSR1}) {
    if (sigismember(&set, signal) == 1) absl::StrAppend(&text, signal, ";");
  }
  return text;
}

// The message is a line; answers go to the first descriptor.
int RunAsChild(const ChildSide& side) {
  std::string line;
  char byte;
  while (read(side.parent, &byte, 1) == 1 && byte != '\n') line += byte;
  std::string answer;
  if (line == "count descriptors") answer = absl::StrCat(OpenDescriptors().size());
  if (line == "name parent's end") answer = absl::StrCat(side.parent);
  if (line == "name parent") answer = absl::StrCat(getppid());
  if (line == "name blocked signals") answer = BlockedSignals();
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

// Takes pidfd_send_signal(2) from this thread, as a sandbox may. False where that is not possible.
bool RefuseSignalsByHandle() {
#if defined(__linux__) && defined(SYS_pidfd_send_signal)
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_send_signal, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program = {std::size(code), code};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
#else
  return false;
#endif
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

TEST(ForkserverTest, SignalsGoByTheServerWhereASandboxRefusesThemByHandle) {
  const absl::StatusOr<StartedChild> started = StartChild("sleep");
  ASSERT_THAT(started, Succeeds());
  bool refused = false;
  std::thread sandbox([&] {
    refused = RefuseSignalsByHandle();
    EXPECT_THAT(started->child->Signal(SIGTERM), Succeeds());
  });
  sandbox.join();
  EXPECT_EQ(ExitCode(*started->child), -SIGTERM);
  if (!refused) GTEST_SKIP() << "a thread cannot be kept from one system call here";
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
    // The status socket comes first, and then what the answer is about.
    MustSucceed(close(STDIN_FILENO), "close");
    MustSucceed(close(STDOUT_FILENO), "close");
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

TEST(ForkserverTest, WhatIsPrintedBeforeServingIsPrintedOnce) {
  AnswerPipe pipe;
  AnswerPipe ready;
  DoomedChild parent([&] {
    MustSucceed(dup2(pipe.writer.get(), STDOUT_FILENO), "dup2");
    MakeTheServerBegin("print");
    (void)ServersNumber();
    (void)ServersNumber();
    MustSucceed(write(ready.writer.get(), "y", 1), "write");
  });
  pipe.writer.reset();
  EXPECT_EQ(ready.Read("y"), "y");
  parent.Kill();
  EXPECT_EQ(pipe.Read(), "printed;");
}

TEST(ForkserverTest, SignalsThatMainHasBlockedStayBlocked) {
  ExpectInChild([] {
    MakeTheServerBegin("block SIGUSR1");
    const pid_t server = ServersNumber();
    MustSucceed(kill(server, SIGUSR1), "kill");
    EXPECT_EQ(ServersNumber(), server);
    EXPECT_EQ(AnswerTo("name blocked signals"), absl::StrCat(SIGUSR1, ";"));
  });
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
    someos::multiprocessing::process_forkserver::BeforeServing();
    const std::optional<someos::multiprocessing::ChildSide> side =
        someos::multiprocessing::process_forkserver::Serve(1);
    return side.has_value() ? someos::multiprocessing::process_forkserver::RunAsChild(*side) : 0;
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
