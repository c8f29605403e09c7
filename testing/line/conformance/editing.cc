// What a person types, and sees.

#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/line_editor.h"
#include "someos/testing/line/conformance/fixture.h"
#include "someos/testing/line/typist.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

TEST_P(LineEditingTest, ALineIsReturnedWithoutItsNewline) {
  typist_.Start();
  EXPECT_EQ(typist_.See(">"), ">");
  typist_.Type("hello");
  EXPECT_EQ(typist_.See("> hello"), "> hello");
  typist_.Type("\r");
  const absl::StatusOr<std::string> line = typist_.Line();
  ASSERT_THAT(line, Succeeds());
  EXPECT_EQ(*line, "hello");
  EXPECT_EQ(typist_.screen().cursor_row(), 1);
  EXPECT_EQ(typist_.screen().cursor_column(), 0);
  ASSERT_EQ(editor().history().size(), 1);
  EXPECT_EQ(editor().history()[0], "hello");
}

TEST_P(LineEditingTest, KeysOfEmacs) {
  typist_.Start();
  typist_.Type("world\x01hello \x05!\x02\x7f");
  EXPECT_EQ(typist_.See("> hello worl!"), "> hello worl!");
  typist_.Type("\x17\x19\r");
  const absl::StatusOr<std::string> line = typist_.Line();
  ASSERT_THAT(line, Succeeds());
  EXPECT_EQ(*line, "hello worl!");
}

TEST_P(LineEditingTest, ArrowsGoThroughTheHistory) {
  ASSERT_THAT(editor().history().Add("first"), Succeeds());
  ASSERT_THAT(editor().history().Add("second"), Succeeds());
  typist_.Start();
  typist_.Type("\033[A\033[A");
  EXPECT_EQ(typist_.See("> first"), "> first");
  typist_.Type("\033[B");
  EXPECT_EQ(typist_.See("> second"), "> second");
  typist_.Type("\r");
  EXPECT_EQ(typist_.Line().value_or("failed"), "second");
}

TEST_P(LineEditingTest, WideCharactersAndAccents) {
  if (editor().name() == "libedit")
    GTEST_SKIP() << "the cursor stops between a letter and its mark";
  typist_.Start();
  typist_.Type(
      "\xe6\xbc\xa2\xe5\xad\x97"
      "e\xcc\x81x");
  ASSERT_TRUE(typist_.SeeThat([&] { return typist_.screen().cursor_column() == 8; }));
  typist_.Type("\x02\x02\x02");
  EXPECT_TRUE(typist_.SeeThat([&] { return typist_.screen().cursor_column() == 4; }));
  typist_.Type("\x7f\r");
  EXPECT_EQ(typist_.Line().value_or("failed"),
            "\xe5\xad\x97"
            "e\xcc\x81x");
}

TEST_P(LineEditingTest, ALineLongerThanARow) {
  const std::string text(60, 'x');
  typist_.Start();
  typist_.Type(text);
  const std::string rows = absl::StrCat("> ", std::string(38, 'x'), "\n", std::string(22, 'x'));
  EXPECT_EQ(typist_.See(rows), rows);
  typist_.Type("\x01y");
  EXPECT_TRUE(typist_.SeeThat([&] { return typist_.screen().cursor_column() == 3; }));
  EXPECT_EQ(typist_.screen().cursor_row(), 0);
  typist_.Type("\r");
  EXPECT_EQ(typist_.Line().value_or("failed"), "y" + text);
  EXPECT_EQ(typist_.screen().cursor_row(), 2);
}

TEST_P(LineEditingTest, PastedNewlinesDoNotEndTheLine) {
  if (!editor().capabilities().multi_line) GTEST_SKIP() << "no entries of several lines";
  typist_.Start();
  ASSERT_TRUE(typist_.SeeThat([&] { return typist_.screen().bracketed_paste(); }));
  typist_.Type("\033[200~one\ntwo\033[201~");
  EXPECT_EQ(typist_.See("> one\ntwo"), "> one\ntwo");
  typist_.Type("\r");
  EXPECT_EQ(typist_.Line().value_or("failed"), "one\ntwo");
  EXPECT_FALSE(typist_.screen().bracketed_paste());
}

TEST_P(LineEditingTest, AMegabyteCanBePasted) {
  if (!editor().capabilities().multi_line) GTEST_SKIP() << "what is pasted is typed";
  const std::string text(1 << 20, 'x');
  typist_.Start();
  ASSERT_TRUE(typist_.SeeThat([&] { return typist_.screen().bracketed_paste(); }));
  typist_.Type("\033[200~");
  typist_.Type(text);
  typist_.Type("\033[201~\r");
  EXPECT_TRUE(typist_.SeeThat([&] { return !typist_.screen().bracketed_paste(); }));
  EXPECT_EQ(typist_.Line().value_or("failed") == text, true);
}

TEST_P(LineEditingTest, WordsAreCompleted) {
  editor().SetCompleter([](const CompletionRequest& request) {
    EXPECT_EQ(request.line, "git co");
    EXPECT_EQ(request.begin, 4);
    EXPECT_EQ(request.word(), "co");
    return std::vector<std::string>{"commit", "command"};
  });
  typist_.Start();
  typist_.Type("git co\t");
  EXPECT_EQ(typist_.See("> git comm"), "> git comm");
  editor().SetCompleter(nullptr);
  typist_.Type("\x04\r");
  EXPECT_EQ(typist_.Line().value_or("failed"), "git comm");
}

TEST_P(LineEditingTest, MatchesAreListed) {
  editor().SetCompleter(
      [](const CompletionRequest&) { return std::vector<std::string>{"commit", "command"}; });
  typist_.Start();
  typist_.Type("comm\033?");
  const std::string rows = "> comm\ncommand  commit\n> comm";
  EXPECT_EQ(typist_.See(rows), rows);
  typist_.Type("\r");
  EXPECT_EQ(typist_.Line().value_or("failed"), "comm");
}

TEST_P(LineEditingTest, MatchesAreShownByTheUsersFunction) {
  editor().SetCompleter(
      [](const CompletionRequest&) { return std::vector<std::string>{"commit", "command"}; });
  editor().SetDisplayMatches([this](absl::string_view, absl::Span<const std::string> matches, int) {
    const std::string text = absl::StrCat(matches.size(), " matches\n");
    MustSucceed(write(typist_.terminal(), text.data(), text.size()), "write");
  });
  typist_.Start();
  typist_.Type("comm\033?");
  const std::string rows = "> comm\n2 matches\n> comm";
  EXPECT_EQ(typist_.See(rows), rows);
  typist_.Type("\r");
  EXPECT_EQ(typist_.Line().value_or("failed"), "comm");
}

TEST_P(LineEditingTest, APasswordIsNotSeen) {
  typist_.Start({"Password: ", LineEcho::kNothing});
  EXPECT_EQ(typist_.See("Password:"), "Password:");
  typist_.Type("secret\r");
  EXPECT_EQ(typist_.Line().value_or("failed"), "secret");
  EXPECT_EQ(typist_.screen().Text(), "Password:");
  EXPECT_TRUE(editor().history().empty());
}

TEST_P(LineEditingTest, AsterisksForAPassword) {
  if (!editor().capabilities().asterisks) GTEST_SKIP() << "no asterisks";
  typist_.Start({"Password: ", LineEcho::kAsterisks});
  typist_.Type("secret");
  EXPECT_EQ(typist_.See("Password: ******"), "Password: ******");
  typist_.Type("\r");
  EXPECT_EQ(typist_.Line().value_or("failed"), "secret");
}

TEST_P(LineEditingTest, OtherThreadsPrintAboveTheLine) {
  if (!editor().capabilities().print_above) GTEST_SKIP() << "nothing can be printed above";
  typist_.Start();
  typist_.Type("typed");
  EXPECT_EQ(typist_.See("> typed"), "> typed");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this] {
      for (int j = 0; j < 50; ++j) editor().Print("news");
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::string rows;
  for (int i = 0; i < kTypistHeight - 1; ++i) absl::StrAppend(&rows, "news\n");
  absl::StrAppend(&rows, "> typed");
  EXPECT_EQ(typist_.See(rows), rows);
  typist_.Type("!\r");
  EXPECT_EQ(typist_.Line().value_or("failed"), "typed!");
}

TEST_P(LineEditingTest, HooksBeginTheLine) {
  std::string at_prompt;
  editor().SetStartupHook([this] { editor().InsertText("before"); });
  editor().SetPreInputHook([&] { at_prompt = editor().line(); });
  typist_.Start();
  EXPECT_EQ(typist_.See("> before"), "> before");
  typist_.Type("\r");
  EXPECT_EQ(typist_.Line().value_or("failed"), "before");
  EXPECT_EQ(at_prompt, "before");
}

// What a function has captured lives until it has returned, also if it sets another one.
TEST_P(LineEditingTest, AHookMayRemoveItself) {
  static bool alive;
  static std::weak_ptr<int> captured;
  const auto hook = [this](bool startup) {
    auto owner = std::make_shared<int>(1);
    captured = owner;
    return [this, startup, owner = std::move(owner)] {
      if (startup) editor().SetStartupHook(nullptr);
      if (!startup) editor().SetPreInputHook(nullptr);
      alive = !captured.expired();
    };
  };
  for (const bool startup : {true, false}) {
    alive = false;
    if (startup) editor().SetStartupHook(hook(true));
    if (!startup) editor().SetPreInputHook(hook(false));
    typist_.Start();
    typist_.Type("\r");
    EXPECT_THAT(typist_.Line(), Succeeds());
    EXPECT_TRUE(alive);
  }
}

TEST_P(LineEditingTest, AHistorysMaximumStays) {
  if (editor().name() == "libedit") GTEST_SKIP() << "its init files have no variables";
  editor().history().SetMaxSize(2);
  ASSERT_THAT(editor().Bind("set bell-style none"), Succeeds());
  EXPECT_EQ(editor().history().max_size(), 2);
  ASSERT_THAT(editor().Bind("set history-size 3"), Succeeds());
  EXPECT_EQ(editor().history().max_size(), 3);
}

TEST_P(LineEditingTest, InitFilesAreReadAsFarAsTheyAreUnderstood) {
  if (editor().name() != "plain") GTEST_SKIP() << "the syntax is another one";
  const std::string path = ::testing::TempDir() + "inputrc";
  std::ofstream(path) << "$if typist\n\"\\C-o\": \"typed\"\n$endif\nset vi-mode on\n";
  const absl::StatusOr<std::vector<InitFileComplaint>> complaints = editor().ReadInitFile(path);
  ASSERT_THAT(complaints, Succeeds());
  ASSERT_EQ(complaints->size(), 1);
  EXPECT_EQ((*complaints)[0].line, 4);
  EXPECT_FALSE(editor().ReadInitFile(path + "none").ok());
  // A path in the home directory, and one that is included.
  ASSERT_EQ(setenv("HOME", ::testing::TempDir().c_str(), 1), 0);
  std::ofstream(::testing::TempDir() + "including") << "$include ~/inputrc\n";
  const absl::StatusOr<std::vector<InitFileComplaint>> included =
      editor().ReadInitFile("~/including");
  ASSERT_THAT(included, Succeeds());
  ASSERT_EQ(included->size(), 1);
  EXPECT_EQ((*included)[0].file, "~/inputrc");
  EXPECT_THAT(editor().Bind("Control-t: nothing"),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "no function"));
  typist_.Start();
  typist_.Type("\x0f\r");
  EXPECT_EQ(typist_.Line().value_or("failed"), "typed");
}

}  // namespace
}  // namespace someos
