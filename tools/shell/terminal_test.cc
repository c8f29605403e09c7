// The shell as a person meets it at a terminal, and the program's exit status.

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/select.h"
#include "someos/testing/clocks.h"
#include "someos/testing/pseudo_terminal.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/shell_command.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"
#include "someos/testing/vt100_screen.h"

namespace someos::shell {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int kWidth = 60;
constexpr int kHeight = 12;
constexpr absl::Duration kPatience = absl::Seconds(30);

// A running shell whose terminal is a pseudo-terminal, which it controls.
class ShellAtTerminal {
 public:
  // `poller`: the name of a linked backend; empty: the default.
  explicit ShellAtTerminal(const std::string& history, absl::string_view poller = "") {
    if (!terminal_.valid()) return;
    terminal_.MakeCooked();
    terminal_.Resize(kWidth, kHeight);
    pid_ = MustSucceed(fork(), "fork");
    if (pid_ == 0) Execute(history, std::string(poller));
  }
  ~ShellAtTerminal() {
    if (pid_ > 0) kill(pid_, SIGKILL), waitpid(pid_, nullptr, 0);
  }

  bool valid() const { return terminal_.valid(); }

  void Type(absl::string_view keys) { WriteText(terminal_.controller.get(), keys); }

  // Looks until the screen shows `rows`, and returns what it shows then, or after kPatience.
  std::string See(absl::string_view rows) {
    LookUntil([&] { return screen_.Text() == rows; });
    return screen_.Text();
  }
  // The same for a part of it.
  std::string SeePart(absl::string_view part) {
    LookUntil([&] { return absl::StrContains(screen_.Text(), part); });
    return screen_.Text();
  }

  void Resize(int width, int height) {
    screen_.Resize(width, height);
    terminal_.Resize(width, height);
  }
  int cursor_column() const { return screen_.cursor_column(); }

  // The exit status; -1 if a signal has ended it.
  int End() {
    LookUntil([&] { return waitpid(pid_, &status_, WNOHANG) == pid_; });
    pid_ = 0;
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : -1;
  }

 private:
  void Execute(const std::string& history, const std::string& poller) const {
    setsid();
    ioctl(terminal_.terminal.get(), TIOCSCTTY, 0);
    fcntl(terminal_.terminal.get(), F_SETFL, 0);
    for (int fd = 0; fd < 3; ++fd) dup2(terminal_.terminal.get(), fd);
    setenv("TERM", "xterm", 1);
    setenv("INPUTRC", "/dev/null", 1);
    if (!poller.empty()) setenv(kPollerVariable, poller.c_str(), 1);
    const std::string argument = absl::StrCat("--history=", history);
    execl(getenv("SHELL_PROGRAM"), "shell", argument.c_str(), nullptr);
    _exit(127);
  }

  void LookUntil(absl::FunctionRef<bool()> condition) {
    const absl::Duration end = MonotonicNow() + kPatience;
    for (;;) {
      screen_.Write(ReadAvailable(terminal_.controller.get()));
      if (condition() || MonotonicNow() > end) return;
      pollfd ready = {terminal_.controller.get(), POLLIN, 0};
      MustSucceed(poll(&ready, 1, 20), "poll");
    }
  }

  PseudoTerminal terminal_;
  Vt100Screen screen_{kWidth, kHeight};
  pid_t pid_ = 0;
  int status_ = 0;
};

// connect(2) or bind(2), with the address that `path` is.
template <typename Call>
ScopedFd SocketAt(const std::string& path, Call call) {
  ScopedFd fd(MustSucceed(socket(AF_UNIX, SOCK_STREAM, 0), "socket"));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  MustSucceed(call(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), path.c_str());
  return fd;
}

ScopedFd ConnectTo(const std::string& path) { return SocketAt(path, connect); }

ScopedFd ListenAt(const std::string& path) {
  ScopedFd listener = SocketAt(path, bind);
  MustSucceed(listen(listener.get(), 1), "listen");
  return listener;
}

class TerminalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!shell_.valid()) GTEST_SKIP() << "This machine gives out no pseudo-terminals.";
    ASSERT_EQ(shell_.See("someos>"), "someos>");
  }
  ~TerminalTest() override {
    unlink(history_.c_str());
    unlink(socket_.c_str());
    unlink(silent_.c_str());
  }

  const std::string history_ = absl::StrCat(::testing::TempDir(), "/history.", getpid());
  // Short enough for the address of a socket, wherever the test runs.
  const std::string socket_ = absl::StrCat("/tmp/someos_shell_test.", getpid());
  const std::string silent_ = absl::StrCat(socket_, ".silent");
  ShellAtTerminal shell_{history_};
};

TEST_F(TerminalTest, AnEventAppearsAboveTheHalfTypedLine) {
  shell_.Type(absl::StrCat("listen l unix:", socket_, "\r", "poller p\r", "watch p l readable\r",
                           "print half"));
  const std::string before = absl::StrCat("someos> listen l unix:", socket_, "\n",
                                          "someos> poller p\n", "someos> watch p l readable\n");
  EXPECT_EQ(shell_.See(before + "someos> print half"), before + "someos> print half");
  const ScopedFd client = ConnectTo(socket_);
  const std::string after = before + "p: l readable\nsomeos> print half";
  EXPECT_EQ(shell_.See(after), after);
  EXPECT_EQ(shell_.cursor_column(), 18);
  shell_.Type(" and half\r");
  const std::string end = after + " and half\nhalf and half\nsomeos>";
  EXPECT_EQ(shell_.See(end), end);
}

TEST_F(TerminalTest, AnEventAppearsThoughAKeyCameWithIt) {
  const ScopedFd silent = ListenAt(silent_);
  for (const Backend* const backend : LinkedBackends()) {
    ShellAtTerminal shell(history_, backend->name);
    ASSERT_EQ(shell.See("someos>"), "someos>");
    shell.Type(absl::StrCat("listen l unix:", socket_, "\r", "poller p\r", "watch p l readable\r",
                            "connection c unix:", silent_, " key\r"));
    // The shell waits for the other side to begin: it sees neither the event nor the key.
    ScopedFd other(MustSucceed(accept(silent.get(), nullptr, nullptr), "accept"));
    const ScopedFd client = ConnectTo(socket_);
    shell.Type("x");
    EXPECT_THAT(shell.SeePart("\nx"), EndsWith("\nx")) << backend->name;
    other.reset();
    const std::string both = "\np: l readable\nsomeos> x";
    EXPECT_THAT(shell.SeePart(both), EndsWith(both)) << backend->name;
    unlink(socket_.c_str());
  }
}

TEST_F(TerminalTest, TabCompletesCommandsObjectsAndWords) {
  shell_.Type("pip\treader writer\r");
  shell_.Type(
      "pol\t\x15"
      "poller p\r");
  shell_.Type("watch p rea\treada\ton\t\r");
  const std::string shown = shell_.SeePart("one-shot\nsomeos>");
  EXPECT_EQ(shown,
            "someos> pipe reader writer\n"
            "someos> poller p\n"
            "someos> watch p reader readable one-shot\n"
            "someos>");
}

TEST_F(TerminalTest, AnErrorIsShownAndTheShellGoesOn) {
  shell_.Type("read x\rfrobnicate\rexit 3\r");
  EXPECT_EQ(shell_.End(), 3);
  const std::string shown =
      "someos> read x\n"
      "error: there is no \"x\"\n"
      "someos> frobnicate\n"
      "error: there is no command \"frobnicate\"; see help\n"
      "someos> exit 3";
  EXPECT_EQ(shell_.See(shown), shown);
}

TEST_F(TerminalTest, AnotherSizeOfTheTerminalIsNoticedAtOnce) {
  const std::string typed(70, 'x');
  shell_.Type("print " + typed);
  const std::string wide =
      absl::StrCat("someos> print ", std::string(46, 'x'), "\n", std::string(24, 'x'));
  ASSERT_EQ(shell_.See(wide), wide);
  shell_.Resize(100, kHeight);
  const std::string wider = absl::StrCat("someos> print ", typed);
  EXPECT_EQ(shell_.See(wider), wider);
}

TEST_F(TerminalTest, ControlCBeginsAnotherLineAndControlDEnds) {
  shell_.Type("print a\x03");
  EXPECT_THAT(shell_.SeePart("\nsomeos>"), EndsWith("\nsomeos>"));
  shell_.Type("\x04");
  EXPECT_EQ(shell_.End(), 0);
}

TEST_F(TerminalTest, LinesAreKeptForTheNextSession) {
  shell_.Type("print kept\r");
  EXPECT_THAT(shell_.SeePart("\nkept\nsomeos>"), HasSubstr("\nkept\nsomeos>"));
  shell_.Type("exit\r");
  ASSERT_EQ(shell_.End(), 0);
  ShellAtTerminal next(history_);
  ASSERT_EQ(next.See("someos>"), "someos>");
  next.Type("\x10\x10");  // two lines back
  EXPECT_EQ(next.See("someos> print kept"), "someos> print kept");
}

// What a command line does, with its standard error behind its output.
CommandResult RunProgram(absl::string_view input, absl::string_view arguments) {
  return RunShellCommand(
      absl::StrCat("printf '", input, "' | \"$SHELL_PROGRAM\" ", arguments, " 2>&1"));
}

TEST(ShellMainTest, AScriptIsReadFromStandardInput) {
  const CommandResult good = RunProgram("print a\\n", "");
  EXPECT_EQ(good.output, "a\n");
  EXPECT_EQ(good.exit_status, 0);
  const CommandResult failed = RunProgram("print a\\nclose a\\n", "");
  EXPECT_EQ(failed.output, "a\nshell: line 2: there is no \"a\"\n");
  EXPECT_EQ(failed.exit_status, 1);
  const CommandResult wrong = RunProgram("frobnicate", "");
  EXPECT_EQ(wrong.output, "shell: line 1: there is no command \"frobnicate\"; see help\n");
  EXPECT_EQ(wrong.exit_status, 2);
  EXPECT_EQ(RunProgram("exit 5", "").exit_status, 5);
  EXPECT_THAT(RunProgram("pipe r w\\nclose r\\nwrite w x\\n", "").output, HasSubstr("(EPIPE)"));
}

// A program that ignores it, such as "yes | head -1", would go on writing.
TEST(ShellMainTest, AProgramThatItStartsMayBeEndedByABrokenPipe) {
  EXPECT_EQ(RunProgram("start p io sh -c \"kill -PIPE $$\"\\njoin p\\n", "").output, "-13\n");
}

TEST(ShellMainTest, ArgumentsAreUnderstoodOrRefused) {
  const CommandResult help = RunProgram("", "--help");
  EXPECT_THAT(help.output, StartsWith("shell [flags]\n"));
  EXPECT_EQ(help.exit_status, 0);
  const CommandResult wrong = RunProgram("", "--frobnicate");
  EXPECT_EQ(wrong.output, "shell: --frobnicate: unknown argument; see --help\n");
  EXPECT_EQ(wrong.exit_status, 2);
}

TEST(ShellMainTest, TheDemoShowsTheRecordedSession) {
  const CommandResult demo = RunProgram("", "--demo");
  std::ifstream recorded(getenv("RECORDED"));
  EXPECT_EQ(demo.output, std::string(std::istreambuf_iterator<char>(recorded),
                                     std::istreambuf_iterator<char>()));
  EXPECT_EQ(demo.exit_status, 0);
}

}  // namespace
}  // namespace someos::shell
