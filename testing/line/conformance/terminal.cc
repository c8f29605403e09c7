// The terminal, whatever happens.

#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/api/line_editor.h"
#include "someos/testing/line/conformance/fixture.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

// A child that has the terminal as its own, as a login shell has, and runs `body`.
pid_t StartSession(int terminal, absl::FunctionRef<void()> body) {
  const pid_t child = MustSucceed(fork(), "fork");
  if (child != 0) return child;
  alarm(60);
  MustSucceed(setsid(), "setsid");
  MustSucceed(ioctl(terminal, TIOCSCTTY, 0), "TIOCSCTTY");
  body();
  _exit(0);
}

// A child of such a shell, which has the terminal as a job in the foreground, and runs `body`.
pid_t StartJob(int terminal, absl::FunctionRef<void()> body) {
  const pid_t job = MustSucceed(fork(), "fork");
  if (job != 0) return job;
  alarm(60);
  signal(SIGTTOU, SIG_IGN);
  MustSucceed(setpgid(0, 0), "setpgid");
  MustSucceed(tcsetpgrp(terminal, getpid()), "tcsetpgrp");
  signal(SIGTTOU, SIG_DFL);
  body();
  _exit(0);
}

// The exit status of the child, or 1000 and the signal that has ended it.
int WaitForEnd(pid_t child) {
  int status = 0;
  MustSucceed(waitpid(child, &status, 0), "waitpid");
  return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

TEST_P(LineTerminalTest, IsAsBeforeAfterALine) {
  EXPECT_TRUE(typist_.IsAsBefore());
  typist_.Start();
  EXPECT_EQ(typist_.See(">"), ">");
  EXPECT_FALSE(typist_.IsAsBefore());
  typist_.Type("\r");
  EXPECT_THAT(typist_.Line(), Succeeds());
  EXPECT_TRUE(typist_.IsAsBefore());
}

TEST_P(LineTerminalTest, TheKeyForTheEndOfTheInput) {
  typist_.Start();
  EXPECT_EQ(typist_.See(">"), ">");
  typist_.Type("\x04");
  EXPECT_THAT(typist_.Line(), FailsWithCode(absl::StatusCode::kOutOfRange, "read line"));
  EXPECT_TRUE(typist_.IsAsBefore());
}

TEST_P(LineTerminalTest, TheKeyForInterrupts) {
  typist_.Start();
  EXPECT_EQ(typist_.See(">"), ">");
  typist_.Type("abc\x03");
  EXPECT_THAT(typist_.Line(), FailsWithCode(absl::StatusCode::kCancelled, "read line"));
  EXPECT_TRUE(typist_.IsAsBefore());
  EXPECT_TRUE(editor().history().empty());
}

TEST_P(LineTerminalTest, ATerminalThatIsGoneIsTheEndOfTheInput) {
  typist_.Start();
  typist_.Type("abc");
  EXPECT_EQ(typist_.See("> abc"), "> abc");
  typist_.HangUp();
  EXPECT_FALSE(editor().ReadLine({"> "}).ok());
}

TEST_P(LineTerminalTest, AnotherSizeIsNoticedAtOnce) {
  const std::string text(30, 'x');
  const pid_t job = StartSession(typist_.terminal(), [this] {
    _exit(editor().ReadLine({"> "}).value_or("") == std::string(30, 'x') ? 0 : 1);
  });
  ASSERT_TRUE(typist_.AwaitEditor());
  typist_.Type(text);
  EXPECT_EQ(typist_.See("> " + text), "> " + text);
  typist_.Resize(20, 10);
  const std::string rows = "> " + std::string(18, 'x') + "\n" + std::string(12, 'x');
  EXPECT_EQ(typist_.See(rows), rows);
  // A key is drawn for the new size.
  typist_.Type("\x01\x05\r");
  EXPECT_EQ(WaitForEnd(job), 0);
}

TEST_P(LineTerminalTest, IsGivenBackBySignalsThatEndTheProgram) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) {
    const pid_t job = StartSession(typist_.terminal(), [this] {
      const absl::StatusOr<std::string> line = editor().ReadLine({"> "});
    });
    ASSERT_TRUE(typist_.AwaitEditor());
    kill(job, signal);
    EXPECT_EQ(WaitForEnd(job), 1000 + signal);
    EXPECT_TRUE(typist_.IsAsBefore()) << signal;
    typist_.Look();
    EXPECT_FALSE(typist_.screen().bracketed_paste());
  }
}

TEST_P(LineTerminalTest, IsGivenBackByExit) {
  const pid_t job = StartSession(typist_.terminal(), [this] {
    editor().SetPreInputHook([] { exit(3); });
    const absl::StatusOr<std::string> line = editor().ReadLine({"> "});
  });
  EXPECT_EQ(WaitForEnd(job), 3);
  EXPECT_TRUE(typist_.IsAsBefore());
}

// What a shell does with a job that the key, or a signal, stops: takes the terminal, looks at its
// mode, and lets the job go on. The exit status of the shell is that of the job, or a complaint.
int StopAndContinue(Typist& typist, absl::FunctionRef<void()> job_body) {
  const int terminal = typist.terminal();
  const pid_t job = StartJob(terminal, job_body);
  int status = 0;
  MustSucceed(waitpid(job, &status, WUNTRACED), "waitpid");
  if (!WIFSTOPPED(status)) return 10;
  signal(SIGTTOU, SIG_IGN);
  MustSucceed(tcsetpgrp(terminal, getpid()), "tcsetpgrp");
  if (!typist.IsAsBefore()) return 11;
  MustSucceed(write(terminal, "stopped\r\n", 9), "write");
  MustSucceed(tcsetpgrp(terminal, job), "tcsetpgrp");
  kill(job, SIGCONT);
  MustSucceed(waitpid(job, &status, 0), "waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 12;
}

TEST_P(LineTerminalTest, TheKeyThatStopsGivesItBack) {
  const pid_t shell = StartSession(typist_.terminal(), [this] {
    _exit(StopAndContinue(
        typist_, [this] { _exit(editor().ReadLine({"> "}).value_or("") == "abcd" ? 0 : 1); }));
  });
  ASSERT_TRUE(typist_.AwaitEditor());
  typist_.Type("abc");
  EXPECT_EQ(typist_.See("> abc"), "> abc");
  typist_.Type("\x1a");
  EXPECT_EQ(typist_.See("> abc\nstopped\n> abc"), "> abc\nstopped\n> abc");
  typist_.Type("d\r");
  EXPECT_EQ(WaitForEnd(shell), 0);
}

TEST_P(LineTerminalTest, TheSignalThatStopsGivesItBack) {
  const pid_t shell = StartSession(typist_.terminal(), [this] {
    _exit(StopAndContinue(typist_, [this] {
      editor().SetHinter([stops = 0](absl::string_view line) mutable -> std::string {
        if (line == "abc" && stops++ == 0) raise(SIGTSTP);
        return "";
      });
      _exit(editor().ReadLine({"> "}).value_or("") == "abcd" ? 0 : 1);
    }));
  });
  ASSERT_TRUE(typist_.AwaitEditor());
  typist_.Type("abc");
  ASSERT_TRUE(typist_.SeeThat([&] {
    const std::string text = typist_.screen().Text();
    return absl::StrContains(text, "stopped") && absl::EndsWith(text, "> abc");
  }));
  typist_.Type("d\r");
  EXPECT_EQ(WaitForEnd(shell), 0);
}

TEST_P(LineTerminalTest, AForkedChildLeavesItAlone) {
  const pid_t job = StartSession(typist_.terminal(), [this] {
    editor().SetPreInputHook([] {
      for (const bool exits : {true, false}) {
        const pid_t child = MustSucceed(fork(), "fork");
        if (child == 0 && exits) exit(0);
        if (child == 0) raise(SIGTERM);
        WaitForEnd(child);
      }
    });
    _exit(editor().ReadLine({"> "}).value_or("") == "typed" ? 0 : 1);
  });
  EXPECT_EQ(typist_.See(">"), ">");
  EXPECT_FALSE(typist_.IsAsBefore());
  EXPECT_TRUE(typist_.screen().bracketed_paste());
  typist_.Type("typed\r");
  EXPECT_EQ(WaitForEnd(job), 0);
}

// A shell that edits a line itself while it has a job in the background, and gives the terminal to
// that job later. Returns as StopAndContinue.
int StartInBackground(Typist& typist, absl::FunctionRef<void()> job_body) {
  const int terminal = typist.terminal();
  termios cooked = {};
  MustSucceed(tcgetattr(terminal, &cooked), "tcgetattr");
  termios own = cooked;
  own.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  MustSucceed(tcsetattr(terminal, TCSANOW, &own), "tcsetattr");
  const pid_t job = MustSucceed(fork(), "fork");
  if (job == 0) {
    alarm(60);
    MustSucceed(setpgid(0, 0), "setpgid");
    job_body();
    _exit(0);
  }
  int status = 0;
  MustSucceed(waitpid(job, &status, WUNTRACED), "waitpid");
  if (!WIFSTOPPED(status)) return 10;
  MustSucceed(tcsetattr(terminal, TCSANOW, &cooked), "tcsetattr");
  MustSucceed(tcsetpgrp(terminal, job), "tcsetpgrp");
  kill(job, SIGCONT);
  MustSucceed(waitpid(job, &status, 0), "waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 12;
}

TEST_P(LineTerminalTest, AJobInTheBackgroundDoesNotTakeTheShellsModeForItsOwn) {
  const pid_t shell = StartSession(typist_.terminal(), [this] {
    _exit(StartInBackground(typist_, [this] {
      _exit(editor().ReadLine({"> "}).value_or("") == "abc" && typist_.IsAsBefore() ? 0 : 1);
    }));
  });
  EXPECT_EQ(typist_.See(">"), ">");
  typist_.Type("abc\r");
  EXPECT_EQ(WaitForEnd(shell), 0);
}

TEST_P(LineTerminalTest, SignalsOfTheProgramAreLeftAlone) {
  struct sigaction before = {};
  sigaction(SIGTERM, nullptr, &before);
  typist_.Start();
  EXPECT_EQ(typist_.See(">"), ">");
  typist_.Type("\r");
  EXPECT_THAT(typist_.Line(), Succeeds());
  struct sigaction after = {};
  sigaction(SIGTERM, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
}

}  // namespace
}  // namespace someos
