#include "someos/api/multiprocessing/managers/types/value_items.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/mmap/slice.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/value/py_integer.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing::internal {
namespace {

absl::StatusOr<std::vector<PyValue>> CharactersOf(absl::string_view text) {
  if (static_cast<int64_t>(text.size()) > kMostItemsMade) return TooManyItems();
  std::vector<PyValue> characters;
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
    characters.push_back(PyValue::Str(text.substr(i, end - i)));
    i = end;
  }
  return characters;
}

absl::StatusOr<std::vector<PyValue>> NumbersOf(absl::string_view bytes) {
  if (static_cast<int64_t>(bytes.size()) > kMostItemsMade) return TooManyItems();
  std::vector<PyValue> numbers;
  numbers.reserve(bytes.size());
  for (const char byte : bytes) {
    numbers.emplace_back(static_cast<int>(static_cast<unsigned char>(byte)));
  }
  return numbers;
}

std::vector<PyValue> KeysOf(absl::Span<const PyValue> entries) {
  std::vector<PyValue> keys;
  for (size_t i = 0; i < entries.size(); i += 2) keys.push_back(entries[i]);
  return keys;
}

// Of the pickle of a range: range(start, stop, step). nullopt for another object.
absl::StatusOr<std::optional<std::vector<PyValue>>> NumbersOfRange(const PyObjectParts& parts) {
  const absl::StatusOr<absl::Span<const PyValue>> args = parts.args.AsItems();
  if (parts.callable != PyValue::Global("builtins", "range") || !args.ok() || args->size() != 3) {
    return std::nullopt;
  }
  int64_t numbers[3];
  for (size_t i = 0; i < 3; ++i) {
    const absl::StatusOr<int64_t> number = (*args)[i].AsInt();
    if (!number.ok()) return number.status();
    numbers[i] = *number;
  }
  const auto [start, stop, step] = numbers;
  if (step == 0) {
    return PlainStatus(absl::StatusCode::kInvalidArgument, "range() arg 3 must not be zero");
  }
  // Modulo 2^64, where no difference of two int64_t overflows.
  const auto from = static_cast<uint64_t>(start);
  const auto to = static_cast<uint64_t>(stop);
  const auto width = static_cast<uint64_t>(step);
  const bool up = step > 0;
  const bool empty = up ? start >= stop : start <= stop;
  const uint64_t distance = up ? to - from : from - to;
  const uint64_t count = empty ? 0 : (distance - 1) / (up ? width : 0 - width) + 1;
  if (count > uint64_t{kMostItemsMade}) return TooManyItems();
  std::vector<PyValue> items;
  items.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    items.emplace_back(static_cast<int64_t>(from + i * width));
  }
  return items;
}

absl::StatusOr<std::optional<int64_t>> SlicePart(const PyValue& part) {
  if (part.is_none()) return std::nullopt;
  const absl::StatusOr<int64_t> number = part.AsInt();
  if (!number.ok() && part.kind() == PyKind::kInt) {
    const bool negative = static_cast<signed char>(part.AsIntBytes()->back()) < 0;
    return negative ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
  }
  if (!number.ok()) {
    return PythonTypeError("slice indices must be integers or None or have an __index__ method");
  }
  return *number;
}

// The items that a slice object names; nullopt if `index` is no slice.
absl::StatusOr<std::optional<mmap::SliceItems>> SliceOf(const PyValue& index, size_t size) {
  if (index.kind() != PyKind::kObject) return std::nullopt;
  const PyObjectParts parts = *index.AsObject();
  if (parts.callable != PyValue::Global("builtins", "slice")) return std::nullopt;
  const absl::StatusOr<absl::Span<const PyValue>> args = parts.args.AsItems();
  if (!args.ok() || args->size() != 3) return PythonTypeError("slice expected 3 arguments");
  std::optional<int64_t> numbers[3];
  for (size_t i = 0; i < 3; ++i) {
    const absl::StatusOr<std::optional<int64_t>> part = SlicePart((*args)[i]);
    if (!part.ok()) return part.status();
    numbers[i] = *part;
  }
  const absl::StatusOr<mmap::SliceItems> items =
      mmap::ItemsOf({numbers[0], numbers[1], numbers[2]}, size);
  if (!items.ok()) return items.status();
  return *items;
}

bool IsNumber(const PyValue& value) {
  return value.kind() == PyKind::kBool || value.kind() == PyKind::kInt ||
         value.kind() == PyKind::kFloat;
}

// Two's complement, little endian, each of the shortest form.
bool IsLessInteger(const std::string& a, const std::string& b) {
  auto negative = [](const std::string& bytes) {
    return !bytes.empty() && static_cast<signed char>(bytes.back()) < 0;
  };
  if (negative(a) != negative(b)) return negative(a);
  if (a.size() != b.size()) return (a.size() < b.size()) != negative(a);
  return std::lexicographical_compare(
      a.rbegin(), a.rend(), b.rbegin(), b.rend(),
      [](char x, char y) { return static_cast<unsigned char>(x) < static_cast<unsigned char>(y); });
}

bool IsLessNumber(const PyValue& a, const PyValue& b) {
  const absl::StatusOr<int64_t> left = a.AsInt();
  const absl::StatusOr<int64_t> right = b.AsInt();
  if (left.ok() && right.ok()) return *left < *right;
  if (a.kind() != PyKind::kFloat && b.kind() != PyKind::kFloat) {
    return IsLessInteger(*a.AsIntBytes(), *b.AsIntBytes());
  }
  if (a.kind() == PyKind::kFloat && b.kind() == PyKind::kFloat) return *a.AsFloat() < *b.AsFloat();
  // Exact, as Python's: not every int has a float.
  const bool is_real = a.kind() == PyKind::kFloat;
  const double real = is_real ? *a.AsFloat() : *b.AsFloat();
  if (std::isnan(real)) return false;
  if (std::isinf(real)) return is_real == (real < 0);
  return is_real ? IsLessInteger(IntegerBytes(std::floor(real)), *b.AsIntBytes())
                 : IsLessInteger(*a.AsIntBytes(), IntegerBytes(std::ceil(real)));
}

absl::Status NotOrdered(const PyValue& a, const PyValue& b) {
  return PythonTypeError(absl::StrCat("'<' not supported between instances of '",
                                      PyKindName(a.kind()), "' and '", PyKindName(b.kind()), "'"));
}

}  // namespace

absl::Status TooManyItems() {
  return PythonException(
      "builtins", "MemoryError",
      absl::StrCat("this server makes at most ", kMostItemsMade, " items at once"));
}

absl::StatusOr<std::vector<PyValue>> ListOf(const PyValue& value) {
  switch (value.kind()) {
    case PyKind::kStr:
      return CharactersOf(*value.AsStr());
    case PyKind::kBytes:
    case PyKind::kByteArray:
      return NumbersOf(*value.AsBytes());
    case PyKind::kDict:
      return KeysOf(*value.AsDictEntries());
    case PyKind::kObject: {
      absl::StatusOr<std::optional<std::vector<PyValue>>> range = NumbersOfRange(*value.AsObject());
      if (!range.ok()) return range.status();
      if (range->has_value()) return **std::move(range);
      break;
    }
    default:
      break;
  }
  const absl::StatusOr<absl::Span<const PyValue>> items = value.AsItems();
  if (!items.ok()) {
    return PythonTypeError(absl::StrCat("'", PyKindName(value.kind()), "' object is not iterable"));
  }
  return std::vector<PyValue>(items->begin(), items->end());
}

absl::StatusOr<size_t> PlaceOf(const PyValue& index, size_t size, absl::string_view name,
                               absl::string_view error) {
  const absl::StatusOr<int64_t> number = index.AsInt();
  if (!number.ok()) {
    if (index.kind() == PyKind::kInt) return PythonIndexError(error);
    return PythonTypeError(
        absl::StrCat(name, " indices must be integers or slices, not ", PyKindName(index.kind())));
  }
  const auto length = static_cast<int64_t>(size);
  if (*number < -length || *number >= length) return PythonIndexError(error);
  return static_cast<size_t>(*number < 0 ? *number + length : *number);
}

absl::StatusOr<Subscript> SubscriptOf(const PyValue& subscript, size_t size, absl::string_view name,
                                      absl::string_view error) {
  const absl::StatusOr<std::optional<mmap::SliceItems>> slice = SliceOf(subscript, size);
  if (!slice.ok()) return slice.status();
  if (slice->has_value()) return **slice;
  const absl::StatusOr<size_t> place = PlaceOf(subscript, size, name, error);
  if (!place.ok()) return place.status();
  return *place;
}

absl::StatusOr<mmap::SliceItems> OldSliceOf(absl::string_view method, const Arguments& arguments,
                                            size_t size, size_t arguments_count) {
  const absl::Span<const PyValue> given = arguments.positional();
  if (given.size() != arguments_count || !arguments.keywords().empty()) {
    return PythonTypeError(absl::StrCat(method, "() takes exactly ", arguments_count,
                                        " arguments (", given.size(), " given)"));
  }
  const absl::StatusOr<int64_t> start = given[0].AsInt();
  const absl::StatusOr<int64_t> stop = given[1].AsInt();
  if (!start.ok()) return start.status();
  if (!stop.ok()) return stop.status();
  // Unlike in a slice object, the interpreter has added the length to negative ones.
  return mmap::ItemsOf({std::max<int64_t>(*start, 0), std::max<int64_t>(*stop, 0), std::nullopt},
                       size);
}

absl::StatusOr<bool> IsLess(const PyValue& a, const PyValue& b) {
  if (IsNumber(a) && IsNumber(b)) return IsLessNumber(a, b);
  if (a.kind() == PyKind::kStr && b.kind() == PyKind::kStr) return *a.AsStr() < *b.AsStr();
  if (a.AsBytes().ok() && b.AsBytes().ok()) return *a.AsBytes() < *b.AsBytes();
  const bool sequences =
      a.kind() == b.kind() && (a.kind() == PyKind::kTuple || a.kind() == PyKind::kList);
  if (!sequences) return NotOrdered(a, b);
  const absl::Span<const PyValue> left = *a.AsItems();
  const absl::Span<const PyValue> right = *b.AsItems();
  for (size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    // Both are at most as deep as the decoder allows.
    if (left[i] != right[i]) return IsLess(left[i], right[i]);
  }
  return left.size() < right.size();
}

absl::StatusOr<std::vector<size_t>> SortedOrder(const std::vector<PyValue>& values, bool reverse) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::vector<size_t> merged(values.size());
  for (size_t width = 1; width < order.size(); width *= 2) {
    for (size_t begin = 0; begin < order.size(); begin += 2 * width) {
      const size_t middle = std::min(begin + width, order.size());
      const size_t end = std::min(begin + 2 * width, order.size());
      size_t left = begin;
      size_t right = middle;
      for (size_t i = begin; i < end; ++i) {
        bool take_right = left == middle;
        if (left < middle && right < end) {
          const PyValue& a = values[order[left]];
          const PyValue& b = values[order[right]];
          const absl::StatusOr<bool> less = reverse ? IsLess(a, b) : IsLess(b, a);
          if (!less.ok()) return less.status();
          take_right = *less;
        }
        merged[i] = take_right ? order[right++] : order[left++];
      }
    }
    order.swap(merged);
  }
  return order;
}

}  // namespace someos::multiprocessing::internal
