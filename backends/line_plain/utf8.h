// UTF-8, and bytes that are none.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_UTF8_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_UTF8_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace someos::line_plain {

// A code point and the bytes that it takes. A byte that is no UTF-8 stands for itself, as the code
// point kRawByte + byte, one of the lone surrogates that Python's "surrogateescape" uses.
struct CodePoint {
  char32_t value;
  size_t size;
};

inline constexpr char32_t kRawByte = 0xdc00;
constexpr bool IsRawByte(char32_t value) { return value >= 0xdc80 && value <= 0xdcff; }

// The first one of `text`, which must not be empty.
CodePoint FirstCodePoint(absl::string_view text);

// Whether `text`, which is not empty, is the beginning of a code point that more bytes would
// complete.
bool IsIncompleteUtf8(absl::string_view text);

// Appends the code point, or the byte that it stands for. `value` is one that FirstCodePoint can
// return.
void AppendUtf8(char32_t value, std::string& text);

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_UTF8_H_
