// The terminal, while a shell and other processes have it.

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/api/line_editor.h"
#include "someos/testing/line/conformance/fixture.h"
#include "someos/testing/line/conformance/session.h"
#include "someos/testing/line/typist.h"
#include "someos/testing/pipe.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

// What a shell does with a job that the key, or a signal, stops: takes the terminal, looks at its
// mode, and lets the job go on. The exit status of the shell is that of the job, or a complaint.
int StopAndContinue(Typist& typist, absl::FunctionRef<void()> job_body) {
  const int terminal = typist.terminal();
  const pid_t job = StartJob(terminal, job_body);
  if (!TakeFromStopped(terminal, job)) return 10;
  if (!typist.IsAsBefore()) return 11;
  MustSucceed(write(terminal, "stopped\r\n", 9), "write");
  GiveTo(terminal, job);
  return WaitForEnd(job);
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
  if (!editor().capabilities().hints) GTEST_SKIP() << "no hints, in which the job stops itself";
  const pid_t shell = StartSession(typist_.terminal(), [this] {
    _exit(StopAndContinue(typist_, [this] {
      StopAtText("abc");
      _exit(editor().ReadLine({"> "}).value_or("") == "abcd" ? 0 : 1);
    }));
  });
  ASSERT_TRUE(typist_.AwaitEditor());
  typist_.Type("abc");
  ASSERT_TRUE(SeesTheLineBelowTheShell());
  typist_.Type("d\r");
  EXPECT_EQ(WaitForEnd(shell), 0);
}

// As an event loop does whose wait a signal interrupts: it asks for the timeout again.
std::string ReadInLoop(LineEditor& editor, absl::FunctionRef<void()> after_each) {
  if (!editor.Begin({"> "}).ok()) return "cannot begin";
  for (;;) {
    const absl::Duration timeout = editor.timeout();
    pollfd one = {editor.fileno(), POLLIN, 0};
    const int milliseconds = timeout == absl::InfiniteDuration()
                                 ? -1
                                 : static_cast<int>(absl::ToInt64Milliseconds(timeout));
    const int count = poll(&one, 1, milliseconds);
    const auto line = count > 0 ? editor.OnReadable() : editor.OnTimeout();
    if (!line.ok()) return line.status().ToString();
    if (line->has_value()) return **line;
    after_each();
  }
}

// As `fg` does after `bg`: the job runs already, and no signal tells it that it has the terminal.
// `in_background` is what the job writes to when it has seen that it has not.
int StopAndContinueInBackground(Typist& typist, const Pipe& in_background,
                                absl::FunctionRef<void()> job_body) {
  const int terminal = typist.terminal();
  const pid_t job = StartJob(terminal, job_body);
  if (!TakeFromStopped(terminal, job)) return 10;
  kill(job, SIGCONT);
  pollfd one = {in_background.reader.get(), POLLIN, 0};
  MustSucceed(poll(&one, 1, -1), "poll");
  if (!typist.IsAsBefore()) return 12;
  MustSucceed(write(terminal, "stopped\r\n", 9), "write");
  MustSucceed(tcsetpgrp(terminal, job), "tcsetpgrp");
  return WaitForEnd(job);
}

TEST_P(LineTerminalTest, AStopByTheKeyMayEndInTheBackground) {
  const Pipe in_background;
  const pid_t shell = StartSession(typist_.terminal(), [&] {
    _exit(StopAndContinueInBackground(typist_, in_background, [&] {
      const std::string line = ReadInLoop(editor(), [&] {
        if (editor().line() == "abc") WriteText(in_background.writer.get(), "x");
      });
      _exit(line == "abcd" ? 0 : 1);
    }));
  });
  ASSERT_TRUE(typist_.AwaitEditor());
  typist_.Type("abc\x1a");
  ASSERT_TRUE(SeesTheLineBelowTheShell());
  EXPECT_FALSE(typist_.IsAsBefore());
  typist_.Type("d\r");
  EXPECT_EQ(WaitForEnd(shell), 0);
}

TEST_P(LineTerminalTest, AStopByTheSignalMayEndInTheBackground) {
  const Pipe in_background;
  const pid_t shell = StartSession(typist_.terminal(), [&] {
    _exit(StopAndContinueInBackground(typist_, in_background, [&] {
      int rounds = 0;
      const std::string line = ReadInLoop(editor(), [&] {
        if (editor().line() != "abc") return;
        if (rounds == 0) raise(SIGTSTP);
        if (rounds == 1) WriteText(in_background.writer.get(), "x");
        ++rounds;
      });
      _exit(line == "abcd" ? 0 : 1);
    }));
  });
  ASSERT_TRUE(typist_.AwaitEditor());
  typist_.Type("abc");
  ASSERT_TRUE(SeesTheLineBelowTheShell());
  EXPECT_FALSE(typist_.IsAsBefore());
  typist_.Type("d\r");
  EXPECT_EQ(WaitForEnd(shell), 0);
}

TEST_P(LineTerminalTest, AnEventLoopShowsTheLineAfterAStop) {
  const pid_t shell = StartSession(typist_.terminal(), [this] {
    _exit(StopAndContinue(typist_, [this] {
      bool stopped = false;
      const std::string line = ReadInLoop(editor(), [&] {
        if (editor().line() != "abc" || std::exchange(stopped, true)) return;
        raise(SIGTSTP);
      });
      _exit(line == "abcd" ? 0 : 1);
    }));
  });
  ASSERT_TRUE(typist_.AwaitEditor());
  typist_.Type("abc");
  ASSERT_TRUE(SeesTheLineBelowTheShell());
  typist_.Type("d\r");
  EXPECT_EQ(WaitForEnd(shell), 0);
}

TEST_P(LineTerminalTest, AForkedChildMayDestroyTheEditor) {
  const pid_t job = StartSession(typist_.terminal(), [this] {
    LineEditorOptions options;
    options.input = typist_.terminal();
    options.output = typist_.terminal();
    std::unique_ptr<LineEditor> mine = GetParam()->create(options);
    bool forked = false;
    const std::string line = ReadInLoop(*mine, [&] {
      if (mine->line() != "a" || std::exchange(forked, true)) return;
      const pid_t child = MustSucceed(fork(), "fork");
      if (child == 0) {
        mine.reset();
        _exit(0);
      }
      WaitForEnd(child);
      mine->Print("forked");
    });
    _exit(line == "ab" ? 0 : 1);
  });
  ASSERT_TRUE(typist_.AwaitEditor());
  typist_.Type("a");
  EXPECT_EQ(typist_.See("forked\n> a"), "forked\n> a");
  EXPECT_FALSE(typist_.IsAsBefore());
  EXPECT_EQ(typist_.screen().bracketed_paste(), editor().capabilities().multi_line);
  typist_.Type("b\r");
  EXPECT_EQ(WaitForEnd(job), 0);
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
  EXPECT_EQ(typist_.screen().bracketed_paste(), editor().capabilities().multi_line);
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
  GiveTo(terminal, job);
  return WaitForEnd(job);
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

}  // namespace
}  // namespace someos
