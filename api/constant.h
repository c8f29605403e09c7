// Lookup of the constants of Python's modules by name, at compile time and at run time.

#ifndef SOMEOS_API_CONSTANT_H_
#define SOMEOS_API_CONSTANT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace someos {

// A constant that this platform has, under Python's name: {"POLLIN", 1}.
struct Constant {
  const char* name;  // ends with a NUL, as the C API of an interpreter needs it
  int64_t value;
};

// The value of the constant of this name; nullopt if `constants` has none. Usable at compile time.
constexpr std::optional<int64_t> FindConstant(absl::Span<const Constant> constants,
                                              absl::string_view name) {
  for (const Constant& constant : constants) {
    if (absl::string_view(constant.name) == name) return constant.value;
  }
  return std::nullopt;
}

// "POLLIN|POLLHUP", or "0". If several constants contain a bit, the first one is used; bits without
// a constant come last, in hexadecimal.
inline std::string MaskNames(absl::Span<const Constant> bits, uint64_t mask) {
  std::string names;
  for (const Constant& bit : bits) {
    const uint64_t value = static_cast<uint64_t>(bit.value);
    if (value == 0 || (mask & value) != value) continue;
    absl::StrAppend(&names, names.empty() ? "" : "|", bit.name);
    mask &= ~value;
  }
  if (mask != 0) absl::StrAppend(&names, names.empty() ? "" : "|", "0x", absl::Hex(mask));
  return names.empty() ? "0" : names;
}

namespace select {
using someos::Constant;
using someos::FindConstant;
using someos::MaskNames;
}  // namespace select

}  // namespace someos

#endif  // SOMEOS_API_CONSTANT_H_
