#include "someos/api/multiprocessing/value/py_float_text.h"

#include <cmath>
#include <cstddef>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace someos::multiprocessing::internal {
namespace {

// From here on, and below 1e-4, Python writes an exponent.
constexpr int kFirstExponent = 16;

// "d.ddde+xx" with the fewest digits.
std::string Scientific(double value) {
  std::string text;
  // Subnormal numbers have fewer digits than all others.
  const int fewest = std::fpclassify(value) == FP_SUBNORMAL ? 0 : 14;
  for (int digits = fewest; digits <= 16; ++digits) {
    text = absl::StrFormat("%.*e", digits, value);
    double read;
    if (absl::SimpleAtod(text, &read) && read == value) break;
  }
  return text;
}

}  // namespace

std::string FloatText(double value) {
  if (std::isnan(value)) return "nan";
  const std::string sign = std::signbit(value) ? "-" : "";
  if (std::isinf(value)) return sign + "inf";
  const std::string text = Scientific(std::fabs(value));
  const size_t e = text.find('e');
  int exponent;
  if (!absl::SimpleAtoi(text.substr(e + 1), &exponent)) return text;
  std::string digits = text.substr(0, 1) + (e > 1 ? text.substr(2, e - 2) : "");
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  if (exponent >= kFirstExponent || exponent < -4) {
    return absl::StrCat(sign, digits.substr(0, 1), digits.size() > 1 ? "." : "", digits.substr(1),
                        absl::StrFormat("e%+03d", exponent));
  }
  if (exponent < 0) return absl::StrCat(sign, "0.", std::string(-exponent - 1, '0'), digits);
  const size_t whole = exponent + 1;
  if (digits.size() <= whole) digits.append(whole + 1 - digits.size(), '0');
  return absl::StrCat(sign, digits.substr(0, whole), ".", digits.substr(whole));
}

}  // namespace someos::multiprocessing::internal
