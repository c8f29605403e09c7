// The program is its own child: with a mode as its first argument it does what a test asks for.

#include "someos/backends/process_spawn/spawn_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#endif

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/backends/process_base/child.h"
#include "someos/backends/process_base/sentinel.h"
#include "someos/backends/process_spawn/file_actions.h"
#include "someos/testing/answer_pipe.h"
#include "someos/testing/clocks.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos::multiprocessing {
namespace {

constexpr absl::Duration kSoon = absl::Seconds(30);

// What a child does by its first argument. The answer goes to its first descriptor.
constexpr absl::string_view kPrintDescriptors = "--print-descriptors";
constexpr absl::string_view kPrintBlocked = "--print-whether-sigterm-is-blocked";
constexpr absl::string_view kChangePlaces = "--start-a-child-whose-descriptors-change-places";
constexpr absl::string_view kSleep = "--sleep";

void Answer(absl::string_view text) {
  MustSucceed(write(kFirstChildDescriptor, text.data(), text.size()), "write");
}

void SetCloseOnExec(int fd) { MustSucceed(fcntl(fd, F_SETFD, FD_CLOEXEC), "fcntl"); }

ProgramOptions Shell(absl::string_view command) {
  ProgramOptions options;
  options.path = "sh";
  options.arguments = {"sh", "-c", std::string(command)};
  return options;
}

ProgramOptions Self(absl::string_view mode) {
  ProgramOptions options;
  options.arguments = {"self", std::string(mode)};
  return options;
}

// -1000 for anything but an exit code.
int ExitCode(Child& child) {
  const absl::StatusOr<std::optional<int>> code = child.Wait(kSoon);
  EXPECT_THAT(code, Succeeds());
  return code.ok() ? code->value_or(-1000) : -1000;
}

int ExitCodeOf(const ProgramOptions& options) {
  const absl::StatusOr<std::unique_ptr<Child>> child = SpawnProgram(options);
  EXPECT_THAT(child, Succeeds());
  return child.ok() ? ExitCode(**child) : -1000;
}

// Gives descriptors to a child whose numbers others are to have there: 3 and 4 exchanged, 5 stays.
int ExitCodeOfChangedPlaces() {
  for (const int number : {3, 4, 5}) {
    int ends[2];
    MustSucceed(pipe(ends), "pipe");
    const std::string text = absl::StrCat(number);
    MustSucceed(write(ends[1], text.data(), 1), "write");
    MustSucceed(dup2(ends[0], number + 20), "dup2");
  }
  for (const int number : {3, 4, 5}) {
    MustSucceed(dup2(number + 20, number), "dup2");
    SetCloseOnExec(number);
  }
  ProgramOptions options = Shell("test \"$(head -c 1 <&3)$(head -c 1 <&4)$(head -c 1 <&5)\" = 435");
  options.descriptors = {4, 3, 5};
  const int code = ExitCodeOf(options);
  return code != 0 || IsCloseOnExec(3) ? code : 100;
}

int RunAsChild(absl::string_view mode) {
  if (mode == kPrintDescriptors) Answer(absl::StrJoin(OpenDescriptors(), " "));
  if (mode == kPrintBlocked) {
    sigset_t blocked;
    sigprocmask(SIG_SETMASK, nullptr, &blocked);
    Answer(sigismember(&blocked, SIGTERM) == 1 ? "blocked" : "free");
  }
  if (mode == kChangePlaces) return ExitCodeOfChangedPlaces();
  if (mode == kSleep) {
    while (true) pause();
  }
  return 0;
}

// What the child writes to the pipe, which is its first descriptor.
std::string AnswerOf(ProgramOptions options) {
  AnswerPipe pipe;
  options.descriptors.insert(options.descriptors.begin(), pipe.writer.get());
  EXPECT_EQ(ExitCodeOf(options), 0);
  pipe.writer.reset();
  return pipe.Read();
}

// The numbers that a child has open which was given `count` descriptors.
std::string Table(int count) {
  const bool has_pipe = process_base::Sentinel::BestKind() == process_base::Sentinel::Kind::kPipe;
  std::vector<int> numbers(kFirstChildDescriptor + count + (has_pipe ? 1 : 0));
  std::iota(numbers.begin(), numbers.end(), 0);
  return absl::StrJoin(numbers, " ");
}

// A descriptor without close-on-exec, as other code may open it while a child is started; where the
// system cannot keep it from the child, it is close-on-exec.
ScopedFd Foreign() {
  ScopedFd foreign(MustSucceed(open("/dev/null", O_RDONLY), "open"));
  if (!process_spawn::kClosesOthers) SetCloseOnExec(foreign.get());
  return foreign;
}

bool IsReadable(int fd) {
  pollfd entry = {fd, POLLIN, 0};
  return poll(&entry, 1, 0) == 1;
}

TEST(SpawnProgramTest, ExitCodesAreThoseOfTheProgramOrNegativeSignals) {
  EXPECT_EQ(ExitCodeOf(Shell("exit 0")), 0);
  EXPECT_EQ(ExitCodeOf(Shell("exit 7")), 7);
  EXPECT_EQ(ExitCodeOf(Shell("exit 255")), 255);
  EXPECT_EQ(ExitCodeOf(Shell("kill -TERM $$")), -SIGTERM);
  EXPECT_EQ(ExitCodeOf(Shell("kill -KILL $$")), -SIGKILL);
}

TEST(SpawnProgramTest, ArgumentsAndEnvironmentArrive) {
  ProgramOptions options = Shell("test \"$1\" = 'a b' && test \"$SOMEOS_TEST\" = ' x='");
  options.arguments.push_back("name");
  options.arguments.push_back("a b");
  options.environment = std::vector<std::string>{"SOMEOS_TEST= x="};
  EXPECT_EQ(ExitCodeOf(options), 0);

  MustSucceed(setenv("SOMEOS_TEST", "inherited", 1), "setenv");
  EXPECT_EQ(ExitCodeOf(Shell("test \"$SOMEOS_TEST\" = inherited")), 0);
  ProgramOptions empty = Shell("test -z \"$SOMEOS_TEST\"");
  empty.environment.emplace();
  EXPECT_EQ(ExitCodeOf(empty), 0);
}

TEST(SpawnProgramTest, WithoutAPathItIsThisProgram) {
  EXPECT_EQ(AnswerOf(Self(kPrintDescriptors)), Table(1));
}

TEST(SpawnProgramTest, TheChildHasTheListedDescriptorsInOrderAndNoOthers) {
  const ScopedFd foreign = Foreign();
  const AnswerPipe first;
  const AnswerPipe second;
  MustSucceed(write(first.writer.get(), "first", 5), "write");
  MustSucceed(write(second.writer.get(), "second", 6), "write");
  ProgramOptions options = Self(kPrintDescriptors);
  options.descriptors = {second.reader.get(), first.reader.get(), second.reader.get()};
  EXPECT_EQ(AnswerOf(options), Table(4));

  ProgramOptions reads = Shell("test \"$(head -c 6 <&3)$(head -c 5 <&4)\" = secondfirst");
  reads.descriptors = {second.reader.get(), first.reader.get()};
  EXPECT_EQ(ExitCodeOf(reads), 0);
}

TEST(SpawnProgramTest, DescriptorsMayChangePlaces) {
  EXPECT_EQ(ExitCodeOf(Self(kChangePlaces)), 0);
}

TEST(SpawnProgramTest, TwentyThreadsStartChildrenAndNoneHasADescriptorOfAnother) {
  const ScopedFd foreign = Foreign();
  std::vector<std::string> answers(20);
  std::vector<std::thread> threads;
  for (std::string& answer : answers) {
    threads.emplace_back([&answer] {
      for (int i = 0; i < 5; ++i) answer = AnswerOf(Self(kPrintDescriptors));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& answer : answers) EXPECT_EQ(answer, Table(1));
}

TEST(SpawnProgramTest, FailuresNameTheProgramAndLeaveNothing) {
  const std::set<int> before = OpenDescriptors();
  ProgramOptions missing;
  missing.path = "/nowhere/someos";
  EXPECT_THAT(SpawnProgram(missing), FailsWithErrno(ENOENT, "spawn /nowhere/someos"));
  ProgramOptions closed = Shell("exit 0");
  closed.descriptors = {900};
  EXPECT_THAT(SpawnProgram(closed), FailsWithErrno(EBADF, "spawn sh"));
  closed.descriptors = {-1};
  EXPECT_THAT(SpawnProgram(closed), FailsWithErrno(EBADF, "spawn sh"));
  ProgramOptions cut = Shell("exit 0");
  cut.arguments.push_back(std::string("a\0b", 3));
  EXPECT_THAT(SpawnProgram(cut), FailsWithCode(absl::StatusCode::kInvalidArgument,
                                               "spawn: embedded null byte in arguments"));
  EXPECT_EQ(LeftOpen(before), std::set<int>());
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(SpawnProgramTest, TheChildBeginsWithAnEmptySignalMask) {
  sigset_t terminate;
  sigemptyset(&terminate);
  sigaddset(&terminate, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &terminate, nullptr);
  EXPECT_EQ(AnswerOf(Self(kPrintBlocked)), "free");
  pthread_sigmask(SIG_UNBLOCK, &terminate, nullptr);
}

TEST(SpawnProgramTest, TheSentinelIsReadableOnceTheChildHasEnded) {
  absl::StatusOr<std::unique_ptr<Child>> child = SpawnProgram(Self(kSleep));
  ASSERT_THAT(child, Succeeds());
  EXPECT_TRUE(IsCloseOnExec((*child)->sentinel()));
  EXPECT_FALSE(IsReadable((*child)->sentinel()));
  EXPECT_THAT((*child)->Signal(SIGKILL), Succeeds());
  pollfd entry = {(*child)->sentinel(), POLLIN, 0};
  EXPECT_EQ(poll(&entry, 1, 30'000), 1);
  EXPECT_EQ(ExitCode(**child), -SIGKILL);
  EXPECT_TRUE(IsReadable((*child)->sentinel()));
}

TEST(SpawnProgramTest, WaitsEndAtTheirDeadlineAndWithTheChildInAllThreads) {
  absl::StatusOr<std::unique_ptr<Child>> child = SpawnProgram(Self(kSleep));
  ASSERT_THAT(child, Succeeds());
  EXPECT_EQ(*(*child)->Wait(absl::ZeroDuration()), std::nullopt);
  const absl::Duration begin = MonotonicNow();
  EXPECT_EQ(*(*child)->Wait(absl::Milliseconds(20)), std::nullopt);
  EXPECT_GE(MonotonicNow() - begin, absl::Milliseconds(20));

  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&child] { EXPECT_EQ(ExitCode(**child), -SIGTERM); });
  }
  EXPECT_THAT((*child)->Signal(SIGTERM), Succeeds());
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT((*child)->Signal(SIGTERM), Succeeds()) << "of a child that has ended";
}

TEST(SpawnProgramTest, SignalsReportWhatTheSystemRefuses) {
  absl::StatusOr<std::unique_ptr<Child>> child = SpawnProgram(Self(kSleep));
  ASSERT_THAT(child, Succeeds());
  EXPECT_THAT((*child)->Signal(12345), FailsWithErrno(EINVAL, "kill "));
  EXPECT_THAT((*child)->Signal(SIGKILL), Succeeds());
  EXPECT_EQ(ExitCode(**child), -SIGKILL);
}

// The child of a clone3(2) that asks for this number, which must be free. It does nothing. -1 with
// errno where that cannot be asked for; in general it takes the right to restore processes.
pid_t StartWithNumber([[maybe_unused]] pid_t number) {
#if defined(__linux__) && defined(SYS_clone3)
  // flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size
  const uint64_t arguments[] = {0, 0, 0, 0, SIGCHLD, 0, 0, 0, reinterpret_cast<uintptr_t>(&number),
                                1};
  const auto pid = static_cast<pid_t>(syscall(SYS_clone3, arguments, sizeof(arguments)));
  while (pid == 0) pause();
  return pid;
#else
  errno = ENOSYS;
  return -1;
#endif
}

TEST(SpawnProgramTest, NoSignalReachesWhoGotTheNumberOfAChildThatTheProgramHasWaitedFor) {
  if (process_base::Sentinel::BestKind() != process_base::Sentinel::Kind::kPidfd) {
    GTEST_SKIP() << "no pidfd here";
  }
  absl::StatusOr<std::unique_ptr<Child>> child = SpawnProgram(Self(kSleep));
  ASSERT_THAT(child, Succeeds());
  const auto number = static_cast<pid_t>((*child)->pid());
  MustSucceed(kill(number, SIGKILL), "kill");
  MustSucceed(waitpid(number, nullptr, 0), "waitpid");
  const pid_t other = StartWithNumber(number);
  if (other < 0) GTEST_SKIP() << "no process is given a number of one's choice here";
  EXPECT_THAT((*child)->Signal(SIGKILL), Succeeds());
  MustSucceed(kill(other, SIGTERM), "kill");
  int status = 0;
  MustSucceed(waitpid(other, &status, 0), "waitpid");
  EXPECT_EQ(WTERMSIG(status), SIGTERM) << "what it was sent first";
  EXPECT_THAT((*child)->Wait(kSoon), FailsWithErrno(ECHILD, "waitpid"));
}

// Waits until this process has no children: WNOWAIT leaves zombies to whom they belong to.
bool AllChildrenAreGone() {
  const absl::Duration end = MonotonicNow() + kSoon;
  siginfo_t info;
  while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
    if (MonotonicNow() > end) return false;
    absl::SleepFor(absl::Milliseconds(1));
  }
  return errno == ECHILD;
}

TEST(SpawnProgramTest, AChildWhoseHandleIsGoneLeavesNoZombie) {
  const std::set<int> before = OpenDescriptors();
  const AnswerPipe pipe;
  for (int i = 0; i < 20; ++i) {
    ProgramOptions options = Shell("head -c 1 <&3 >/dev/null");
    options.descriptors = {pipe.reader.get()};
    ASSERT_THAT(SpawnProgram(options), Succeeds());
  }
  const std::string end(20, 'x');
  MustSucceed(write(pipe.writer.get(), end.data(), end.size()), "write");
  EXPECT_TRUE(AllChildrenAreGone());
}

TEST(SpawnProgramTest, AnExitCodeThatTheProgramHasTakenIsReportedAsLost) {
  ExpectInChild([] {
    signal(SIGCHLD, SIG_IGN);
    absl::StatusOr<std::unique_ptr<Child>> child = SpawnProgram(Self(kSleep));
    ASSERT_THAT(child, Succeeds());
    ASSERT_THAT((*child)->Signal(SIGKILL), Succeeds());
    EXPECT_THAT((*child)->Wait(kSoon), FailsWithErrno(ECHILD, "waitpid"));
    EXPECT_THAT((*child)->Wait(kSoon), FailsWithErrno(ECHILD, "waitpid"));
    EXPECT_THAT((*child)->Signal(SIGKILL), Succeeds());
  });
}

TEST(SpawnProgramTest, AForkedChildMayNeitherWaitNorKill) {
  absl::StatusOr<std::unique_ptr<Child>> child = SpawnProgram(Self(kSleep));
  ASSERT_THAT(child, Succeeds());
  ExpectInChild([&child] {
    const std::string why =
        absl::StrCat((*child)->pid(), ": it is a child of the process before the fork");
    EXPECT_THAT((*child)->Wait(kSoon), FailsWithCode(absl::StatusCode::kFailedPrecondition,
                                                     absl::StrCat("wait for process ", why)));
    EXPECT_THAT((*child)->Signal(SIGKILL), FailsWithCode(absl::StatusCode::kFailedPrecondition,
                                                         absl::StrCat("signal to process ", why)));
    child->reset();
  });
  EXPECT_EQ(*(*child)->Wait(absl::ZeroDuration()), std::nullopt);
  EXPECT_THAT((*child)->Signal(SIGKILL), Succeeds());
  EXPECT_EQ(ExitCode(**child), -SIGKILL);
}

}  // namespace
}  // namespace someos::multiprocessing

int main(int argc, char** argv) {
  if (argc == 2 && absl::string_view(argv[0]) == "self") {
    return someos::multiprocessing::RunAsChild(argv[1]);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
