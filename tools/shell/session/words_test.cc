#include "someos/tools/shell/session/words.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/testing/status_matchers.h"

namespace someos::shell {
namespace {

// "a|'b c'": quoted words between '...'.
std::string Split(absl::string_view line) {
  const auto words = SplitWords(line);
  if (!words.ok()) return std::string(words.status().message());
  return absl::StrJoin(*words, "|", [](std::string* out, const Word& word) {
    absl::StrAppend(out, word.quoted ? absl::StrCat("'", word.text, "'") : word.text);
  });
}

TEST(WordsTest, BlanksSeparate) {
  EXPECT_EQ(Split(""), "");
  EXPECT_EQ(Split(" \t "), "");
  EXPECT_EQ(Split("pipe r  w\t"), "pipe|r|w");
}

TEST(WordsTest, QuotesHoldWordsTogether) {
  EXPECT_EQ(Split("write w 'a b' \"c d\""), "write|w|'a b'|'c d'");
  EXPECT_EQ(Split("a'b c'd"), "'ab cd'");
  EXPECT_EQ(Split("''"), "''");
}

TEST(WordsTest, EscapesAreBytes) {
  EXPECT_EQ(Split(R"("a\n\t\r\x41\"\\")"), "'a\n\t\rA\"\\'");
  EXPECT_EQ(Split(R"(a\ b\#)"), "a b#");
  EXPECT_EQ(Split(R"('\n')"), R"('\n')");
  EXPECT_EQ(Split(R"(\0)"), std::string(1, '\0'));
}

TEST(WordsTest, CommentsEndALine) {
  EXPECT_EQ(Split("# a comment"), "");
  EXPECT_EQ(Split("read r # it"), "read|r");
  EXPECT_EQ(Split("read r#1 '#'"), "read|r#1|'#'");
}

TEST(WordsTest, WhatHasNoEndIsRefused) {
  EXPECT_EQ(Split("write w 'a"), "there is no end to the quote in column 9");
  EXPECT_EQ(Split("\"a\\\""), "there is no end to the quote in column 1");
  EXPECT_EQ(Split("a\\"), "nothing follows the backslash in column 2");
  EXPECT_EQ(Split("\\x4"), "\\x has no two hexadecimal digits in column 1");
  EXPECT_EQ(Split("\\xzz"), "\\x has no two hexadecimal digits in column 1");
  EXPECT_THAT(SplitWords("'"), FailsWithCode(absl::StatusCode::kInvalidArgument, "there"));
}

TEST(WordsTest, EveryByteIsQuotedAndReadAgain) {
  std::string bytes;
  for (int first = 0; first < 256; ++first) {
    for (const char second : {'a', '0', '"', '\\', '\n', '\x80'}) {
      bytes += static_cast<char>(first);
      bytes += second;
    }
  }
  const std::string quoted = Quoted(bytes);
  const auto words = SplitWords(quoted);
  ASSERT_THAT(words, Succeeds());
  ASSERT_EQ(words->size(), 1u);
  EXPECT_EQ((*words)[0].text, bytes);
  for (const char c : quoted) EXPECT_TRUE(c >= ' ' && c <= '~');
}

TEST(WordsTest, ControlCharactersAreMadePrintable) {
  EXPECT_EQ(Printable("a\n\tb\x1b[2J\x7f é"), "a\n\tb\\x1b[2J\\x7f é");
  EXPECT_EQ(Printable("\xc2\x9b\x32J\xc2\xa0\xc2"), "\\xc2\\x9b2J\xc2\xa0\xc2");
}

}  // namespace
}  // namespace someos::shell
