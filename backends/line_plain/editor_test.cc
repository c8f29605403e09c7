#include "someos/backends/line_plain/editor.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/api/line_editor.h"
#include "someos/backends/line_plain/editor_fixture.h"
#include "someos/backends/line_plain/inputrc.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/vt100_screen.h"

namespace someos::line_plain {
namespace {

TEST_F(EditorTest, ALineIsTyped) {
  Begin();
  EXPECT_TRUE(terminal_.bracketed_paste());
  Type("hello");
  EXPECT_EQ(terminal_.Text(), "> hello");
  EXPECT_EQ(editor_.outcome(), Outcome::kEditing);
  Type("\r");
  EXPECT_EQ(editor_.outcome(), Outcome::kLine);
  EXPECT_EQ(editor_.line().text(), "hello");
  EXPECT_EQ(terminal_.cursor_row(), 1);
  EXPECT_EQ(terminal_.cursor_column(), 0);
  EXPECT_FALSE(terminal_.bracketed_paste());
}

TEST_F(EditorTest, AKeyAtTheEndWritesItselfAlone) {
  Begin();
  EXPECT_EQ(Type("a"), "a");
  EXPECT_EQ(Type("\xc3\xa4"), "\xc3\xa4");
  editor_.Resize(80, 24);
  Begin(std::string(77, 'x'));
  for (int i = 0; i < 10; ++i) EXPECT_LE(Type("y").size(), 1 + 8);
}

TEST_F(EditorTest, KeysThatComeBehindALineAreTheNextOnes) {
  Begin();
  Type("one\rtwo\r");
  EXPECT_EQ(editor_.line().text(), "one");
  Begin();
  EXPECT_EQ(editor_.outcome(), Outcome::kLine);
  EXPECT_EQ(editor_.line().text(), "two");
}

TEST_F(EditorTest, Moves) {
  EXPECT_EQ(After("one two", "\x01"), "|one two");
  EXPECT_EQ(After("one two", "\x01\x06"), "o|ne two");
  EXPECT_EQ(After("one two", "\x02\x02\x05\x02"), "one tw|o");
  EXPECT_EQ(After("one two", "\033b"), "one |two");
  EXPECT_EQ(After("one two", "\x01\033f"), "one| two");
  EXPECT_EQ(After("one two", "\033[D\033[H\033[C\033[1;5C"), "one| two");
  EXPECT_EQ(After("one\ntwo", "\x01"), "one\n|two");
}

TEST_F(EditorTest, Deletes) {
  EXPECT_EQ(After("abc", "\x7f"), "ab|");
  EXPECT_EQ(After("abc", "\x01\x04"), "|bc");
  EXPECT_EQ(After("abc", "\x01\033[3~"), "|bc");
  EXPECT_EQ(After("ae\xcc\x81", "\x7f"), "a|");
  EXPECT_EQ(After("a  \t b", "\x02\x02\033\\"), "a|b");
  Begin();
  Type("\x7f");
  EXPECT_EQ(terminal_.bells(), 1);
}

TEST_F(EditorTest, OnlyControlAndDEndsTheInput) {
  Begin();
  Type("\033[3~");
  EXPECT_EQ(editor_.outcome(), Outcome::kEditing);
  EXPECT_EQ(terminal_.bells(), 1);
  Type("\x04");
  EXPECT_EQ(editor_.outcome(), Outcome::kEndOfInput);
}

TEST_F(EditorTest, KillsAndYanks) {
  EXPECT_EQ(After("one two three", "\x17\x17\x19"), "one two three|");
  EXPECT_EQ(After("one two three", "\x17\x01\x19"), "three|one two ");
  EXPECT_EQ(After("one two", "\x01\x0b\x19\x19"), "one twoone two|");
  EXPECT_EQ(After("one two", "\x15"), "|");
  EXPECT_EQ(After("one two", "\x01\033d"), "| two");
  EXPECT_EQ(After("a/b c/d", "\033\x7f"), "a/b c/|");
  EXPECT_EQ(After("a/b c/d", "\x17"), "a/b |");
  EXPECT_EQ(After("one\ntwo", "\x15"), "one\n|");
  EXPECT_EQ(After("one two", "\x17\x02\x17\x19\033y"), "two| ");
}

TEST_F(EditorTest, Changes) {
  EXPECT_EQ(After("abc", "\x14"), "acb|");
  EXPECT_EQ(After("abc", "\x02\x14"), "acb|");
  EXPECT_EQ(After("one  two", "\033t"), "two  one|");
  EXPECT_EQ(After("one two", "\x01\033u\033c"), "ONE Two|");
  EXPECT_EQ(After("ONE", "\x01\033l"), "one|");
  EXPECT_EQ(After("", "\x16\x01\x16\x02"), "\x01\x02|");
  EXPECT_EQ(After("ab", "\x02\033\r"), "a\n|b");
  EXPECT_EQ(After("abc def", "\x01\x00\x05\x18\x18"), "|abc def");
}

TEST_F(EditorTest, Undoes) {
  EXPECT_EQ(After("", "abc\x1f"), "|");
  EXPECT_EQ(After("abc", "\x17\x1f"), "abc|");
  EXPECT_EQ(After("one", " two\x17\x18\x15\x1f"), "one|");
  EXPECT_EQ(After("one", "\x17xyz\033r"), "one|");
}

TEST_F(EditorTest, WhatIsNotEchoed) {
  Begin("", {"? ", LineEcho::kAsterisks});
  Type(
      "s\xc3\xa4"
      "c\x02x");
  EXPECT_EQ(terminal_.Text(), "? ****");
  Type("\r");
  EXPECT_EQ(editor_.line().text(), "s\xc3\xa4xc");
  Begin("", {"? ", LineEcho::kNothing});
  Type("secret");
  EXPECT_EQ(terminal_.Row(1), "?");
  Type("\r");
  EXPECT_EQ(editor_.line().text(), "secret");
  // What was killed there is not yanked into a line that is seen.
  for (const LineEcho echo : {LineEcho::kAsterisks, LineEcho::kNothing}) {
    Begin("", {"? ", echo});
    Type("secret\x15\r");
    EXPECT_EQ(After("", "\x19"), "|");
  }
}

TEST_F(EditorTest, PastedTextIsInsertedAsItIs) {
  Begin();
  Type("\033[200~one\r\n\ttwo\x01\033[201~!");
  EXPECT_EQ(Line(), "one\r\n\ttwo\x01!|");
  EXPECT_EQ(editor_.outcome(), Outcome::kEditing);
  Type("\x1f\x1f");
  EXPECT_EQ(Line(), "|");
}

TEST_F(EditorTest, TextIsPrintedAboveTheLine) {
  Begin();
  Type("hello\x02");
  editor_.PrintAbove("news\nmore");
  Draw();
  EXPECT_EQ(terminal_.Text(), "news\nmore\n> hello");
  EXPECT_EQ(terminal_.cursor_row(), 2);
  EXPECT_EQ(terminal_.cursor_column(), 6);
}

TEST_F(EditorTest, ATerminalThatIsResizedIsRedrawn) {
  Begin(std::string(40, 'x'));
  EXPECT_EQ(terminal_.Row(0), "> " + std::string(28, 'x'));
  terminal_.Resize(25, 8);
  editor_.Resize(25, 8);
  Draw();
  EXPECT_EQ(terminal_.Text(), "> " + std::string(23, 'x') + "\n" + std::string(17, 'x'));
}

TEST_F(EditorTest, TheScreenIsCleared) {
  Begin("one");
  editor_.PrintAbove("above");
  Type("\x0c");
  EXPECT_EQ(terminal_.Text(), "> one");
  EXPECT_EQ(terminal_.cursor_row(), 0);
}

TEST_F(EditorTest, KeysThatEndTheLine) {
  Begin();
  Type("\x04");
  EXPECT_EQ(editor_.outcome(), Outcome::kEndOfInput);
  Begin();
  Type("abc\x03");
  EXPECT_EQ(editor_.outcome(), Outcome::kInterrupted);
  EXPECT_EQ(environment_.history.size(), 0);
  Begin();
  Type("abc\x1a");
  EXPECT_EQ(editor_.outcome(), Outcome::kSuspended);
  editor_.Resume();
  Draw();
  Type("d\r");
  EXPECT_EQ(editor_.line().text(), "abcd");
}

TEST_F(EditorTest, MacrosAreTyped) {
  InputrcContext context;
  InputrcReader reader(context, environment_.keymap, environment_.settings);
  ASSERT_THAT(reader.ReadLine("\"\\C-o\": \"x\\C-ay\""), Succeeds());
  ASSERT_THAT(reader.ReadLine("\"q\": \"qq\""), Succeeds());
  EXPECT_EQ(After("b", "\x0f"), "y|bx");
  // One that uses itself comes to an end.
  Begin();
  Type("q");
  EXPECT_GT(terminal_.bells(), 0);
  ASSERT_THAT(reader.ReadLine("\"q\": \"qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq\""),
              Succeeds());
  Type("q");
  EXPECT_EQ(editor_.outcome(), Outcome::kEditing);
}

TEST_F(EditorTest, KeysCanStandForThemselves) {
  InputrcContext context;
  InputrcReader reader(context, environment_.keymap, environment_.settings);
  ASSERT_THAT(reader.ReadLine("TAB: self-insert"), Succeeds());
  ASSERT_THAT(reader.ReadLine("\"q\": self-insert"), Succeeds());
  ASSERT_THAT(reader.ReadLine("\"\\e[A\": self-insert"), Succeeds());
  EXPECT_EQ(After("a", "\tq\033[A"), "a\tq|");
  EXPECT_EQ(terminal_.bells(), 1);
  AddHistory({"quit"});
  EXPECT_EQ(After("", "\x12q"), "|quit");
}

TEST_F(EditorTest, ABellCanBeTurnedOff) {
  environment_.settings.audible_bell = false;
  Begin();
  Type("\x7f\x07\033[99~");
  EXPECT_EQ(terminal_.bells(), 0);
}

// Any keys and sizes: the screen shows the line that there is.
TEST_F(EditorTest, WhateverIsTypedTheScreenShowsTheLine) {
  AddHistory({"one", "two words", "\xe6\xbc\xa2\xe6\xbc\xa2", "several\nlines"});
  Offer({"word", "words", "\xc3\xa4rger"});
  std::mt19937 random(11);
  const std::vector<std::string> keys = {"a",
                                         " ",
                                         "\x01",
                                         "\x02",
                                         "\x04",
                                         "\x05",
                                         "\x06",
                                         "\x0b",
                                         "\x0c",
                                         "\x0e",
                                         "\x10",
                                         "\x12",
                                         "\x13",
                                         "\x14",
                                         "\x15",
                                         "\x17",
                                         "\x19",
                                         "\x1f",
                                         "\x7f",
                                         "\t",
                                         "\033b",
                                         "\033f",
                                         "\033t",
                                         "\033u",
                                         "\033y",
                                         "w",
                                         "\033.",
                                         "\033\r",
                                         "\033?",
                                         "\033[A",
                                         "\033[5~",
                                         "\x16",
                                         "\xc3\xa4",
                                         "\xe6\xbc\xa2",
                                         "\xcc\x81",
                                         "\xff",
                                         "\033[200~paste\n\ttext\033[201~",
                                         "\x07"};
  Begin();
  for (int i = 0; i < 4000; ++i) {
    Type(keys[random() % keys.size()]);
    if (random() % 50 == 0) editor_.PrintAbove("news");
    if (editor_.outcome() == Outcome::kEditing && editor_.line().text().size() > 200) {
      Type("\x07\x03");
    }
    if (editor_.outcome() != Outcome::kEditing) Begin();
    ASSERT_LE(editor_.line().cursor(), editor_.line().text().size());
    const std::string row = terminal_.Row(terminal_.cursor_row());
    Draw();
    // A full redraw changes nothing that is seen of the line.
    Editor::Environment environment;
    Editor other(environment);
    const bool searching = absl::StrContains(terminal_.Text(), "i-search)");
    if (searching || editor_.line().text().empty()) continue;
    other.Begin({"> "}, editor_.line().text(), 30, 8);
    other.line().MoveTo(editor_.line().cursor());
    other.Redisplay();
    Vt100Screen fresh(30, 8);
    fresh.Write(other.TakeOutput());
    ASSERT_EQ(row, fresh.Row(fresh.cursor_row())) << i << ": " << Line();
    ASSERT_EQ(terminal_.cursor_column(), fresh.cursor_column()) << i << ": " << Line();
  }
}

}  // namespace
}  // namespace someos::line_plain
