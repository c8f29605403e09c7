// UTF-8 as Python's "surrogatepass" has it. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_VALUE_UTF8_H_
#define SOMEOS_API_MULTIPROCESSING_VALUE_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace someos::multiprocessing::internal {

// A code point and the bytes that it takes; 0 bytes if `text` begins with none.
struct CodePoint {
  uint32_t value;
  size_t size;
};

// Surrogates count as code points.
CodePoint FirstCodePoint(absl::string_view text);

bool IsAscii(absl::string_view text);

// The bytes of `text` before the first one that is not UTF-8: text.size() if all is well.
size_t ValidUtf8(absl::string_view text);

// `value` is at most 0x10ffff.
void AppendUtf8(uint32_t value, std::string& text);

// Bytes as code points below 256, and back: false if there are others.
std::string Utf8OfLatin1(absl::string_view bytes);
bool Latin1OfUtf8(absl::string_view text, std::string& bytes);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_VALUE_UTF8_H_
