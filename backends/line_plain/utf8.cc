#include "someos/backends/line_plain/utf8.h"

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace someos::line_plain {
namespace {

unsigned char At(absl::string_view text, size_t i) { return static_cast<unsigned char>(text[i]); }

// The bytes of the code point that begins with `lead`; 0: none does.
size_t SizeFor(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

// Whether the second byte is possible after `lead`: not for overlong forms, surrogates and what is
// beyond Unicode.
bool IsSecond(unsigned char lead, unsigned char second) {
  switch (lead) {
    case 0xe0:
      return second >= 0xa0 && second <= 0xbf;
    case 0xed:
      return second >= 0x80 && second <= 0x9f;
    case 0xf0:
      return second >= 0x90 && second <= 0xbf;
    case 0xf4:
      return second >= 0x80 && second <= 0x8f;
    default:
      return second >= 0x80 && second <= 0xbf;
  }
}

// How many of the first `size` bytes are those of one code point.
size_t ValidBytes(absl::string_view text, size_t size) {
  for (size_t i = 1; i < size; ++i) {
    if (i >= text.size()) return i;
    const bool valid = i == 1 ? IsSecond(At(text, 0), At(text, 1)) : (At(text, i) & 0xc0) == 0x80;
    if (!valid) return i;
  }
  return size;
}

}  // namespace

CodePoint FirstCodePoint(absl::string_view text) {
  const unsigned char lead = At(text, 0);
  if (lead < 0x80) return {lead, 1};
  const size_t size = SizeFor(lead);
  if (size == 0 || ValidBytes(text, size) < size) return {kRawByte + lead, 1};
  char32_t value = lead & (0x7fU >> size);
  for (size_t i = 1; i < size; ++i) value = value << 6 | (At(text, i) & 0x3fU);
  return {value, size};
}

bool IsIncompleteUtf8(absl::string_view text) {
  const size_t size = SizeFor(At(text, 0));
  return text.size() < size && ValidBytes(text, size) == text.size();
}

void AppendUtf8(char32_t value, std::string& text) {
  if (value < 0x80) {
    text += static_cast<char>(value);
  } else if (IsRawByte(value)) {
    text += static_cast<char>(value - kRawByte);
  } else if (value < 0x800) {
    text += static_cast<char>(0xc0 | value >> 6);
    text += static_cast<char>(0x80 | (value & 0x3f));
  } else if (value < 0x10000) {
    text += static_cast<char>(0xe0 | value >> 12);
    text += static_cast<char>(0x80 | (value >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (value & 0x3f));
  } else {
    text += static_cast<char>(0xf0 | value >> 18);
    text += static_cast<char>(0x80 | (value >> 12 & 0x3f));
    text += static_cast<char>(0x80 | (value >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (value & 0x3f));
  }
}

}  // namespace someos::line_plain
