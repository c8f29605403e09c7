#include "someos/api/multiprocessing/value/py_integer.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace someos::multiprocessing::internal {
namespace {

constexpr uint32_t kChunk = 1000000000;  // nine decimal digits
constexpr int kChunkDigits = 9;

bool IsNegative(absl::string_view bytes) {
  return !bytes.empty() && (static_cast<uint8_t>(bytes.back()) & 0x80) != 0;
}

// Negates in place; the number keeps its bytes.
void Negate(std::string& bytes) {
  int carry = 1;
  for (char& byte : bytes) {
    const int sum = (~static_cast<uint8_t>(byte) & 0xff) + carry;
    byte = static_cast<char>(sum & 0xff);
    carry = sum >> 8;
  }
}

// Two's complement of a magnitude.
std::string WithSign(std::string magnitude, bool negative) {
  magnitude.push_back('\0');
  if (negative) Negate(magnitude);
  return std::string(ShortestInteger(magnitude));
}

std::string Magnitude(absl::string_view bytes) {
  std::string magnitude(bytes);
  magnitude.push_back(IsNegative(bytes) ? '\xff' : '\0');
  if (IsNegative(bytes)) Negate(magnitude);
  return magnitude;
}

std::string Hexadecimal(const std::string& magnitude) {
  std::string digits;
  for (size_t i = magnitude.size(); i-- > 0;) {
    absl::StrAppendFormat(&digits, "%02x", static_cast<uint8_t>(magnitude[i]));
  }
  return absl::StrCat("0x",
                      digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1)));
}

std::string Decimal(std::string magnitude) {
  std::string digits;
  while (!magnitude.empty()) {
    uint32_t remainder = 0;
    for (size_t i = magnitude.size(); i-- > 0;) {
      const uint64_t value =
          (static_cast<uint64_t>(remainder) << 8) | static_cast<uint8_t>(magnitude[i]);
      magnitude[i] = static_cast<char>(value / kChunk);
      remainder = static_cast<uint32_t>(value % kChunk);
    }
    while (!magnitude.empty() && magnitude.back() == '\0') magnitude.pop_back();
    for (int i = 0; i < kChunkDigits; ++i, remainder /= 10) {
      digits.push_back(static_cast<char>('0' + remainder % 10));
    }
  }
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  std::reverse(digits.begin(), digits.end());
  return digits.empty() ? "0" : digits;
}

}  // namespace

absl::string_view ShortestInteger(absl::string_view bytes) {
  while (!bytes.empty()) {
    const auto last = static_cast<uint8_t>(bytes.back());
    const bool next = bytes.size() > 1 && IsNegative(bytes.substr(0, bytes.size() - 1));
    if (last != (next ? 0xff : 0)) break;
    bytes.remove_suffix(1);
  }
  return bytes;
}

int64_t SmallInteger(absl::string_view bytes) {
  uint64_t value = IsNegative(bytes) ? ~uint64_t{0} : 0;
  for (size_t i = bytes.size(); i-- > 0;) value = (value << 8) | static_cast<uint8_t>(bytes[i]);
  return static_cast<int64_t>(value);
}

std::string IntegerBytes(int64_t value) {
  std::string bytes(sizeof(value), '\0');
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(static_cast<uint64_t>(value) >> (8 * i));
  }
  return std::string(ShortestInteger(bytes));
}

std::string IntegerBytes(double value) {
  int exponent;
  const double fraction = std::frexp(std::fabs(value), &exponent);
  const int shift = std::max(exponent - 53, 0);
  const auto mantissa = static_cast<uint64_t>(std::ldexp(fraction, exponent - shift));
  std::string magnitude(shift / 8, '\0');
  // At most 53 bits, moved by at most 7: these are 60.
  for (uint64_t rest = mantissa << (shift % 8); rest != 0; rest >>= 8) {
    magnitude.push_back(static_cast<char>(rest & 0xff));
  }
  return WithSign(std::move(magnitude), value < 0);
}

std::optional<std::string> IntegerBytesOfDecimal(absl::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  if (text.empty() || text.size() > kMaxDecimalDigits) return std::nullopt;
  std::vector<uint32_t> words;
  for (const char digit : text) {
    if (!absl::ascii_isdigit(digit)) return std::nullopt;
    uint64_t carry = digit - '0';
    for (uint32_t& word : words) {
      carry += static_cast<uint64_t>(word) * 10;
      word = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) words.push_back(static_cast<uint32_t>(carry));
  }
  std::string magnitude;
  for (const uint32_t word : words) {
    for (int shift = 0; shift < 32; shift += 8) {
      magnitude.push_back(static_cast<char>(word >> shift));
    }
  }
  return WithSign(std::move(magnitude), negative);
}

std::string IntegerText(absl::string_view bytes) {
  const absl::string_view sign = IsNegative(bytes) ? "-" : "";
  const std::string magnitude = Magnitude(bytes);
  // A byte makes up to 2.41 digits.
  if (magnitude.size() * 241 / 100 > kMaxDecimalDigits) {
    return absl::StrCat(sign, Hexadecimal(magnitude));
  }
  return absl::StrCat(sign, Decimal(magnitude));
}

}  // namespace someos::multiprocessing::internal
