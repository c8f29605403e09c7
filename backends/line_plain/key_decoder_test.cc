#include "someos/backends/line_plain/key_decoder.h"

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/backends/line_plain/key.h"
#include "someos/backends/line_plain/utf8.h"

namespace someos::line_plain {
namespace {

constexpr const char* kNames[] = {"",         "up",  "down",    "right",  "left",
                                  "home",     "end", "insert",  "delete", "pageup",
                                  "pagedown", "f",   "backtab", "paste",  "unknown"};

// "C-a-up", "f5", "x", "^A", "paste(...)".
std::string Describe(const Key& key, absl::string_view pasted) {
  std::string text = absl::StrCat(key.control ? "C-" : "", key.alt ? "M-" : "",
                                  key.shift ? "S-" : "", kNames[static_cast<size_t>(key.code)]);
  if (key.code == KeyCode::kFunction) absl::StrAppend(&text, static_cast<int>(key.value));
  if (key.code == KeyCode::kPaste) absl::StrAppend(&text, "(", pasted, ")");
  if (key.code != KeyCode::kCharacter) return text;
  if (key.value < ' ')
    return absl::StrCat(text, "^", std::string(1, static_cast<char>(key.value + '@')));
  AppendUtf8(key.value, text);
  return text;
}

std::string Take(KeyDecoder& decoder) {
  std::vector<std::string> keys;
  Key key;
  std::string pasted;
  while (decoder.Next(key, pasted)) keys.push_back(Describe(key, pasted));
  return absl::StrJoin(keys, " ");
}

std::string Decoded(absl::string_view bytes) {
  KeyDecoder decoder;
  decoder.Feed(bytes);
  return Take(decoder);
}

TEST(KeyDecoderTest, CharactersAreUtf8) {
  EXPECT_EQ(Decoded("a\x01\r\xc3\xa4\xe6\xbc\xa2\xf0\x9f\x98\x80\x7f"),
            "a ^A ^M \xc3\xa4 \xe6\xbc\xa2 \xf0\x9f\x98\x80 \x7f");
  // Bytes that are none stand for themselves.
  EXPECT_EQ(Decoded("\xff\xc3(\xed\xa0\x80"), "\xff \xc3 ( \xed \xa0 \x80");
}

TEST(KeyDecoderTest, ACharacterMayComeInPieces) {
  KeyDecoder decoder;
  decoder.Feed("\xe6");
  EXPECT_EQ(Take(decoder), "");
  EXPECT_TRUE(decoder.waiting());
  decoder.Feed("\xbc");
  EXPECT_EQ(Take(decoder), "");
  decoder.Feed("\xa2");
  EXPECT_EQ(Take(decoder), "\xe6\xbc\xa2");
  EXPECT_FALSE(decoder.waiting());
}

TEST(KeyDecoderTest, SequencesOfManyTerminals) {
  EXPECT_EQ(Decoded("\033[A\033OB\033[C\033[D\033[H\033OF"), "up down right left home end");
  EXPECT_EQ(Decoded("\033[1~\033[2~\033[3~\033[4~\033[5~\033[6~\033[7~\033[8~"),
            "home insert delete end pageup pagedown home end");
  EXPECT_EQ(Decoded("\033OP\033[[E\033[15~\033[24~\033[Z"), "f1 f5 f5 f12 backtab");
  EXPECT_EQ(Decoded("\033[1;5C\033[1;3D\033[3;2~\033[1;8A"), "C-right M-left S-delete C-M-S-up");
  EXPECT_EQ(Decoded("\033Oc\033[a\033[3^\033[3@\033O5D"),
            "C-right S-up C-delete C-S-delete C-left");
  EXPECT_EQ(Decoded("\033[97;5u\033[27;5;98~\033[228u\033[13;5u"), "^A ^B \xc3\xa4 C-^M");
}

TEST(KeyDecoderTest, EscapeIsAlt) {
  EXPECT_EQ(Decoded("\033b\033\x7f\033\xc3\xa4\033\033[A"), "M-b M-\x7f M-\xc3\xa4 M-up");
  EXPECT_EQ(Decoded("\033\033b"), "^[ M-b");
}

TEST(KeyDecoderTest, ALoneEscapeNeedsTime) {
  KeyDecoder decoder;
  decoder.Feed("\033");
  EXPECT_EQ(Take(decoder), "");
  EXPECT_TRUE(decoder.waiting());
  decoder.Expire();
  EXPECT_EQ(Take(decoder), "^[");
  decoder.Feed("\033[");
  decoder.Expire();
  EXPECT_EQ(Take(decoder), "M-[");
  decoder.Feed("\033[1;");
  decoder.Expire();
  EXPECT_EQ(Take(decoder), "M-[ 1 ;");
  // What comes in time is one key.
  decoder.Feed("\033");
  EXPECT_EQ(Take(decoder), "");
  decoder.Feed("[A");
  EXPECT_EQ(Take(decoder), "up");
}

TEST(KeyDecoderTest, UnknownSequencesAreSkippedAsAWhole) {
  EXPECT_EQ(Decoded("\033[99~a\033[?1;2cb\033[<0;1;1Mc"), "unknown a unknown b unknown c");
  EXPECT_EQ(Decoded("\033[1\x01x"), "unknown ^A x");
  EXPECT_EQ(Decoded(absl::StrCat("\033[", std::string(40, '1'), "~")),
            absl::StrCat("unknown 1 1 1 1 1 1 1 1 1 1 ~"));
}

TEST(KeyDecoderTest, APasteIsOneKey) {
  EXPECT_EQ(Decoded("a\033[200~one\n\033[Atwo\033[201~b"), "a paste(one\n\033[Atwo) b");
  // In pieces, of any size.
  const std::string bytes = "\033[200~text\033[20\033[201~x";
  KeyDecoder decoder;
  std::string keys;
  for (const char byte : bytes) {
    decoder.Feed(absl::string_view(&byte, 1));
    absl::StrAppend(&keys, Take(decoder));
  }
  EXPECT_EQ(keys, "paste(text\033[20)x");
}

TEST(KeyDecoderTest, NoKeyBeforeItHidesAPaste) {
  for (const char* before : {"\033", "\033[[", "\033O", "\033[1;", "\xe6"}) {
    const std::string keys = Decoded(absl::StrCat(before, "\033[200~rm\r\033[201~"));
    EXPECT_TRUE(absl::EndsWith(keys, " paste(rm\r)")) << keys;
  }
}

TEST(KeyDecoderTest, APasteWithoutAnEndIsShownAfterAWhile) {
  KeyDecoder decoder;
  decoder.Feed("\033[200~some");
  EXPECT_EQ(Take(decoder), "");
  EXPECT_TRUE(decoder.pasting());
  decoder.Expire();
  EXPECT_EQ(Take(decoder), "paste(some)");
  decoder.Feed("more\033[201~");
  EXPECT_EQ(Take(decoder), "paste(more)");
  EXPECT_FALSE(decoder.pasting());
}

}  // namespace
}  // namespace someos::line_plain
