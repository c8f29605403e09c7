#include "someos/backends/line_base/key_feed.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/backends/line_base/bracketed_paste.h"
#include "someos/backends/line_base/prompt_parts.h"
#include "someos/testing/pipe.h"
#include "someos/testing/stream_io.h"

namespace someos::line_base {
namespace {

TEST(KeyLengthTest, WholeKeys) {
  for (const absl::string_view key :
       {"a", "\r", "\x01", "\xc3\xa9", "\xe6\xbc\xa2", "\xf0\x9f\x98\x80", "\033[A", "\033[1;5C",
        "\033OP", "\033[[A", "\033b", "\033\xc3\xa9", "\033\033[A",
        "\033[200~two\nlines\033[201~"}) {
    EXPECT_EQ(KeyLength(key), key.size()) << key;
    EXPECT_EQ(KeyLength(absl::StrCat(key, "x")), key.size()) << key;
    for (size_t size = 1; size < key.size(); ++size) {
      EXPECT_EQ(KeyLength(key.substr(0, size)), 0) << key << " up to " << size;
    }
  }
}

TEST(KeyLengthTest, WhatIsNoKeyDoesNotHoldBackOthers) {
  EXPECT_EQ(KeyLength("\xff"), 1);
  EXPECT_EQ(KeyLength("\xc3x"), 1);
  EXPECT_EQ(KeyLength("\033[1\r"), 3);
}

std::string TakeAll(KeyFeed& feed) {
  std::string bytes;
  while (const std::optional<unsigned char> byte = feed.Take()) bytes += static_cast<char>(*byte);
  return bytes;
}

TEST(KeyFeedTest, GivesOutWholeKeys) {
  KeyFeed feed(-1);
  feed.Add("a\033[");
  EXPECT_EQ(TakeAll(feed), "a");
  EXPECT_TRUE(feed.waiting());
  feed.Add("Bc\xe6");
  EXPECT_EQ(TakeAll(feed), "\033[Bc");
  feed.Add("\xbc\xa2");
  EXPECT_EQ(TakeAll(feed), "\xe6\xbc\xa2");
  EXPECT_FALSE(feed.waiting());
  feed.Add("\033");
  feed.Expire();
  EXPECT_EQ(TakeAll(feed), "\033");
}

TEST(KeyFeedTest, APasteHasNoTimeout) {
  KeyFeed feed(-1);
  feed.Add(absl::StrCat(kPasteBegin, "text\r"));
  EXPECT_FALSE(feed.ready());
  EXPECT_FALSE(feed.waiting());
  feed.Add(kPasteEnd);
  EXPECT_EQ(TakeAll(feed), absl::StrCat(kPasteBegin, "text\r", kPasteEnd));
}

TEST(KeyFeedTest, WaitsInTheMiddleOfAKey) {
  Pipe input;
  KeyFeed feed(input.reader.get());
  feed.Add("\033[");
  EXPECT_EQ(feed.Await(), '\033');
  EXPECT_EQ(feed.Await(), '[');
  WriteText(input.writer.get(), "A");
  EXPECT_EQ(feed.Await(), 'A');
  EXPECT_FALSE(feed.ready());
  input.writer.reset();
  EXPECT_EQ(feed.Await(), std::nullopt);
}

TEST(PromptPartsTest, WhatTakesNoColumnsIsMarked) {
  const absl::string_view prompt = "a\033[1;31mred\033[m \1\033]0;title\a\2> ";
  EXPECT_EQ(MarkedPrompt(prompt, "<", ">"), "a<\033[1;31m>red<\033[m> <\033]0;title\a>> ");
  EXPECT_EQ(VisiblePrompt(prompt), "ared > ");
  // The shape of the cursor; a sequence that has no end.
  EXPECT_EQ(VisiblePrompt("\033[3 q> "), "> ");
  EXPECT_EQ(VisiblePrompt("> \033[3"), "> \033[3");
}

}  // namespace
}  // namespace someos::line_base
