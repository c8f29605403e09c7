#include "someos/api/multiprocessing/value/py_value.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/value/py_comparison.h"
#include "someos/api/multiprocessing/value/py_integer.h"
#include "someos/api/multiprocessing/value/py_keys.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_nodes.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing {
namespace {

using internal::ItemsNode;

absl::Status Expected(absl::string_view expected, const PyValue& value) {
  return PythonTypeError(absl::StrCat("expected ", expected, ", got ", PyKindName(value.kind())));
}

absl::Span<const PyValue> SpanOf(const ItemsNode& node) {
  return {node.items.data(), node.items.size()};
}

PyValue Sequence(PyKind kind, std::vector<PyValue> items) {
  PyValue value = PyValueAccess::New(kind, items.size());
  for (PyValue& item : items) PyValueAccess::Items(value).Add(std::move(item));
  return value;
}

absl::StatusOr<PyValue> SetOf(PyKind kind, std::vector<PyValue> items) {
  PyValue value = PyValueAccess::New(kind);
  internal::Comparison comparison;
  for (PyValue& item : items) {
    if (absl::Status status = internal::CheckHashable(item); !status.ok()) return status;
    internal::AddItem(PyValueAccess::Items(value), std::move(item), comparison);
  }
  return value;
}

}  // namespace

PyValue PyValue::Str(absl::string_view utf8) { return PyValueAccess::New(PyKind::kStr, utf8); }

PyValue PyValue::Bytes(absl::string_view bytes) {
  return PyValueAccess::New(PyKind::kBytes, bytes);
}

PyValue PyValue::ByteArray(absl::string_view bytes) {
  return PyValueAccess::New(PyKind::kByteArray, bytes);
}

PyValue PyValue::Tuple(std::vector<PyValue> items) {
  return Sequence(PyKind::kTuple, std::move(items));
}

PyValue PyValue::List(std::vector<PyValue> items) {
  return Sequence(PyKind::kList, std::move(items));
}

absl::StatusOr<PyValue> PyValue::Dict(std::vector<std::pair<PyValue, PyValue>> entries) {
  PyValue value = PyValueAccess::New(PyKind::kDict);
  internal::Comparison comparison;
  for (auto& [key, item] : entries) {
    if (absl::Status status = internal::CheckHashable(key); !status.ok()) return status;
    internal::AddEntry(PyValueAccess::Items(value), std::move(key), std::move(item), comparison);
  }
  return value;
}

absl::StatusOr<PyValue> PyValue::Set(std::vector<PyValue> items) {
  return SetOf(PyKind::kSet, std::move(items));
}

absl::StatusOr<PyValue> PyValue::FrozenSet(std::vector<PyValue> items) {
  return SetOf(PyKind::kFrozenSet, std::move(items));
}

PyValue PyValue::IntFromBytes(absl::string_view bytes) {
  bytes = internal::ShortestInteger(bytes);
  if (bytes.size() <= sizeof(int64_t)) return PyValue(internal::SmallInteger(bytes));
  return PyValueAccess::New(PyKind::kInt, bytes);
}

absl::StatusOr<PyValue> PyValue::IntFromDecimal(absl::string_view digits) {
  if (const auto bytes = internal::IntegerBytesOfDecimal(digits)) return IntFromBytes(*bytes);
  if (digits.size() > internal::kMaxDecimalDigits) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("Exceeds the limit (", internal::kMaxDecimalDigits,
                                    " digits) for integer string conversion"));
  }
  return PlainStatus(
      absl::StatusCode::kInvalidArgument,
      absl::StrCat("invalid literal for int() with base 10: ", PyValue::Str(digits).ToString()));
}

PyValue PyValue::Global(absl::string_view module, absl::string_view name) {
  PyValue value = PyValueAccess::New(PyKind::kGlobal, absl::StrCat(module, name));
  PyValueAccess::Text(value).module_size = module.size();
  return value;
}

PyValue PyValue::Object(PyObjectParts parts) {
  PyValue value = PyValueAccess::New(PyKind::kObject, internal::kObjectSlots);
  ItemsNode& node = PyValueAccess::Items(value);
  for (int slot = 0; slot < internal::kObjectSlots; ++slot) node.items.push_back(PyValue());
  node.construction = parts.construction;
  node.has_state = parts.has_state;
  node.SetSlot(internal::kCallable, std::move(parts.callable));
  node.SetSlot(internal::kArgs, std::move(parts.args));
  node.SetSlot(internal::kKwargs, std::move(parts.kwargs));
  node.SetSlot(internal::kState, std::move(parts.state));
  node.SetSlot(internal::kListItems, std::move(parts.list_items));
  node.SetSlot(internal::kDictItems, std::move(parts.dict_items));
  return value;
}

absl::StatusOr<bool> PyValue::AsBool() const {
  if (kind_ != PyKind::kBool) return Expected("bool", *this);
  return scalar_.integer != 0;
}

absl::StatusOr<int64_t> PyValue::AsInt() const {
  if (kind_ != PyKind::kInt && kind_ != PyKind::kBool) return Expected("int", *this);
  if (!node_) return scalar_.integer;
  return PlainStatus(absl::StatusCode::kOutOfRange, "Python int too large to convert to int64");
}

absl::StatusOr<std::string> PyValue::AsIntBytes() const {
  if (kind_ != PyKind::kInt && kind_ != PyKind::kBool) return Expected("int", *this);
  return node_ ? std::string(PyValueAccess::Text(*this).text)
               : internal::IntegerBytes(scalar_.integer);
}

absl::StatusOr<double> PyValue::AsFloat() const {
  if (kind_ != PyKind::kFloat) return Expected("float", *this);
  return scalar_.real;
}

absl::StatusOr<absl::string_view> PyValue::AsStr() const {
  if (kind_ != PyKind::kStr) return Expected("str", *this);
  return PyValueAccess::Text(*this).text;
}

absl::StatusOr<absl::string_view> PyValue::AsBytes() const {
  if (kind_ != PyKind::kBytes && kind_ != PyKind::kByteArray) return Expected("bytes", *this);
  return PyValueAccess::Text(*this).text;
}

absl::StatusOr<absl::Span<const PyValue>> PyValue::AsItems() const {
  switch (kind_) {
    case PyKind::kTuple:
    case PyKind::kList:
    case PyKind::kSet:
    case PyKind::kFrozenSet:
      return SpanOf(PyValueAccess::Items(*this));
    default:
      return Expected("tuple, list, set or frozenset", *this);
  }
}

absl::StatusOr<absl::Span<const PyValue>> PyValue::AsDictEntries() const {
  if (kind_ != PyKind::kDict) return Expected("dict", *this);
  return SpanOf(PyValueAccess::Items(*this));
}

absl::StatusOr<PyValue> PyValue::Get(const PyValue& key) const {
  if (kind_ != PyKind::kDict) return Expected("dict", *this);
  if (absl::Status status = internal::CheckHashable(key); !status.ok()) return status;
  const ItemsNode& node = PyValueAccess::Items(*this);
  internal::Comparison comparison;
  const size_t place = internal::FindKey(node, key, comparison);
  if (place != node.items.size()) return node.items[place + 1];
  return PlainStatus(absl::StatusCode::kNotFound, key.ToString());
}

absl::StatusOr<bool> PyValue::Contains(const PyValue& item) const {
  if (!internal::HasKeys(kind_)) return Expected("dict, set or frozenset", *this);
  if (absl::Status status = internal::CheckHashable(item); !status.ok()) return status;
  const ItemsNode& node = PyValueAccess::Items(*this);
  internal::Comparison comparison;
  return internal::FindKey(node, item, comparison) != node.items.size();
}

absl::StatusOr<absl::string_view> PyValue::GlobalModule() const {
  if (kind_ != PyKind::kGlobal) return Expected("global", *this);
  const internal::TextNode& node = PyValueAccess::Text(*this);
  return node.text.substr(0, node.module_size);
}

absl::StatusOr<absl::string_view> PyValue::GlobalName() const {
  if (kind_ != PyKind::kGlobal) return Expected("global", *this);
  const internal::TextNode& node = PyValueAccess::Text(*this);
  return node.text.substr(node.module_size);
}

absl::StatusOr<PyObjectParts> PyValue::AsObject() const {
  if (kind_ != PyKind::kObject) return Expected("object", *this);
  const ItemsNode& node = PyValueAccess::Items(*this);
  PyObjectParts parts;
  parts.construction = node.construction;
  parts.callable = node.items[internal::kCallable];
  parts.args = node.items[internal::kArgs];
  parts.kwargs = node.items[internal::kKwargs];
  parts.has_state = node.has_state;
  parts.state = node.items[internal::kState];
  parts.list_items = node.items[internal::kListItems];
  parts.dict_items = node.items[internal::kDictItems];
  return parts;
}

}  // namespace someos::multiprocessing
