#include "someos/backends/line_plain/screen.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/backends/line_plain/completion_columns.h"
#include "someos/backends/line_plain/layout.h"
#include "someos/testing/vt100_screen.h"

namespace someos::line_plain {
namespace {

// A screen, and a terminal that shows it.
class ScreenTest : public ::testing::Test {
 protected:
  // Shows the text, the cursor before `behind`. Returns what was written.
  std::string Show(absl::string_view before, absl::string_view behind = "",
                   absl::string_view hint = "") {
    Layout layout(width_, height_);
    layout.AddPrompt("> ");
    layout.AddText(before, Style::kNormal);
    layout.PlaceCursor();
    layout.AddText(behind, Style::kNormal);
    layout.AddText(hint, Style::kHint);
    std::string out;
    screen_.Show(layout.Take(), out);
    terminal_.Write(out);
    EXPECT_EQ(terminal_.unknown(), "");
    return out;
  }

  std::string Cursor() const {
    return absl::StrCat(terminal_.cursor_row(), ",", terminal_.cursor_column());
  }

  int width_ = 20;
  int height_ = 5;
  Vt100Screen terminal_{width_, height_};
  Screen screen_;
};

TEST_F(ScreenTest, AKeyAtTheEndWritesItself) {
  Show("a");
  EXPECT_EQ(Show("ab"), "b");
  EXPECT_EQ(terminal_.Text(), "> ab");
  EXPECT_EQ(Cursor(), "0,4");
  // At the end of a row, the cursor goes to the next one.
  Show(std::string(17, 'x'));
  EXPECT_EQ(Show(std::string(18, 'x')), "x\r\n");
  EXPECT_EQ(Cursor(), "1,0");
  EXPECT_EQ(Show(std::string(19, 'x')), "x");
}

TEST_F(ScreenTest, OnlyWhatDiffersIsWritten) {
  Show("hello world");
  EXPECT_EQ(Show("hello", " world"), "\033[6D");
  EXPECT_EQ(Show("hallo", " world"), "\033[4Da\033[3C");
  EXPECT_EQ(Show("hallo", ""), "\033[K");
  EXPECT_EQ(terminal_.Text(), "> hallo");
}

TEST_F(ScreenTest, TypingIsShownAtOnceIfItCanBe) {
  Show("a");
  std::string out;
  EXPECT_TRUE(screen_.ShowTyped("b", 1, width_, out));
  EXPECT_EQ(out, "b");
  terminal_.Write(out);
  EXPECT_EQ(Show("ab"), "");
  EXPECT_EQ(Show("a", "b"), "\b");
  EXPECT_FALSE(screen_.ShowTyped("c", 1, width_, out));
  Show(std::string(17, 'x'));
  EXPECT_FALSE(screen_.ShowTyped("c", 1, width_, out));
}

TEST_F(ScreenTest, WideCharactersAndAccents) {
  const std::string text = std::string(17, 'x') +
                           "\xe6\xbc\xa2"
                           "e\xcc\x81!";
  Show(text);
  EXPECT_EQ(terminal_.Row(0), "> " + std::string(17, 'x'));
  EXPECT_EQ(terminal_.Row(1),
            "\xe6\xbc\xa2"
            "e\xcc\x81!");
  EXPECT_EQ(Cursor(), "1,4");
  Show(std::string(17, 'x'),
       "\xe6\xbc\xa2"
       "e\xcc\x81!");
  EXPECT_EQ(Cursor(), "0,19");
}

TEST_F(ScreenTest, NewlinesTabsAndControlCharacters) {
  Show("one\n\ttwo\x01\x7f\xff");
  EXPECT_EQ(terminal_.Text(), "> one\n        two^A^?\xef\xbf\xbd");
  Show("one");
  EXPECT_EQ(terminal_.Text(), "> one");
  EXPECT_EQ(Cursor(), "0,5");
}

TEST_F(ScreenTest, ATextLongerThanTheScreenShowsTheRowsAroundTheCursor) {
  std::string lines = "1\n2\n3\n4\n5\n6\n7";
  Show(lines);
  EXPECT_EQ(terminal_.Text(), "3\n4\n5\n6\n7");
  EXPECT_EQ(Cursor(), "4,1");
  Show("1\n2", "\n3\n4\n5\n6\n7");
  EXPECT_EQ(terminal_.Text(), "> 1\n2\n3\n4\n5");
  EXPECT_EQ(Cursor(), "1,1");
}

TEST_F(ScreenTest, AHintIsBehindTheCursor) {
  EXPECT_EQ(Show("ab", "", "cd"), "> ab\033[2mcd\033[22m\b\b");
  EXPECT_EQ(terminal_.Text(), "> abcd");
  Show("abc", "", "d");
  EXPECT_EQ(Show("abx"), "\bx\033[K");
}

TEST_F(ScreenTest, ThePromptMayHaveColours) {
  Layout layout(width_, height_);
  layout.AddPrompt("\001\033[31m\002red\001\033[0m\002 \033[1m>\033[0m ");
  layout.PlaceCursor();
  std::string out;
  screen_.Show(layout.Take(), out);
  EXPECT_EQ(out, "\033[31mred\033[0m \033[1m>\033[0m ");
  terminal_.Write(out);
  EXPECT_EQ(Cursor(), "0,6");
}

TEST_F(ScreenTest, MaskedTextIsNotSeen) {
  Layout layout(width_, height_);
  layout.AddText("p\xc3\xa4ss", Style::kNormal, true);
  layout.PlaceCursor();
  std::string out;
  screen_.Show(layout.Take(), out);
  EXPECT_EQ(out, "****");
}

TEST_F(ScreenTest, LeavingGoesBelow) {
  terminal_.Write("above\r\n");
  Show("one\ntwo", "\nthree");
  std::string out;
  screen_.Leave(out);
  terminal_.Write(out);
  EXPECT_EQ(Cursor(), "4,0");
  Show(std::string(18, 'x'));
  out.clear();
  screen_.Leave(out);
  terminal_.Write(out);
  EXPECT_EQ(Cursor(), "4,0");
  EXPECT_EQ(terminal_.Text(), "> one\ntwo\nthree\n> " + std::string(18, 'x'));
}

TEST_F(ScreenTest, ErasingLeavesWhatIsAbove) {
  terminal_.Write("above\r\n");
  Show("one\ntwo", "\nthree");
  std::string out;
  screen_.Erase(out);
  terminal_.Write(out);
  EXPECT_EQ(terminal_.Text(), "above");
  EXPECT_EQ(Cursor(), "1,0");
}

TEST_F(ScreenTest, ANarrowerTerminalIsRedrawnInPlace) {
  terminal_.Write("above\r\n");
  Show("123456789 123456");
  terminal_.Resize(10, 5);
  width_ = 10;
  std::string out;
  screen_.Resize(width_, out);
  terminal_.Write(out);
  Show("123456789 123456");
  EXPECT_EQ(terminal_.Text(), "above\n> 12345678\n9 123456");
}

// What is shown is what was asked for, whatever was shown before.
TEST_F(ScreenTest, AnyTextAfterAnyOther) {
  std::mt19937 random(7);
  const std::vector<std::string> pieces = {
      "a", "b", " ", "\n", "\xe6\xbc\xa2", "e\xcc\x81", "\t", "\x01", "word", "\xff", "0123456789"};
  for (int round = 0; round < 3000; ++round) {
    std::string before;
    std::string behind;
    for (unsigned i = random() % 12; i > 0; --i) before += pieces[random() % pieces.size()];
    for (unsigned i = random() % 12; i > 0; --i) behind += pieces[random() % pieces.size()];
    const std::string hint = random() % 4 == 0 ? "hint" : "";
    Show(before, behind, hint);
    const std::string seen = terminal_.Text() + Cursor();
    // The same on a terminal that has shown nothing yet.
    const std::string ask = absl::StrCat("round ", round);
    Vt100Screen other(width_, height_);
    std::swap(other, terminal_);
    Screen fresh;
    std::swap(fresh, screen_);
    Show(before, behind, hint);
    ASSERT_EQ(terminal_.Text() + Cursor(), seen) << ask;
    std::swap(other, terminal_);
    std::swap(fresh, screen_);
  }
}

TEST(CompletionColumnsTest, ColumnsAreFilledOneAfterTheOther) {
  EXPECT_EQ(InColumns({"a", "bb", "ccc", "d", "e"}, 12), "a    d\nbb   e\nccc\n");
  EXPECT_EQ(InColumns({"a", "bb", "ccc"}, 80), "a    bb   ccc\n");
  EXPECT_EQ(InColumns({"wider than all", "x"}, 5), "wider than all\nx\n");
  EXPECT_EQ(InColumns({"\xe6\xbc\xa2", "b\n"}, 80), "\xe6\xbc\xa2   b^J\n");
  EXPECT_EQ(InColumns({}, 80), "");
}

TEST(CompletionColumnsTest, NothingReachesTheTerminalThatItWouldTakeForACommand) {
  EXPECT_EQ(InColumns({"a\x1b[2J", "z"}, 80), "a^[[2J  z\n");
  EXPECT_EQ(InColumns({"a\xc2\x9bJ", "z"}, 80), "a\xef\xbf\xbdJ  z\n");
  EXPECT_EQ(InColumns({"a\x9bJ", "z"}, 80), "a\xef\xbf\xbdJ  z\n");
}

TEST(CompletionColumnsTest, TheCommonBeginningIsOfWholeCharacters) {
  EXPECT_EQ(CommonBeginning({"main.cc", "main.h"}, false), "main.");
  EXPECT_EQ(CommonBeginning({"gr\xc3\xbc", "gr\xc3\xb6"}, false), "gr");
  EXPECT_EQ(CommonBeginning({"Main", "main"}, false), "");
  EXPECT_EQ(CommonBeginning({"Main.cc", "main.h"}, true), "Main.");
  EXPECT_EQ(CommonBeginning({"one"}, false), "one");
}

}  // namespace
}  // namespace someos::line_plain
