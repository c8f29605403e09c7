// What Python 3.13 says for the same calls, with libreadline 8.2, was recorded on 2026-11-30.

#include "someos/api/readline.h"

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/testing/line/typist.h"
#include "someos/testing/python_says.h"
#include "someos/testing/status_matchers.h"

namespace someos {
namespace {

using ::testing::Optional;

TEST(LineBackendsTest, AreListedAndFound) {
  ASSERT_FALSE(LinkedLineBackends().empty());
  const absl::string_view name = LinkedLineBackends().front()->name;
  const absl::StatusOr<const LineBackend*> found = FindLineBackend(name);
  ASSERT_THAT(found, Succeeds());
  EXPECT_EQ(*found, LinkedLineBackends().front());
  EXPECT_THAT(FindLineBackend("none"),
              FailsWithCode(absl::StatusCode::kNotFound, "no line editor \"none\""));
}

// Python's module on an editor of its own.
class ReadlineTest : public ::testing::Test {
 protected:
  ReadlineTest()
      : path_(absl::StrCat(::testing::TempDir(),
                           ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::remove(path_.c_str());
    readline::SetEditor(NewLineEditor());
    readline::ClearHistory();
    readline::SetHistoryLength(-1);
    readline::SetAutoHistory(true);
  }

  std::string Stored() const {
    std::ifstream file(path_);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }

  const std::string path_;
};

TEST_F(ReadlineTest, ItemsAreCountedAsInPython) {
  EXPECT_EQ(Says(readline::AddHistory("first")), "None");
  EXPECT_EQ(Says(readline::AddHistory("")), "None");
  EXPECT_EQ(readline::GetCurrentHistoryLength(), 2);
  EXPECT_EQ(readline::GetHistoryItem(0), std::nullopt);
  EXPECT_THAT(readline::GetHistoryItem(1), Optional(std::string("first")));
  EXPECT_THAT(readline::GetHistoryItem(2), Optional(std::string()));
  EXPECT_EQ(readline::GetHistoryItem(3), std::nullopt);
  EXPECT_EQ(readline::GetHistoryItem(-3), std::nullopt);
  EXPECT_EQ(Says(readline::ReplaceHistoryItem(0, "replaced")), "None");
  EXPECT_THAT(readline::GetHistoryItem(1), Optional(std::string("replaced")));
  EXPECT_EQ(Says(readline::RemoveHistoryItem(0)), "None");
  EXPECT_EQ(readline::GetCurrentHistoryLength(), 1);
  readline::ClearHistory();
  EXPECT_EQ(readline::GetCurrentHistoryLength(), 0);
}

TEST_F(ReadlineTest, AnEditorMayBeReplacedByTheDefault) {
  EXPECT_EQ(Says(readline::AddHistory("kept")), "None");
  readline::SetEditor(nullptr);
  EXPECT_EQ(readline::Editor().name(), LinkedLineBackends().front()->name);
  EXPECT_THAT(readline::GetHistoryItem(1), Optional(std::string("kept")));
}

TEST_F(ReadlineTest, ErrorsArePythons) {
  EXPECT_EQ(Says(readline::RemoveHistoryItem(99)), "ValueError: No history item at position 99");
  EXPECT_EQ(Says(readline::RemoveHistoryItem(-1)), "ValueError: History index cannot be negative");
  EXPECT_EQ(Says(readline::ReplaceHistoryItem(9, "x")),
            "ValueError: No history item at position 9");
  EXPECT_EQ(Says(readline::ReplaceHistoryItem(-1, "x")),
            "ValueError: History index cannot be negative");
  EXPECT_EQ(Says(readline::AddHistory(absl::string_view("a\0b", 3))),
            "ValueError: embedded null character");
  EXPECT_EQ(Says(readline::ReadHistoryFile(path_)), "OSError: ENOENT");
  EXPECT_EQ(Says(readline::ReadHistoryFile("/tmp")), "OSError: EINVAL");
  EXPECT_EQ(Says(readline::ReadHistoryFile("/dev/null")), "OSError: EINVAL");
  EXPECT_THAT(readline::WriteHistoryFile("/tmp"), FailsWithErrno(EISDIR, "/tmp"));
  EXPECT_EQ(Says(readline::WriteHistoryFile("/nodir/x")), "OSError: ENOENT");
  EXPECT_EQ(Says(readline::AppendHistoryFile(1, path_)), "OSError: ENOENT");
  EXPECT_EQ(Says(readline::ReadInitFile("/nofile")), "OSError: ENOENT");
}

TEST_F(ReadlineTest, FilesArePythons) {
  for (const char* line : {"one", "two\nlines", "\xc3\xa4"}) {
    ASSERT_EQ(Says(readline::AddHistory(line)), "None");
  }
  EXPECT_EQ(Says(readline::WriteHistoryFile(path_)), "None");
  EXPECT_EQ(Stored(), "one\ntwo\nlines\n\xc3\xa4\n");
  readline::SetHistoryLength(2);
  EXPECT_EQ(Says(readline::WriteHistoryFile(path_)), "None");
  EXPECT_EQ(Stored(), "lines\n\xc3\xa4\n");
  EXPECT_EQ(Says(readline::AppendHistoryFile(1, path_)), "None");
  EXPECT_EQ(Stored(), "\xc3\xa4\n\xc3\xa4\n");
  EXPECT_EQ(Says(readline::AppendHistoryFile(-1, path_)), "None");
  readline::SetHistoryLength(-1);
  EXPECT_EQ(Says(readline::AppendHistoryFile(99, path_)), "None");
  EXPECT_EQ(Stored(), "\xc3\xa4\n\xc3\xa4\none\ntwo\nlines\n\xc3\xa4\n");
  readline::ClearHistory();
  EXPECT_EQ(Says(readline::ReadHistoryFile(path_)), "None");
  EXPECT_EQ(readline::GetCurrentHistoryLength(), 6);
}

TEST_F(ReadlineTest, WhatIsSetIsReturned) {
  EXPECT_EQ(readline::GetHistoryLength(), -1);
  readline::SetHistoryLength(100);
  EXPECT_EQ(readline::GetHistoryLength(), 100);
  EXPECT_EQ(readline::GetCompleterDelims(), " \t\n`~!@#$%^&*()-=+[{]}\\|;:'\",<>/?");
  readline::SetCompleterDelims(" ");
  EXPECT_EQ(readline::GetCompleterDelims(), " ");
  EXPECT_FALSE(readline::GetCompleter());
  readline::SetCompleter([](absl::string_view, int) { return std::nullopt; });
  EXPECT_TRUE(readline::GetCompleter());
  readline::SetCompleter(nullptr);
  EXPECT_FALSE(readline::GetCompleter());
  EXPECT_EQ(readline::Backend(), "readline");
  readline::InsertText("before the prompt");
  EXPECT_EQ(readline::GetLineBuffer(), "before the prompt");
  readline::ParseAndBind("nonsense");
}

// The same with somebody who types.
class ReadlineAtTerminalTest : public ReadlineTest {
 protected:
  void SetUp() override {
    if (!typist_.valid()) GTEST_SKIP() << "the machine gives out no pseudo-terminals";
    LineEditorOptions options;
    options.input = typist_.terminal();
    options.output = typist_.terminal();
    readline::SetEditor(NewLineEditor(options));
  }

  // Input, while somebody types when the terminal is ready for it.
  absl::StatusOr<std::string> InputOf(absl::string_view keys) {
    std::thread typing([&] {
      typist_.AwaitEditor();
      typist_.Type(keys);
    });
    absl::StatusOr<std::string> line = readline::Input("> ");
    typing.join();
    return line;
  }

  Typist typist_{*LinkedLineBackends().front()};
};

TEST_F(ReadlineAtTerminalTest, InputReadsALine) {
  const absl::StatusOr<std::string> line = InputOf("one\r");
  ASSERT_THAT(line, Succeeds());
  EXPECT_EQ(*line, "one");
  EXPECT_EQ(readline::GetLineBuffer(), "one");
  EXPECT_EQ(readline::GetCurrentHistoryLength(), 1);
  readline::SetAutoHistory(false);
  ASSERT_THAT(InputOf("two\r"), Succeeds());
  EXPECT_EQ(readline::GetCurrentHistoryLength(), 1);
  EXPECT_THAT(InputOf("\x04"), FailsWithCode(absl::StatusCode::kOutOfRange, "read line"));
}

TEST_F(ReadlineAtTerminalTest, TheCompleterIsAskedByNumber) {
  std::vector<std::string> asked;
  readline::SetCompleter([&](absl::string_view text, int state) -> std::optional<std::string> {
    asked.push_back(absl::StrCat(text, " ", state, " ", readline::GetBegidx(), "-",
                                 readline::GetEndidx(), " ", readline::GetCompletionType(), " ",
                                 readline::GetLineBuffer()));
    if (state < 2) return state == 0 ? "commit" : "command";
    return std::nullopt;
  });
  std::string shown;
  readline::SetCompletionDisplayMatchesHook(
      [&](absl::string_view text, absl::Span<const std::string> matches, int longest) {
        shown = absl::StrCat(text, " ", matches.size(), " ", longest);
      });
  const absl::StatusOr<std::string> line = InputOf("git co\t\t\r");
  ASSERT_THAT(line, Succeeds());
  EXPECT_EQ(*line, "git comm");
  ASSERT_EQ(asked.size(), 6);
  EXPECT_EQ(asked[0], "co 0 4-6 9 git co");
  EXPECT_EQ(asked[2], "co 2 4-6 9 git co");
  EXPECT_EQ(asked[3], "comm 0 4-8 9 git comm");
  EXPECT_EQ(shown, "comm 2 7");
}

TEST_F(ReadlineAtTerminalTest, ACompleterWithoutAnEndIsStopped) {
  readline::SetCompleter([](absl::string_view text, int state) {
    return std::make_optional(absl::StrCat(text, state));
  });
  EXPECT_THAT(InputOf("a\t\r"), Succeeds());
}

TEST_F(ReadlineAtTerminalTest, HooksAreCalled) {
  std::string calls;
  readline::SetStartupHook([&] {
    absl::StrAppend(&calls, "startup ");
    readline::InsertText("text");
  });
  readline::SetPreInputHook([&] {
    absl::StrAppend(&calls, "pre-input ", readline::GetLineBuffer());
    readline::InsertText("!");
    readline::Redisplay();
  });
  const absl::StatusOr<std::string> line = InputOf("\r");
  ASSERT_THAT(line, Succeeds());
  EXPECT_EQ(calls, "startup pre-input text");
  readline::SetStartupHook(nullptr);
  readline::SetPreInputHook(nullptr);
}

TEST_F(ReadlineAtTerminalTest, KeysAreBound) {
  readline::ParseAndBind("\"\\C-o\": \"typed\"");
  std::ofstream(path_) << "Control-t: \" more\"\n";
  ASSERT_EQ(Says(readline::ReadInitFile(path_)), "None");
  std::ofstream(path_) << "Control-t: \" again\"\n";
  // One that cannot be read is not the last one.
  ASSERT_EQ(Says(readline::ReadInitFile("/nofile")), "OSError: ENOENT");
  ASSERT_EQ(Says(readline::ReadInitFile()), "None");
  const absl::StatusOr<std::string> line = InputOf("\x0f\x14\r");
  ASSERT_THAT(line, Succeeds());
  EXPECT_EQ(*line, "typed again");
}

}  // namespace
}  // namespace someos
