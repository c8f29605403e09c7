// The fork server: its end, by itself and by others, and what then becomes of children and of
// starts.

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#endif

#include <cerrno>
#include <optional>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/backends/process_base/child.h"
#include "someos/backends/process_base/start_method.h"
#include "someos/backends/process_forkserver/forkserver_fixture.h"
#include "someos/backends/process_forkserver/served_child.h"
#include "someos/testing/answer_pipe.h"
#include "someos/testing/doomed_child.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos::multiprocessing::process_forkserver {
namespace {

bool HasNoZombie() {
  siginfo_t ended = {};
  return waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid == 0;
}

// A copy of the server's end of its socket; none where the system gives none.
ScopedFd ServersSocket([[maybe_unused]] pid_t server) {
#if defined(__linux__) && defined(SYS_pidfd_getfd)
  const ScopedFd handle(static_cast<int>(syscall(SYS_pidfd_open, server, 0)));
  return ScopedFd(
      static_cast<int>(syscall(SYS_pidfd_getfd, handle.get(), kFirstChildDescriptor, 0)));
#else
  return ScopedFd();
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

TEST(ForkserverTest, AServerThatEndsBetweenItsForkAndItsAnswerIsAnErrorOfThatStart) {
  ExpectInChild([] {
    MakeTheServerBegin("end after fork");
    EXPECT_THAT(StartChild("0"), FailsWithCode(absl::StatusCode::kUnavailable,
                                               "start a process: the fork server has ended"));
  });
}

TEST(ForkserverTest, AServerThatEndsBeforeItIsAskedIsAnErrorOfThatStart) {
  const pid_t server = ServersNumber();
  const ScopedFd socket = ServersSocket(server);
  if (socket.get() < 0) GTEST_SKIP() << "another process's socket cannot be had";
  MustSucceed(kill(server, SIGSTOP), "kill");
  // Requests are broken pipes from now on, while the server seems to live.
  MustSucceed(shutdown(socket.get(), SHUT_RD), "shutdown");
  EXPECT_THAT(StartChild("0"), FailsWithCode(absl::StatusCode::kUnavailable,
                                             "start a process: the fork server has ended"));
  MustSucceed(kill(server, SIGKILL), "kill");
  EXPECT_TRUE(Becomes([] { return StartChild("0").ok(); }));
}

TEST(ForkserverTest, ACopyOfTheServersSocketDoesNotHideItsEnd) {
  const pid_t server = ServersNumber();
  const ScopedFd copy = ServersSocket(server);
  if (copy.get() < 0) GTEST_SKIP() << "another process's socket cannot be had";
  const absl::StatusOr<StartedChild> child = StartChild("sleep");
  ASSERT_THAT(child, Succeeds());
  MustSucceed(kill(server, SIGKILL), "kill");
  EXPECT_TRUE(Becomes([&] { return !child->child->Signal(0).ok(); }));
  EXPECT_NE(ServersNumber(), server);
  MustSucceed(kill(static_cast<pid_t>(child->child->pid()), SIGKILL), "kill");
  EXPECT_THAT(child->child->Wait(kSoon), FailsWithErrno(ECHILD, "wait for process "));
}

TEST(ForkserverTest, AServerWithoutItsSocketEnds) {
  AnswerPipe pipe;
  ExpectInChild([&] {
    MustSucceed(dup2(pipe.writer.get(), STDERR_FILENO), "dup2");
    MakeTheServerBegin("close socket");
    EXPECT_THAT(StartChild("0"), FailsWithCode(absl::StatusCode::kUnavailable,
                                               "start a process: the fork server has ended"));
  });
  pipe.writer.reset();
  EXPECT_EQ(pipe.Read(), "");
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

}  // namespace
}  // namespace someos::multiprocessing::process_forkserver
