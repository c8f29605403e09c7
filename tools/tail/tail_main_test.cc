// tail as a person meets it: its output, its exit status, and that nothing that is done to its
// files ends it.

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"

namespace someos::tail {
namespace {

// A running tail, whose standard output, or error, is read through a pipe.
class TailProcess {
 public:
  TailProcess(std::vector<std::string> arguments, int captured = STDOUT_FILENO) {
    int ends[2];
    MustSucceed(pipe(ends), "pipe");
    reader_ = ScopedFd(ends[0]);
    ScopedFd writer(ends[1]);
    MustSucceed(fcntl(reader_.get(), F_SETFD, FD_CLOEXEC), "fcntl");
    arguments.insert(arguments.begin(), getenv("TAIL"));
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_ = MustSucceed(fork(), "fork");
    if (pid_ == 0) {
      dup2(writer.get(), captured);
      execv(argv[0], argv.data());
      _exit(127);
    }
  }
  ~TailProcess() {
    if (pid_ > 0) kill(pid_, SIGKILL), waitpid(pid_, nullptr, 0);
  }

  // Reads until the output contains `text` or ends; returns all that has been read so far.
  const std::string& ReadUntil(absl::string_view text) {
    char buffer[65536];
    while (!absl::StrContains(output_, text)) {
      const ssize_t size = read(reader_.get(), buffer, sizeof(buffer));
      if (size <= 0) break;
      output_.append(buffer, static_cast<size_t>(size));
    }
    return output_;
  }
  // Reads all that there is until the end.
  const std::string& ReadAll() { return ReadUntil(std::string(1, '\0') + "never printed"); }
  void StopReading() { reader_.reset(); }
  void Signal(int signal) const { kill(pid_, signal); }

  // "exit 0" or "signal 7".
  std::string End() {
    int status = 0;
    MustSucceed(waitpid(std::exchange(pid_, 0), &status, 0), "waitpid");
    return WIFEXITED(status) ? absl::StrCat("exit ", WEXITSTATUS(status))
                             : absl::StrCat("signal ", WTERMSIG(status));
  }

 private:
  ScopedFd reader_;
  std::string output_;
  pid_t pid_ = 0;
};

class TailMainTest : public ::testing::Test {
 protected:
  TailMainTest()
      : file_(MustSucceed(open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600),
                          "open")) {}
  ~TailMainTest() override { unlink(path_.c_str()); }

  void Append(absl::string_view text) const {
    MustSucceed(write(file_.get(), text.data(), text.size()), "write");
  }

  const std::string path_ = ::testing::TempDir() + "/tail_main_test.log";
  const ScopedFd file_;
};

TEST_F(TailMainTest, PrintsTheLastLines) {
  Append("1\n2\n3\n");
  TailProcess tail({"--lines=2", path_});
  EXPECT_EQ(tail.ReadAll(), "2\n3\n");
  EXPECT_EQ(tail.End(), "exit 0");
}

TEST_F(TailMainTest, NamesSeveralFiles) {
  Append("text\n");
  TailProcess tail({path_, path_});
  const std::string part = absl::StrCat("==> ", path_, " <==\ntext\n");
  EXPECT_EQ(tail.ReadAll(), part + "\n" + part);
  EXPECT_EQ(tail.End(), "exit 0");
}

TEST_F(TailMainTest, FollowsUntilASignal) {
  Append("one\n");
  TailProcess tail({"--follow", "--interval=1ms", path_});
  tail.ReadUntil("one\n");
  Append("two\n");
  EXPECT_EQ(tail.ReadUntil("two\n"), "one\ntwo\n");
  tail.Signal(SIGTERM);
  EXPECT_EQ(tail.ReadAll(), "one\ntwo\n");
  EXPECT_EQ(tail.End(), "exit 0");
}

TEST_F(TailMainTest, EndsWhenNobodyReads) {
  Append("one\n");
  TailProcess tail({"--follow", "--interval=1h", path_});
  tail.ReadUntil("one\n");
  tail.StopReading();  // nothing is written any more, but the Poller reports the error
  EXPECT_EQ(tail.End(), "exit 0");
}

TEST_F(TailMainTest, FailsWithAMessage) {
  TailProcess missing({path_ + ".missing"}, STDERR_FILENO);
  EXPECT_THAT(missing.ReadAll(), ::testing::HasSubstr("No such file or directory (ENOENT)"));
  EXPECT_EQ(missing.End(), "exit 1");
  TailProcess wrong({"--frobnicate"}, STDERR_FILENO);
  EXPECT_THAT(wrong.ReadAll(), ::testing::HasSubstr("--frobnicate: unknown flag"));
  EXPECT_EQ(wrong.End(), "exit 2");
  TailProcess help({"--help"});
  EXPECT_THAT(help.ReadAll(), ::testing::StartsWith("tail [flags] FILE..."));
  EXPECT_EQ(help.End(), "exit 0");
}

// A file that grows and is cut off as fast as possible while tail reads it: it does not die of
// SIGBUS, and prints only bytes that were written.
TEST_F(TailMainTest, SurvivesAStormOfTruncations) {
  TailProcess tail({"--follow", "--interval=1ms", path_});
  Append("begin\n");
  tail.ReadUntil("begin\n");
  TailProcess* const running = &tail;
  const pid_t storm = MustSucceed(fork(), "fork");
  if (storm == 0) {
    const std::string lines = [] {
      std::string lines;
      for (int i = 0; i < 100'000; ++i) lines += "a line of the log\n";
      return lines;
    }();
    for (int i = 0; i < 200; ++i) {
      if (write(file_.get(), lines.data(), lines.size()) < 0) _exit(1);
      if (ftruncate(file_.get(), 0) != 0) _exit(1);
    }
    _exit(write(file_.get(), "end\n", 4) == 4 ? 0 : 1);
  }
  const std::string& output = running->ReadUntil("end\n");
  int status = 0;
  MustSucceed(waitpid(storm, &status, 0), "waitpid");
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(absl::EndsWith(output, "end\n"));
  EXPECT_EQ(output.find('\0'), std::string::npos);
  tail.Signal(SIGINT);
  EXPECT_EQ(tail.End(), "exit 0");
}

}  // namespace
}  // namespace someos::tail
