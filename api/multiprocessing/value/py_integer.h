// Integers of any size as two's complement, little endian and as short as possible, as pickles
// contain them; 0 is empty. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_VALUE_PY_INTEGER_H_
#define SOMEOS_API_MULTIPROCESSING_VALUE_PY_INTEGER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace someos::multiprocessing::internal {

// As in Python: the time that a conversion takes grows with the square of the digits.
inline constexpr int kMaxDecimalDigits = 4300;

// Without bytes at the end that say nothing.
absl::string_view ShortestInteger(absl::string_view bytes);

// Of at most 8 bytes.
int64_t SmallInteger(absl::string_view bytes);

std::string IntegerBytes(int64_t value);

// Of a finite double without a fraction.
std::string IntegerBytes(double value);

// Of an optional sign and 1 to kMaxDecimalDigits decimal digits; empty for another text.
std::optional<std::string> IntegerBytesOfDecimal(absl::string_view text);

// Decimal, or hexadecimal ("-0x1f") if it has more digits than kMaxDecimalDigits.
std::string IntegerText(absl::string_view bytes);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_VALUE_PY_INTEGER_H_
