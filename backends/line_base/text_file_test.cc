#include "someos/backends/line_base/text_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/testing/child_process.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos::line_base {
namespace {

using ::testing::IsEmpty;

// A directory of this test alone.
class TextFileTest : public ::testing::Test {
 protected:
  TextFileTest() {
    std::string name = ::testing::TempDir() + "text_file.XXXXXX";
    if (mkdtemp(name.data()) == nullptr) MustSucceed(-1, "mkdtemp");
    directory_ = name;
  }

  std::string Path(absl::string_view name) const { return absl::StrCat(directory_, "/", name); }

  std::string Make(absl::string_view name, absl::string_view contents) const {
    std::ofstream(Path(name)) << contents;
    return Path(name);
  }

  static std::string Contents(const std::string& path) {
    const absl::StatusOr<std::string> contents = ReadTextFile(path);
    return contents.ok() ? *contents : contents.status().ToString();
  }

  static mode_t Mode(const std::string& path) {
    struct stat about = {};
    MustSucceed(stat(path.c_str(), &about), "stat");
    return about.st_mode & 07777;
  }

  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    FILE* const list = popen(absl::StrCat("ls ", directory_).c_str(), "r");
    char line[256];
    while (fgets(line, sizeof(line), list) != nullptr) {
      names.emplace_back(absl::StripSuffix(line, "\n"));
    }
    pclose(list);
    return names;
  }

  static absl::Status Append(const std::string& path, const std::string& text,
                             IfMissing if_missing = IfMissing::kCreate) {
    return AppendToTextFile(path, if_missing, [&](absl::string_view) { return text; });
  }

  std::string directory_;
};

TEST_F(TextFileTest, ReadsAllBytes) {
  const std::string bytes = std::string(100'000, 'x') + std::string("\0\n\xff", 3);
  EXPECT_EQ(Contents(Make("file", bytes)), bytes);
  EXPECT_EQ(Contents(Make("empty", "")), "");
}

TEST_F(TextFileTest, WhatIsNoRegularFileIsRefused) {
  const std::string pipe = Path("pipe");
  MustSucceed(mkfifo(pipe.c_str(), 0600), "mkfifo");
  for (const std::string& path : {pipe, directory_}) {
    EXPECT_THAT(ReadTextFile(path), FailsWithErrno(EINVAL, path));
    EXPECT_FALSE(ReplaceTextFile(path, "x").ok());
    EXPECT_FALSE(Append(path, "x").ok());
  }
  EXPECT_THAT(ReadTextFile(Path("none")), FailsWithErrno(ENOENT, Path("none")));
  EXPECT_THAT(Append(Path("none"), "x", IfMissing::kFail), FailsWithErrno(ENOENT, Path("none")));
}

TEST_F(TextFileTest, OnlyTheOwnerMayReadWhatIsWritten) {
  const std::string old = Make("old", "open to all\n");
  MustSucceed(chmod(old.c_str(), 0644), "chmod");
  ASSERT_THAT(ReplaceTextFile(old, "new\n"), Succeeds());
  EXPECT_EQ(Contents(old), "new\n");
  EXPECT_EQ(Mode(old), 0600);
  ASSERT_THAT(Append(Path("created"), "x\n"), Succeeds());
  EXPECT_EQ(Mode(Path("created")), 0600);
}

TEST_F(TextFileTest, ALinkStaysOne) {
  const std::string file = Make("file", "old\n");
  const std::string link = Path("link");
  MustSucceed(symlink(file.c_str(), link.c_str()), "symlink");
  ASSERT_THAT(ReplaceTextFile(link, "new\n"), Succeeds());
  EXPECT_EQ(Contents(file), "new\n");
  struct stat about = {};
  MustSucceed(lstat(link.c_str(), &about), "lstat");
  EXPECT_TRUE(S_ISLNK(about.st_mode));
}

TEST_F(TextFileTest, ALinkMayNameAFileThatIsNotThereYet) {
  // The first one says it from its own directory.
  for (const std::string& target : {std::string("later"), Path("later")}) {
    const std::string link = Path("dangling");
    MustSucceed(symlink(target.c_str(), link.c_str()), "symlink");
    ASSERT_THAT(ReplaceTextFile(link, "new\n"), Succeeds());
    EXPECT_EQ(Contents(Path("later")), "new\n");
    struct stat about = {};
    MustSucceed(lstat(link.c_str(), &about), "lstat");
    EXPECT_TRUE(S_ISLNK(about.st_mode));
    MustSucceed(unlink(link.c_str()), "unlink");
    MustSucceed(unlink(Path("later").c_str()), "unlink");
  }
  const std::string endless = Path("endless");
  MustSucceed(symlink("endless", endless.c_str()), "symlink");
  EXPECT_THAT(ReplaceTextFile(endless, "new\n"),
              FailsWithErrno(ELOOP, absl::StrCat(endless, ": write")));
}

TEST_F(TextFileTest, WhoeverHasTheOldFileOpenStillReadsAllOfIt) {
  const std::string path = Make("file", "old\n");
  std::ifstream before(path);
  ASSERT_THAT(ReplaceTextFile(path, "new and longer\n"), Succeeds());
  std::string line;
  std::getline(before, line);
  EXPECT_EQ(line, "old");
}

// As on a full disk, except for the errno. Runs `change` where no file can be longer than 8 bytes.
std::string WithLimitedFiles(absl::FunctionRef<absl::Status()> change, int error) {
  return RunInChild([&]() -> std::string {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {8, 8};
    MustSucceed(setrlimit(RLIMIT_FSIZE, &limit), "setrlimit");
    const absl::Status status = change();
    return ErrnoOf(status) == error ? "" : absl::StrCat("got ", status.ToString());
  });
}

TEST_F(TextFileTest, AFullDiskLeavesTheOldContents) {
  const std::string path = Make("file", "12345\n");
  EXPECT_EQ(WithLimitedFiles([&] { return ReplaceTextFile(path, "1234567890\n"); }, EFBIG), "");
  EXPECT_EQ(Contents(path), "12345\n");
  EXPECT_EQ(WithLimitedFiles([&] { return Append(path, "6789\n"); }, EFBIG), "");
  EXPECT_EQ(Contents(path), "12345\n");
  EXPECT_THAT(Names(), ::testing::ElementsAre("file"));
}

TEST_F(TextFileTest, ALineThatWasCutOffIsEndedFirst) {
  const std::string path = Make("file", "whole\ncut o");
  ASSERT_THAT(Append(path, "next\n"), Succeeds());
  EXPECT_EQ(Contents(path), "whole\ncut o\nnext\n");
}

TEST_F(TextFileTest, TheBeginningIsShown) {
  const std::string path = Make("file", std::string(100, 'b'));
  std::string shown;
  ASSERT_THAT(AppendToTextFile(path, IfMissing::kFail,
                               [&](absl::string_view beginning) {
                                 shown = std::string(beginning);
                                 return "";
                               }),
              Succeeds());
  EXPECT_EQ(shown, std::string(kTextFileBeginning, 'b'));
}

TEST_F(TextFileTest, TwoSessionsLoseNothing) {
  constexpr int kSessions = 2;
  constexpr int kLines = 10'000;
  const std::string path = Path("shared");
  std::vector<pid_t> sessions;
  for (int session = 0; session < kSessions; ++session) {
    const pid_t child = MustSucceed(fork(), "fork");
    if (child == 0) {
      bool all = true;
      for (int i = 0; i < kLines; ++i) {
        all = all && Append(path, absl::StrCat("session ", session, " line ", i, "\n")).ok();
      }
      _exit(all ? 0 : 1);
    }
    sessions.push_back(child);
  }
  for (const pid_t session : sessions) {
    int ended;
    MustSucceed(waitpid(session, &ended, 0), "waitpid");
    EXPECT_EQ(ended, 0);
  }
  // Each session's lines are there, in their order.
  int next[kSessions] = {};
  const std::string contents = Contents(path);
  for (const absl::string_view line : absl::StrSplit(contents, '\n', absl::SkipEmpty())) {
    const int session = absl::StartsWith(line, "session 0 ") ? 0 : 1;
    EXPECT_EQ(line, absl::StrCat("session ", session, " line ", next[session]++));
  }
  EXPECT_EQ(next[0], kLines);
  EXPECT_EQ(next[1], kLines);
}

TEST_F(TextFileTest, WhatIsAppendedDuringAnEditIsNotLost) {
  constexpr int kLines = 300;
  const std::string path = Make("file", "first\n");
  const pid_t child = MustSucceed(fork(), "fork");
  if (child == 0) {
    bool all = true;
    for (int i = 0; i < kLines; ++i) all = all && Append(path, "x\n").ok();
    _exit(all ? 0 : 1);
  }
  int edits = 0;
  int ended = 0;
  do {
    ASSERT_THAT(EditTextFile(path, [](absl::string_view all) { return std::string(all) + "e\n"; }),
                Succeeds());
    ++edits;
  } while (MustSucceed(waitpid(child, &ended, WNOHANG), "waitpid") == 0);
  EXPECT_EQ(ended, 0);
  EXPECT_EQ(Contents(path).size(), 6 + 2 * (kLines + edits));
}

}  // namespace
}  // namespace someos::line_base
