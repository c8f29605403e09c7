#include "someos/backends/line_plain/key_notation.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "someos/api/errno_status.h"
#include "someos/backends/line_plain/key.h"
#include "someos/backends/line_plain/key_decoder.h"
#include "someos/backends/line_plain/utf8.h"

namespace someos::line_plain {
namespace {

absl::Status Incomplete(absl::string_view text) {
  return PlainStatus(absl::StatusCode::kInvalidArgument,
                     absl::StrCat("\"", text, "\" is no complete key"));
}

char ControlOf(char c) {
  return c == '?' ? static_cast<char>(kRubout)
                  : static_cast<char>(absl::ascii_toupper(static_cast<unsigned char>(c)) & 0x1f);
}

bool IsOctal(char c) { return c >= '0' && c <= '7'; }

unsigned HexDigit(char c) {
  const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
  return static_cast<unsigned>(lower <= '9' ? lower - '0' : lower - 'a' + 10);
}

// Takes a number of at most `most` digits off `text`.
char TakeNumber(absl::string_view& text, unsigned base, size_t most) {
  unsigned value = 0;
  const auto is_digit = [base](char c) {
    return base == 8 ? IsOctal(c) : absl::ascii_isxdigit(static_cast<unsigned char>(c));
  };
  for (size_t i = 0; i < most && !text.empty() && is_digit(text[0]); ++i) {
    value = value * base + HexDigit(text[0]);
    text.remove_prefix(1);
  }
  return static_cast<char>(value & 0xff);
}

char Letter(char c) {
  constexpr absl::string_view kLetters = "abdefnrtv";
  constexpr absl::string_view kMeanings = "\a\b\177\033\f\n\r\t\v";
  const size_t at = kLetters.find(c);
  return at == absl::string_view::npos ? c : kMeanings[at];
}

// Takes one character, which may be an escape, off `text`, and appends it to `bytes`. False: it is
// incomplete. `depth` bounds what \C-\M-\C-... asks for.
bool TakeOne(absl::string_view& text, std::string& bytes, int depth) {
  constexpr int kMostModifiers = 4;
  if (text.empty() || depth > kMostModifiers) return false;
  if (text[0] != '\\') {
    bytes += text[0];
    text.remove_prefix(1);
    return true;
  }
  text.remove_prefix(1);
  if (text.empty()) return false;
  if (absl::ConsumePrefix(&text, "C-")) {
    std::string plain;
    if (!TakeOne(text, plain, depth + 1)) return false;
    plain.back() = ControlOf(plain.back());
    bytes += plain;
    return true;
  }
  if (absl::ConsumePrefix(&text, "M-")) {
    bytes += static_cast<char>(kEscape);
    return TakeOne(text, bytes, depth + 1);
  }
  if (IsOctal(text[0])) {
    bytes += TakeNumber(text, 8, 3);
  } else if (absl::ConsumePrefix(&text, "x")) {
    if (text.empty() || !absl::ascii_isxdigit(static_cast<unsigned char>(text[0]))) return false;
    bytes += TakeNumber(text, 16, 2);
  } else {
    bytes += Letter(text[0]);
    text.remove_prefix(1);
  }
  return true;
}

struct NamedCharacter {
  absl::string_view name;
  char32_t character;
};
constexpr NamedCharacter kNamed[] = {
    {"DEL", kRubout}, {"Rubout", kRubout}, {"ESC", kEscape}, {"Escape", kEscape},
    {"LFD", '\n'},    {"Newline", '\n'},   {"RET", '\r'},    {"Return", '\r'},
    {"SPC", ' '},     {"Space", ' '},      {"TAB", '\t'},
};

bool ConsumeModifier(absl::string_view& name, absl::string_view modifier) {
  if (!absl::StartsWithIgnoreCase(name, modifier) || name.size() == modifier.size()) return false;
  name.remove_prefix(modifier.size());
  return true;
}

}  // namespace

absl::StatusOr<std::string> UnescapeKeys(absl::string_view quoted) {
  std::string bytes;
  absl::string_view rest = quoted;
  while (!rest.empty()) {
    if (!TakeOne(rest, bytes, 0)) return Incomplete(quoted);
  }
  return bytes;
}

KeySequence KeysOf(absl::string_view bytes) {
  KeyDecoder decoder;
  decoder.Feed(bytes);
  decoder.Expire();
  KeySequence keys;
  Key key;
  std::string pasted;
  while (decoder.Next(key, pasted)) keys.push_back(key);
  return keys;
}

absl::StatusOr<KeySequence> KeysNamed(absl::string_view name) {
  absl::string_view rest = name;
  bool control = false;
  bool alt = false;
  for (;;) {
    if (ConsumeModifier(rest, "Control-") || ConsumeModifier(rest, "C-")) {
      control = true;
    } else if (ConsumeModifier(rest, "Meta-") || ConsumeModifier(rest, "M-")) {
      alt = true;
    } else {
      break;
    }
  }
  if (rest.empty()) return Incomplete(name);
  const auto* const named = std::find_if(
      std::begin(kNamed), std::end(kNamed),
      [rest](const NamedCharacter& each) { return absl::EqualsIgnoreCase(each.name, rest); });
  const CodePoint first = FirstCodePoint(rest);
  if (named == std::end(kNamed) && first.size != rest.size()) return Incomplete(name);
  char32_t character = named == std::end(kNamed) ? first.value : named->character;
  if (control && character < kRubout) {
    character = static_cast<unsigned char>(ControlOf(static_cast<char>(character)));
  }
  return KeySequence{Key::Character(character, alt)};
}

}  // namespace someos::line_plain
