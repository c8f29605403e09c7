// The opcodes of None, bool, int and float.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/pickle/opcode.h"
#include "someos/api/multiprocessing/pickle/unpickler.h"

namespace someos::multiprocessing::internal {
namespace {

// No pickler writes zeros in front, and Python's unpicklers disagree about what they mean: an
// error, or an octal number.
absl::StatusOr<PyValue> IntOfLine(absl::string_view line) {
  absl::string_view digits = line;
  if (!absl::ConsumePrefix(&digits, "-")) absl::ConsumePrefix(&digits, "+");
  if (digits.size() > 1 && digits.front() == '0') {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("an int with a zero in front: '", absl::CHexEscape(line), "'"));
  }
  return PyValue::IntFromDecimal(line);
}

// Without what SimpleAtod takes and Python does not: spaces, and numbers beyond the largest one,
// which are no infinity.
bool FloatOfLine(absl::string_view line, double& value) {
  if (line != absl::StripAsciiWhitespace(line) || !absl::SimpleAtod(line, &value)) return false;
  return !std::isinf(value) || line.find_first_of("0123456789") == absl::string_view::npos;
}

}  // namespace

bool Unpickler::None() { return Push(PyValue()); }

template <bool kValue>
bool Unpickler::Bool() {
  return Push(PyValue(kValue));
}

bool Unpickler::BinInt() {
  uint64_t number;
  if (!reader_.TakeNumber<4>(number)) return Truncated();
  return Push(PyValue(static_cast<int64_t>(static_cast<int32_t>(number))));
}

template <int kSize>
bool Unpickler::UnsignedInt() {
  uint64_t number;
  if (!reader_.TakeNumber<kSize>(number)) return Truncated();
  return Push(PyValue(static_cast<int64_t>(number)));
}

bool Unpickler::NegativeSize(absl::string_view opcode) {
  return Invalid(absl::StrCat(opcode, " pickle has negative byte count"));
}

template <int kSizeOfSize>
bool Unpickler::BinLong() {
  uint64_t size;
  absl::string_view bytes;
  if (!TakeSize<kSizeOfSize>("LONG", size)) return false;
  if (!reader_.Take(size, bytes)) return Truncated();
  return Charge(sizeof(TextNode) + bytes.size()) && Push(PyValue::IntFromBytes(bytes));
}

bool Unpickler::IntLine() {
  absl::string_view line;
  if (!reader_.TakeLine(line)) return Truncated();
  // As in CPython: two characters that say 0 or 1, also with a sign.
  if (line == "00" || line == "+0" || line == "-0") return Push(PyValue(false));
  if (line == "01" || line == "+1") return Push(PyValue(true));
  absl::StatusOr<PyValue> value = IntOfLine(line);
  return value.ok() ? Push(*std::move(value)) : Invalid(value.status().message());
}

bool Unpickler::LongLine() {
  absl::string_view line;
  if (!reader_.TakeLine(line)) return Truncated();
  if (absl::EndsWith(line, "L")) line.remove_suffix(1);
  absl::StatusOr<PyValue> value = IntOfLine(line);
  if (!value.ok()) return Invalid(value.status().message());
  return Charge(sizeof(TextNode) + line.size()) && Push(*std::move(value));
}

bool Unpickler::FloatLine() {
  absl::string_view line;
  if (!reader_.TakeLine(line)) return Truncated();
  double value;
  if (FloatOfLine(line, value)) return Push(PyValue(value));
  return Invalid("could not convert string to float");
}

bool Unpickler::BinFloat() {
  absl::string_view bytes;
  if (!reader_.Take(sizeof(double), bytes)) return Truncated();
  return Push(PyValue(DoubleOf(bytes.data())));
}

void Unpickler::AddNumbersAndText(Handlers& handlers) {
  handlers[kOpNone] = &Unpickler::None;
  handlers[kOpNewTrue] = &Unpickler::Bool<true>;
  handlers[kOpNewFalse] = &Unpickler::Bool<false>;
  handlers[kOpBinInt] = &Unpickler::BinInt;
  handlers[kOpBinInt1] = &Unpickler::UnsignedInt<1>;
  handlers[kOpBinInt2] = &Unpickler::UnsignedInt<2>;
  handlers[kOpLong1] = &Unpickler::BinLong<1>;
  handlers[kOpLong4] = &Unpickler::BinLong<4>;
  handlers[kOpInt] = &Unpickler::IntLine;
  handlers[kOpLong] = &Unpickler::LongLine;
  handlers[kOpFloat] = &Unpickler::FloatLine;
  handlers[kOpBinFloat] = &Unpickler::BinFloat;
  AddText(handlers);
}

}  // namespace someos::multiprocessing::internal
