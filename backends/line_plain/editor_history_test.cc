// History, completion and hints.

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "someos/api/line_editor.h"
#include "someos/backends/line_plain/editor_fixture.h"

namespace someos::line_plain {
namespace {

TEST_F(EditorTest, TheHistoryIsGoneThrough) {
  AddHistory({"first", "second"});
  Begin();
  Type("new");
  Type("\033[A");
  EXPECT_EQ(Line(), "second|");
  Type(" changed\x10");
  EXPECT_EQ(Line(), "first|");
  Type("\x10");
  EXPECT_EQ(terminal_.bells(), 1);
  Type("\x0e");
  EXPECT_EQ(Line(), "second changed|");
  Type("\033>");
  EXPECT_EQ(Line(), "new|");
  Type("\033<\r");
  EXPECT_EQ(editor_.line().text(), "first");
  EXPECT_EQ(environment_.history.size(), 3);
  EXPECT_EQ(environment_.history[1], "second");
}

TEST_F(EditorTest, ArrowsMoveWithinAnEntryOfSeveralLines) {
  AddHistory({"before"});
  EXPECT_EQ(After("one\ntw\nthree", "\033[A"), "one\ntw|\nthree");
  EXPECT_EQ(After("one\ntw\nthree", "\033[A\033[A"), "on|e\ntw\nthree");
  EXPECT_EQ(After("one\ntw\nthree", "\033[A\033[A\033[B"), "one\ntw|\nthree");
  EXPECT_EQ(After("one\ntw", "\033[A\033[A"), "before|");
}

TEST_F(EditorTest, WhatIsAddedToTheHistory) {
  for (const char* keys : {"one\r", "\r", "two\r", "two\r", "one\r"}) {
    Begin();
    Type(keys);
  }
  Begin("", {"> ", LineEcho::kText, false});
  Type("not\r");
  Begin("", {"> ", LineEcho::kNothing});
  Type("secret\r");
  Begin("", {"> ", LineEcho::kAsterisks});
  Type("secret\r");
  // As Python's input(): no line twice in a row.
  ASSERT_EQ(environment_.history.size(), 3);
  EXPECT_EQ(environment_.history[1], "two");
  EXPECT_EQ(environment_.history[2], "one");
}

TEST_F(EditorTest, TheHistoryMayBecomeShorterMeanwhile) {
  AddHistory(std::vector<std::string>(10'000, "word"));
  for (const char* keys : {"\033.", "\033[5~", "\033[6~", "\x12w", "\x13w", "\033[A", "\033[B"}) {
    Begin("w");
    Type("\x01\033.");
    environment_.history.Clear();
    Type(keys);
    EXPECT_EQ(editor_.outcome(), Outcome::kEditing);
    EXPECT_LE(editor_.line().cursor(), editor_.line().text().size());
    AddHistory(std::vector<std::string>(10'000, "word"));
  }
}

TEST_F(EditorTest, SearchesWhileTyping) {
  AddHistory({"git commit", "ls", "git push", "make git"});
  Begin();
  Type("\x12git");
  EXPECT_EQ(terminal_.Text(), "(reverse-i-search)`git': make\ngit");
  EXPECT_EQ(Line(), "make |git");
  Type("\x12");
  EXPECT_EQ(Line(), "|git push");
  Type("\x12");
  EXPECT_EQ(Line(), "|git commit");
  Type("\x13");
  EXPECT_EQ(Line(), "|git push");
  Type("x");
  EXPECT_TRUE(absl::StrContains(terminal_.Text(), "(failed i-search)`gitx'"));
  Type("yz");
  EXPECT_TRUE(absl::StrContains(terminal_.Text(), "(failed i-search)`gitxyz'"));
  Type("\x7f\x7f\x7f\x05!\r");
  EXPECT_EQ(editor_.line().text(), "git push!");
}

TEST_F(EditorTest, ASearchThatIsAbortedLeavesTheLine) {
  AddHistory({"git commit"});
  Begin("typed");
  Type("\x02\x12git\x07");
  EXPECT_EQ(Line(), "type|d");
  EXPECT_EQ(terminal_.Text(), "> typed");
  Type("\x12git\033");
  editor_.Expire();
  Draw();
  EXPECT_EQ(Line(), "|git commit");
  EXPECT_EQ(terminal_.Text(), "> git commit");
}

TEST_F(EditorTest, EntriesThatBeginAlikeAreFound) {
  AddHistory({"make all", "ls", "make test", "make"});
  Begin();
  Type("make\033[5~");
  EXPECT_EQ(Line(), "make| test");
  Type("\033[5~");
  EXPECT_EQ(Line(), "make| all");
  Type("\033[6~");
  EXPECT_EQ(Line(), "make| test");
}

TEST_F(EditorTest, TheLastWordOfTheEntryBefore) {
  AddHistory({"cp a b", "ls /tmp/x "});
  EXPECT_EQ(After("rm ", "\033."), "rm /tmp/x|");
  EXPECT_EQ(After("rm ", "\033.\033."), "rm b|");
}

TEST_F(EditorTest, AWordIsCompleted) {
  Offer({"commit", "command", "push"});
  EXPECT_EQ(After("git pu", "\t"), "git push|");
  EXPECT_EQ(After("git x", "\t"), "git x|");
  EXPECT_EQ(After("git c", "\t"), "git comm|");
  EXPECT_EQ(After("(c d", "\x02\x02\t"), "(comm| d");
}

TEST_F(EditorTest, TheSecondTabLists) {
  Offer({"commit", "command", "push"});
  Begin();
  Type("c\t");
  EXPECT_EQ(terminal_.Text(), "> comm");
  Type("\t");
  EXPECT_EQ(terminal_.Text(), "> comm\ncommand  commit\n> comm");
  environment_.settings.show_all_if_ambiguous = true;
  Begin("c");
  Type("\t");
  EXPECT_TRUE(absl::StrContains(terminal_.Text(), "> comm\ncommand  commit\n> comm"));
}

TEST_F(EditorTest, ManyCompletionsAreCountedFirst) {
  environment_.settings.completion_query_items = 2;
  Offer({"a1", "a2", "a3"});
  Begin();
  Type("a\033?");
  EXPECT_EQ(terminal_.Text(), "> a\n3 possibilities; once more to\nsee them\n> a");
  Type("\033?");
  EXPECT_EQ(terminal_.Row(3), "> a");
  EXPECT_EQ(terminal_.Row(4), "a1  a2  a3");
}

TEST_F(EditorTest, CompletionsAreShownByTheUsersFunction) {
  Offer({"commit", "command"});
  std::string shown;
  environment_.display = [&](absl::string_view word, absl::Span<const std::string> matches,
                             int longest) {
    shown = absl::StrCat(word, " ", matches.size(), " ", longest);
  };
  Begin();
  Type("co\033?");
  EXPECT_EQ(shown, "co 2 7");
  EXPECT_EQ(terminal_.Text(), "> co\n> co");
  EXPECT_EQ(After("x co", "\033*"), "x command commit |");
}

TEST_F(EditorTest, CapitalsMayNotMatterForCompletion) {
  environment_.settings.completion_ignore_case = true;
  environment_.completer = [](const CompletionRequest&) {
    return std::vector<std::string>{"Makefile", "makeself"};
  };
  EXPECT_EQ(After("mak", "\t"), "Make|");
}

TEST_F(EditorTest, AHinterMayHaveTheLineShown) {
  int asked = 0;
  environment_.hinter = [&](absl::string_view) {
    ++asked;
    editor_.PrintAbove("asked");
    editor_.Redisplay();
    return std::string("hint");
  };
  Begin();
  EXPECT_EQ(terminal_.Text(), "asked\n> hint");
  // Others who print do not ask.
  editor_.PrintAbove("news");
  editor_.Resize(20, 8);
  Draw();
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(terminal_.Text(), "asked\nnews\n> hint");
}

TEST_F(EditorTest, HintsAreTakenOverAtTheEnd) {
  environment_.hinter = [](absl::string_view line) {
    return line == "he" ? std::string("llo") : std::string();
  };
  Begin();
  Type("he");
  EXPECT_EQ(terminal_.Text(), "> hello");
  EXPECT_EQ(terminal_.cursor_column(), 4);
  Type("y");
  EXPECT_EQ(terminal_.Text(), "> hey");
  // One that has not been seen is not taken.
  Type("\x7f\x06");
  EXPECT_EQ(Line(), "he|");
  Type("\x06");
  EXPECT_EQ(Line(), "hello|");
  Type("\r");
  Begin("he");
  Type("\r");
  EXPECT_EQ(editor_.line().text(), "he");
  EXPECT_EQ(terminal_.Row(1), "> he");
}

}  // namespace
}  // namespace someos::line_plain
