// The opcodes of None, bool, int and float.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/opcode.h"
#include "someos/api/multiprocessing/unpickler.h"

namespace someos::multiprocessing::internal {

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
  if (line == "00" || line == "01") return Push(PyValue(line == "01"));
  absl::StatusOr<PyValue> value = PyValue::IntFromDecimal(line);
  return value.ok() ? Push(*std::move(value)) : Invalid(value.status().message());
}

bool Unpickler::LongLine() {
  absl::string_view line;
  if (!reader_.TakeLine(line)) return Truncated();
  if (absl::EndsWith(line, "L")) line.remove_suffix(1);
  absl::StatusOr<PyValue> value = PyValue::IntFromDecimal(line);
  if (!value.ok()) return Invalid(value.status().message());
  return Charge(sizeof(TextNode) + line.size()) && Push(*std::move(value));
}

bool Unpickler::FloatLine() {
  absl::string_view line;
  if (!reader_.TakeLine(line)) return Truncated();
  double value;
  if (absl::SimpleAtod(line, &value)) return Push(PyValue(value));
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
