// The opcodes of None, bool, int and float.

#include <cstddef>
#include <cstdint>
#include <cstring>
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
namespace {

bool IsInteger(uint8_t opcode) {
  return opcode == kOpBinInt || opcode == kOpBinInt1 || opcode == kOpBinInt2;
}

}  // namespace

bool Unpickler::None() { return Push(PyValue()); }

template <bool kValue>
bool Unpickler::Bool() {
  return Push(PyValue(kValue));
}

// A hot path: ints often follow each other, as items of a list. One takes the opcodes behind it
// that are ints as well, without a look into the table of opcodes.
bool Unpickler::Integers() {
  while (true) {
    uint64_t number;
    bool taken;
    if (opcode_ == kOpBinInt1) {
      taken = reader_.TakeNumber<1>(number);
    } else if (opcode_ == kOpBinInt2) {
      taken = reader_.TakeNumber<2>(number);
    } else {
      taken = reader_.TakeNumber<4>(number);
      number = static_cast<uint64_t>(int64_t{static_cast<int32_t>(number)});
    }
    if (!taken) return Truncated();
    if (!Push(PyValue(static_cast<int64_t>(number)))) return false;
    uint8_t next;
    if (!reader_.Peek(next) || !IsInteger(next)) return true;
    opcode_offset_ = reader_.offset();
    reader_.TakeByte(opcode_);
  }
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
  uint64_t bits = 0;
  for (const char byte : bytes) bits = (bits << 8) | static_cast<uint8_t>(byte);
  double value;
  std::memcpy(&value, &bits, sizeof(value));
  return Push(PyValue(value));
}

void Unpickler::AddNumbersAndText(Handlers& handlers) {
  handlers[kOpNone] = &Unpickler::None;
  handlers[kOpNewTrue] = &Unpickler::Bool<true>;
  handlers[kOpNewFalse] = &Unpickler::Bool<false>;
  for (const Opcode opcode : {kOpBinInt, kOpBinInt1, kOpBinInt2}) {
    handlers[opcode] = &Unpickler::Integers;
  }
  handlers[kOpLong1] = &Unpickler::BinLong<1>;
  handlers[kOpLong4] = &Unpickler::BinLong<4>;
  handlers[kOpInt] = &Unpickler::IntLine;
  handlers[kOpLong] = &Unpickler::LongLine;
  handlers[kOpFloat] = &Unpickler::FloatLine;
  handlers[kOpBinFloat] = &Unpickler::BinFloat;
  AddText(handlers);
}

}  // namespace someos::multiprocessing::internal
