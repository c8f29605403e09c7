#include "someos/api/readline/editline_escapes.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace someos::internal {
namespace {

constexpr unsigned char kMeta = 0x80;
constexpr unsigned char kControl = 0x1f;
constexpr unsigned char kDelete = 0x7f;

struct Unescaped {
  size_t size;  // of the escape; 0: it is none
  unsigned char byte;
};

constexpr Unescaped kNoEscape = {0, 0};

bool IsOctal(char c) { return c >= '0' && c <= '7'; }

// `text` begins after the backslash.
Unescaped Octal(absl::string_view text) {
  size_t size = 0;
  unsigned value = 0;
  for (; size < std::min<size_t>(3, text.size()) && IsOctal(text[size]); ++size) {
    value = value * 8 + static_cast<unsigned>(text[size] - '0');
  }
  return value > 0xff ? kNoEscape : Unescaped{size, static_cast<unsigned char>(value)};
}

unsigned char ControlOf(char c) {
  return c == '?' ? kDelete : static_cast<unsigned char>(c) & kControl;
}

// "^A"
Unescaped Control(absl::string_view text) {
  return text.size() < 2 ? kNoEscape : Unescaped{2, ControlOf(text[1])};
}

// "M-a" and "M^A"
Unescaped Meta(absl::string_view text) {
  if (text.size() < 3) return kNoEscape;
  const auto last = static_cast<unsigned char>(text[2]);
  if (text[1] == '-') return {3, static_cast<unsigned char>(last | kMeta)};
  if (text[1] == '^') return {3, static_cast<unsigned char>(ControlOf(text[2]) | kMeta)};
  return kNoEscape;
}

Unescaped Letter(char c) {
  constexpr absl::string_view kLetters = "\\abEfnrstv$";
  constexpr absl::string_view kMeanings = "\\\a\b\033\f\n\r \t\v$";
  const size_t at = kLetters.find(c);
  if (at == absl::string_view::npos) return kNoEscape;
  return {1, static_cast<unsigned char>(kMeanings[at])};
}

Unescaped First(absl::string_view text) {
  if (text.empty()) return kNoEscape;
  if (IsOctal(text[0])) return Octal(text);
  if (text[0] == '^') return Control(text);
  if (text[0] == 'M') return Meta(text);
  return Letter(text[0]);
}

}  // namespace

std::string EscapeEditline(absl::string_view text) {
  std::string line;
  line.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte == kDelete || c == '\\') {
      line += absl::StrFormat("\\%03o", byte);
    } else {
      line += c;
    }
  }
  return line;
}

std::string UnescapeEditline(absl::string_view line) {
  std::string text;
  text.reserve(line.size());
  while (!line.empty()) {
    const size_t plain = std::min(line.find('\\'), line.size());
    text.append(line.data(), plain);
    line.remove_prefix(plain);
    if (line.empty()) break;
    const Unescaped escape = First(line.substr(1));
    text += escape.size == 0 ? '\\' : static_cast<char>(escape.byte);
    line.remove_prefix(1 + escape.size);
  }
  return text;
}

}  // namespace someos::internal
