#include "someos/api/multiprocessing/value/utf8.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace someos::multiprocessing::internal {
namespace {

// Of `size` bytes, also if fewer would do.
std::string Encoded(uint32_t value, size_t size) {
  constexpr uint8_t kLead[] = {0, 0, 0xc0, 0xe0, 0xf0};
  std::string text;
  for (size_t i = 1; i < size; ++i) {
    text.insert(text.begin(), static_cast<char>(0x80 | (value & 0x3f)));
    value >>= 6;
  }
  return static_cast<char>(kLead[size] | value) + text;
}

TEST(Utf8Test, EachCodePointHasItsShortestForm) {
  for (uint32_t value = 0; value <= 0x10ffff; value += value < 0x20000 ? 1 : 257) {
    const size_t size = value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;
    std::string text;
    AppendUtf8(value, text);
    ASSERT_EQ(text, size == 1 ? std::string(1, static_cast<char>(value)) : Encoded(value, size));
    ASSERT_EQ(ValidUtf8(text), size);
    const CodePoint point = FirstCodePoint(text + "x");
    ASSERT_EQ(point.value, value);
    ASSERT_EQ(point.size, size);
    ASSERT_EQ(ValidUtf8(text.substr(0, size - 1)), 0) << value;
  }
}

TEST(Utf8Test, NoOtherFormIsAccepted) {
  for (const uint32_t value : {0x0, 0x41, 0x7f}) EXPECT_EQ(ValidUtf8(Encoded(value, 2)), 0);
  for (const uint32_t value : {0x0, 0x7f, 0x80, 0x7ff}) EXPECT_EQ(ValidUtf8(Encoded(value, 3)), 0);
  for (const uint32_t value : {0x0, 0x7ff, 0x800, 0x1999, 0xffff, 0x110000, 0x1fffff}) {
    EXPECT_EQ(ValidUtf8(Encoded(value, 4)), 0) << value;
  }
  for (const absl::string_view bytes : {"\x80", "\xbf", "\xc1\xbf", "\xc3\x28", "\xe2\x82\xc0",
                                        "\xf0\x9f\x98\x41", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_EQ(ValidUtf8(bytes), 0);
    EXPECT_EQ(FirstCodePoint(bytes).size, 0);
  }
  EXPECT_EQ(FirstCodePoint("").size, 0);
}

TEST(Utf8Test, WhatIsValidEndsWhereItIsNot) {
  EXPECT_EQ(ValidUtf8(""), 0);
  for (size_t length = 1; length < 40; ++length) {
    std::string text(length, 'a');
    EXPECT_TRUE(IsAscii(text));
    EXPECT_EQ(ValidUtf8(text), length);
    for (size_t i = 0; i < length; ++i) {
      text[i] = '\x80';
      EXPECT_FALSE(IsAscii(text));
      EXPECT_EQ(ValidUtf8(text), i);
      text[i] = 'a';
    }
  }
}

TEST(Utf8Test, Latin1AndBack) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  std::string bytes;
  EXPECT_TRUE(Latin1OfUtf8(Utf8OfLatin1(all), bytes));
  EXPECT_EQ(bytes, all);
  EXPECT_FALSE(Latin1OfUtf8("a\xc4\x80", bytes));  // 256
  EXPECT_FALSE(Latin1OfUtf8("a\xff", bytes));
}

}  // namespace
}  // namespace someos::multiprocessing::internal
