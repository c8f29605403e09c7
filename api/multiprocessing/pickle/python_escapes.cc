#include "someos/api/multiprocessing/pickle/python_escapes.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/value/utf8.h"

namespace someos::multiprocessing::internal {
namespace {

// `digits` hexadecimal digits at the front, which are removed.
bool TakeHex(absl::string_view& text, size_t digits, uint32_t& value) {
  if (text.size() < digits) return false;
  for (const char digit : text.substr(0, digits)) {
    if (!absl::ascii_isxdigit(digit)) return false;
  }
  const bool read = absl::SimpleHexAtoi(text.substr(0, digits), &value);
  text.remove_prefix(digits);
  return read;
}

bool IsOctal(char digit) { return digit >= '0' && digit <= '7'; }

// Up to three octal digits, of which the first one has been taken.
char TakeOctal(char first, absl::string_view& text) {
  int value = first - '0';
  for (int i = 0; i < 2 && !text.empty() && IsOctal(text[0]); ++i) {
    value = value * 8 + (text[0] - '0');
    text.remove_prefix(1);
  }
  return static_cast<char>(value & 0xff);
}

// What a backslash and this letter stand for; 0 if it has no meaning of its own.
char NamedEscape(char letter) {
  constexpr absl::string_view kLetters = "\\'\"nrtabfv";
  constexpr absl::string_view kMeanings = "\\'\"\n\r\t\a\b\f\v";
  const size_t i = kLetters.find(letter);
  return i == absl::string_view::npos ? '\0' : kMeanings[i];
}

}  // namespace

bool UnescapePython2Str(absl::string_view text, std::string& bytes) {
  while (!text.empty()) {
    const char next = text[0];
    text.remove_prefix(1);
    if (next != '\\') {
      bytes.push_back(next);
      continue;
    }
    if (text.empty()) return false;
    const char letter = text[0];
    text.remove_prefix(1);
    uint32_t value;
    if (letter == 'x') {
      if (!TakeHex(text, 2, value)) return false;
      bytes.push_back(static_cast<char>(value));
    } else if (IsOctal(letter)) {
      bytes.push_back(TakeOctal(letter, text));
    } else if (const char meaning = NamedEscape(letter); meaning != '\0') {
      bytes.push_back(meaning);
    } else {
      bytes.push_back('\\');
      bytes.push_back(letter);
    }
  }
  return true;
}

bool UnescapeRawUnicode(absl::string_view text, std::string& utf8) {
  while (!text.empty()) {
    const char next = text[0];
    text.remove_prefix(1);
    const bool escape = next == '\\' && !text.empty() && (text[0] == 'u' || text[0] == 'U');
    if (!escape) {
      AppendUtf8(static_cast<uint8_t>(next), utf8);
      // A pair of backslashes is two of them, and the second one begins no escape.
      if (next == '\\' && !text.empty() && text[0] == '\\') {
        utf8.push_back('\\');
        text.remove_prefix(1);
      }
      continue;
    }
    const size_t digits = text[0] == 'u' ? 4 : 8;
    text.remove_prefix(1);
    uint32_t point;
    if (!TakeHex(text, digits, point) || point > 0x10ffff) return false;
    AppendUtf8(point, utf8);
  }
  return true;
}

}  // namespace someos::multiprocessing::internal
