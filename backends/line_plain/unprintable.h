// Characters that must not reach a terminal as they are.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_UNPRINTABLE_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_UNPRINTABLE_H_

#include "absl/strings/string_view.h"
#include "someos/backends/line_plain/utf8.h"

namespace someos::line_plain {

// Those that are shown as "^A" and "^?".
constexpr bool IsControl(char32_t code_point) { return code_point < ' ' || code_point == 0x7f; }

// The letter behind the "^".
constexpr char ControlLetter(char control) {
  return control == 0x7f ? '?' : static_cast<char>(control + '@');
}

// Those that a terminal may take for the beginning of a sequence, and what is no character; they
// are shown as kReplacement, which is one column wide.
constexpr bool IsUnprintable(char32_t code_point) {
  return (code_point >= 0x80 && code_point < 0xa0) || IsRawByte(code_point);
}

inline constexpr absl::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_UNPRINTABLE_H_
