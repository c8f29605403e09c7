#include "someos/api/multiprocessing/managers/types/array_object.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/mmap/slice.h"
#include "someos/api/multiprocessing/managers/types/method_table.h"
#include "someos/api/multiprocessing/managers/types/value_items.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing::internal {
namespace {

constexpr absl::string_view kCodes = "bBhHiIlLqQfd";

struct Range {
  int64_t low;
  int64_t high;
};

// Of the codes of ints but L and Q, whose highest has no int64_t.
Range RangeOf(char code) {
  switch (code) {
    case 'b':
      return {std::numeric_limits<int8_t>::min(), std::numeric_limits<int8_t>::max()};
    case 'B':
      return {0, std::numeric_limits<uint8_t>::max()};
    case 'h':
      return {std::numeric_limits<int16_t>::min(), std::numeric_limits<int16_t>::max()};
    case 'H':
      return {0, std::numeric_limits<uint16_t>::max()};
    case 'i':
      return {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()};
    case 'I':
      return {0, std::numeric_limits<uint32_t>::max()};
    default:
      return {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()};
  }
}

absl::Status Overflow(absl::string_view text) {
  return PlainStatus(absl::StatusCode::kOutOfRange, text);
}

absl::StatusOr<PyValue> RealItem(char code, const PyValue& value) {
  double real = 0;
  if (const absl::StatusOr<double> given = value.AsFloat(); given.ok()) {
    real = *given;
  } else if (const absl::StatusOr<int64_t> integer = value.AsInt(); integer.ok()) {
    real = static_cast<double>(*integer);
  } else {
    return PythonTypeError(absl::StrCat("must be real number, not ", PyKindName(value.kind())));
  }
  if (code == 'd') return PyValue(real);
  return PyValue(static_cast<double>(static_cast<float>(real)));
}

// The value as the array stores it.
absl::StatusOr<PyValue> ItemOf(char code, const PyValue& value) {
  if (code == 'f' || code == 'd') return RealItem(code, value);
  if (value.kind() != PyKind::kInt && value.kind() != PyKind::kBool) {
    return PythonTypeError(absl::StrCat("'", PyKindName(value.kind()),
                                        "' object cannot be interpreted as an integer"));
  }
  const bool wide = code == 'L' || code == 'Q';
  const absl::StatusOr<int64_t> number = value.AsInt();
  if (!number.ok()) {
    // As two's complement, 2^64 - 1 is eight bytes and a sign.
    const std::string bytes = *value.AsIntBytes();
    const bool fits = wide && bytes.size() == 9 && bytes.back() == '\0';
    if (fits) return value;
    return Overflow("Python int too large to convert to C long");
  }
  if (wide && *number < 0) return Overflow("can't convert negative value to unsigned int");
  const Range range = RangeOf(code);
  if (*number < range.low)
    return Overflow(absl::StrCat("array item is less than minimum ", range.low));
  if (*number > range.high) {
    return Overflow(absl::StrCat("array item is greater than maximum ", range.high));
  }
  return PyValue(*number);
}

// The items of a pickled array.array, or of any iterable.
absl::StatusOr<std::vector<PyValue>> ItemsOfArray(const PyValue& value) {
  if (value.kind() != PyKind::kObject) return ListOf(value);
  const PyObjectParts parts = *value.AsObject();
  const absl::StatusOr<absl::Span<const PyValue>> args = parts.args.AsItems();
  const bool is_array = parts.callable == PyValue::Global("array", "array");
  return ListOf(is_array && args.ok() && args->size() == 2 ? (*args)[1] : value);
}

}  // namespace

ManagedType ArrayType() {
  ManagedType type;
  type.type_id = "Array";
  type.create = ArrayObject::Create;
  type.exposed = {"__len__", "__getitem__", "__setitem__", "__getslice__", "__setslice__"};
  return type;
}

absl::StatusOr<std::shared_ptr<SharedObject>> ArrayObject::Create(const ServerContext&,
                                                                  const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound =
      arguments.Bind("Array", {"typecode", "sequence", "lock"}, 2);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<absl::string_view> code = (*bound)[0]->AsStr();
  if (!code.ok() || code->size() != 1 || kCodes.find((*code)[0]) == absl::string_view::npos) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       "bad typecode (must be b, B, h, H, i, I, l, L, q, Q, f or d)");
  }
  const absl::StatusOr<std::vector<PyValue>> items = ItemsOfArray(*(*bound)[1]);
  if (!items.ok()) return items.status();
  auto array = std::make_shared<ArrayObject>((*code)[0]);
  for (const PyValue& item : *items) {
    absl::StatusOr<PyValue> stored = ItemOf(array->code_, item);
    if (!stored.ok()) return stored.status();
    array->items_.push_back(*std::move(stored));
  }
  return array;
}

void ArrayObject::Start(Call call) {
  static constexpr NamedMethod<ArrayObject> kMethods[] = {
      {"__len__", &ArrayObject::Len},           {"__getitem__", &ArrayObject::GetItem},
      {"__setitem__", &ArrayObject::SetItem},   {"__getslice__", &ArrayObject::GetSlice},
      {"__setslice__", &ArrayObject::SetSlice},
  };
  StartMethod<ArrayObject>(kMethods, *this, std::move(call));
}

std::string ArrayObject::Repr() const {
  const std::string code(1, code_);
  if (items_.empty()) return absl::StrCat("array('", code, "')");
  return absl::StrCat("array('", code, "', ", PyValue::List(items_).ToString(), ")");
}

PyValue ArrayObject::Pickled(std::vector<PyValue> items) const {
  PyObjectParts parts;
  parts.callable = PyValue::Global("array", "array");
  parts.args =
      PyValue::Tuple({PyValue::Str(std::string(1, code_)), PyValue::List(std::move(items))});
  return PyValue::Object(std::move(parts));
}

absl::StatusOr<PyValue> ArrayObject::Value() const { return Pickled(items_); }

absl::StatusOr<PyValue> ArrayObject::Len(const Arguments&) {
  return PyValue(static_cast<int64_t>(items_.size()));
}

PyValue ArrayObject::ItemsOf(const mmap::SliceItems& slice) const {
  std::vector<PyValue> items;
  for (size_t i = 0; i < slice.count; ++i) {
    items.push_back(items_[slice.start + static_cast<int64_t>(i) * slice.step]);
  }
  return Pickled(std::move(items));
}

absl::Status ArrayObject::Assign(const mmap::SliceItems& slice, const PyValue& array) {
  if (array.kind() != PyKind::kObject) {
    return PythonTypeError(absl::StrCat("can only assign array (not \"", PyKindName(array.kind()),
                                        "\") to array slice"));
  }
  const absl::StatusOr<std::vector<PyValue>> items = ItemsOfArray(array);
  if (!items.ok()) return items.status();
  std::vector<PyValue> stored;
  for (const PyValue& item : *items) {
    absl::StatusOr<PyValue> one = ItemOf(code_, item);
    if (!one.ok()) return one.status();
    stored.push_back(*std::move(one));
  }
  if (slice.step == 1) {
    const auto begin = items_.begin() + slice.start;
    const auto place = items_.erase(begin, begin + static_cast<std::ptrdiff_t>(slice.count));
    items_.insert(place, stored.begin(), stored.end());
    return absl::OkStatus();
  }
  if (stored.size() != slice.count) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("attempt to assign array of size ", stored.size(),
                                    " to extended slice of size ", slice.count));
  }
  for (size_t i = 0; i < stored.size(); ++i) {
    items_[slice.start + static_cast<int64_t>(i) * slice.step] = stored[i];
  }
  return absl::OkStatus();
}

absl::StatusOr<PyValue> ArrayObject::GetItem(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("__getitem__", {"index"}, 1);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<Subscript> subscript =
      SubscriptOf(*(*bound)[0], items_.size(), "array", "array index out of range");
  if (!subscript.ok()) return subscript.status();
  if (const auto* slice = std::get_if<mmap::SliceItems>(&*subscript)) return ItemsOf(*slice);
  return items_[std::get<size_t>(*subscript)];
}

absl::StatusOr<PyValue> ArrayObject::SetItem(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("__setitem__", {"index", "value"}, 2);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<Subscript> subscript =
      SubscriptOf(*(*bound)[0], items_.size(), "array", "array assignment index out of range");
  if (!subscript.ok()) return subscript.status();
  if (const auto* slice = std::get_if<mmap::SliceItems>(&*subscript)) {
    absl::Status assigned = Assign(*slice, *(*bound)[1]);
    if (!assigned.ok()) return assigned;
    return PyValue();
  }
  absl::StatusOr<PyValue> stored = ItemOf(code_, *(*bound)[1]);
  if (!stored.ok()) return stored.status();
  items_[std::get<size_t>(*subscript)] = *std::move(stored);
  return PyValue();
}

absl::StatusOr<PyValue> ArrayObject::GetSlice(const Arguments& arguments) {
  const absl::StatusOr<mmap::SliceItems> slice =
      OldSliceOf("__getslice__", arguments, items_.size(), 2);
  if (!slice.ok()) return slice.status();
  return ItemsOf(*slice);
}

absl::StatusOr<PyValue> ArrayObject::SetSlice(const Arguments& arguments) {
  const absl::StatusOr<mmap::SliceItems> slice =
      OldSliceOf("__setslice__", arguments, items_.size(), 3);
  if (!slice.ok()) return slice.status();
  absl::Status assigned = Assign(*slice, arguments.positional()[2]);
  if (!assigned.ok()) return assigned;
  return PyValue();
}

}  // namespace someos::multiprocessing::internal
