#include "someos/api/multiprocessing/managers/types/list_object.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
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

absl::Status ValueError(absl::string_view text) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, text);
}

// The argument that a method must have, and no others.
absl::StatusOr<const PyValue*> Only(absl::string_view method, const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind(method, {"object"}, 1);
  if (!bound.ok()) return bound.status();
  return (*bound)[0];
}

absl::StatusOr<std::shared_ptr<SharedObject>> Create(const ServerContext& context,
                                                     const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("list", {"iterable"}, 0);
  if (!bound.ok()) return bound.status();
  if ((*bound)[0] == nullptr) return std::make_shared<ListObject>(context, std::vector<PyValue>());
  const absl::StatusOr<std::vector<PyValue>> items = ListOf(*(*bound)[0]);
  if (!items.ok()) return items.status();
  return std::make_shared<ListObject>(context, *items);
}

}  // namespace

ManagedType ListType() {
  ManagedType type;
  type.type_id = "list";
  type.create = Create;
  type.exposed = {"__add__",      "__contains__", "__delitem__", "__delslice__", "__getitem__",
                  "__getslice__", "__len__",      "__mul__",     "__reversed__", "__rmul__",
                  "__setitem__",  "__setslice__", "append",      "clear",        "copy",
                  "count",        "extend",       "index",       "insert",       "pop",
                  "remove",       "reverse",      "sort",        "__imul__"};
  return type;
}

void ListObject::Start(Call call) {
  static constexpr NamedMethod<ListObject> kMethods[] = {
      {"append", &ListObject::Append},
      {"__getitem__", &ListObject::GetItem},
      {"__setitem__", &ListObject::SetItem},
      {"__len__", &ListObject::Len},
      {"__add__", &ListObject::Add},
      {"__contains__", &ListObject::Contains},
      {"__delitem__", &ListObject::DelItem},
      {"__delslice__", &ListObject::DelSlice},
      {"__getslice__", &ListObject::GetSlice},
      {"__mul__", &ListObject::Mul},
      {"__reversed__", &ListObject::Reversed},
      {"__rmul__", &ListObject::Mul},
      {"__setslice__", &ListObject::SetSlice},
      {"clear", &ListObject::Clear},
      {"copy", &ListObject::CopyCall},
      {"count", &ListObject::Count},
      {"extend", &ListObject::Extend},
      {"index", &ListObject::Index},
      {"insert", &ListObject::Insert},
      {"pop", &ListObject::Pop},
      {"remove", &ListObject::Remove},
      {"reverse", &ListObject::Reverse},
      {"sort", &ListObject::Sort},
      {"__imul__", &ListObject::IMul},
  };
  StartMethod<ListObject>(kMethods, *this, std::move(call));
}

PyValue ListObject::Copy() const {
  std::vector<PyValue> values;
  values.reserve(items_.size());
  for (const HeldValue& item : items_) values.push_back(item.value());
  return PyValue::List(std::move(values));
}

std::vector<HeldValue> ListObject::Held(const std::vector<PyValue>& items) const {
  std::vector<HeldValue> held;
  held.reserve(items.size());
  for (const PyValue& item : items) held.emplace_back(item, objects_);
  return held;
}

ListObject::Place ListObject::Find(const PyValue& item, Place begin, Place end) {
  return std::find_if(begin, end, [&](const HeldValue& held) { return held.value() == item; });
}

ListObject::Result ListObject::Add(const Arguments& arguments) {
  const absl::StatusOr<const PyValue*> other = Only("__add__", arguments);
  if (!other.ok()) return other.status();
  if ((*other)->kind() != PyKind::kList) {
    return PythonTypeError(absl::StrCat("can only concatenate list (not \"",
                                        PyKindName((*other)->kind()), "\") to list"));
  }
  const PyValue copy = Copy();
  const absl::Span<const PyValue> own = *copy.AsItems();
  std::vector<PyValue> sum(own.begin(), own.end());
  const absl::Span<const PyValue> added = *(*other)->AsItems();
  sum.insert(sum.end(), added.begin(), added.end());
  return PyValue::List(std::move(sum));
}

ListObject::Result ListObject::Contains(const Arguments& arguments) {
  const absl::StatusOr<const PyValue*> item = Only("__contains__", arguments);
  if (!item.ok()) return item.status();
  return PyValue(Find(**item, items_.begin(), items_.end()) != items_.end());
}

ListObject::Result ListObject::Len(const Arguments&) {
  return PyValue(static_cast<int64_t>(items_.size()));
}

ListObject::Result ListObject::Append(const Arguments& arguments) {
  const absl::StatusOr<const PyValue*> item = Only("append", arguments);
  if (!item.ok()) return item.status();
  items_.emplace_back(**item, objects_);
  return PyValue();
}

ListObject::Result ListObject::Clear(const Arguments&) {
  const std::vector<HeldValue> old = std::exchange(items_, {});
  return PyValue();
}

ListObject::Result ListObject::CopyCall(const Arguments&) { return Copy(); }

ListObject::Result ListObject::Count(const Arguments& arguments) {
  const absl::StatusOr<const PyValue*> item = Only("count", arguments);
  if (!item.ok()) return item.status();
  return PyValue(std::count_if(items_.begin(), items_.end(),
                               [&](const HeldValue& held) { return held.value() == **item; }));
}

ListObject::Result ListObject::Extend(const Arguments& arguments) {
  const absl::StatusOr<const PyValue*> argument = Only("extend", arguments);
  if (!argument.ok()) return argument.status();
  const absl::StatusOr<std::vector<PyValue>> items = ListOf(**argument);
  if (!items.ok()) return items.status();
  for (const PyValue& item : *items) items_.emplace_back(item, objects_);
  return PyValue();
}

ListObject::Result ListObject::Index(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound =
      arguments.Bind("index", {"value", "start", "stop"}, 1);
  if (!bound.ok()) return bound.status();
  const auto size = static_cast<int64_t>(items_.size());
  int64_t limits[] = {0, size};
  for (size_t i = 0; i < 2; ++i) {
    if ((*bound)[i + 1] == nullptr) continue;
    const absl::StatusOr<int64_t> limit = (*bound)[i + 1]->AsInt();
    if (!limit.ok()) return limit.status();
    limits[i] = std::clamp<int64_t>(*limit < 0 ? *limit + size : *limit, 0, size);
  }
  const Place end = items_.begin() + std::max(limits[0], limits[1]);
  const Place found = Find(*(*bound)[0], items_.begin() + limits[0], end);
  if (found == end) return ValueError(absl::StrCat((*bound)[0]->ToString(), " is not in list"));
  return PyValue(static_cast<int64_t>(found - items_.begin()));
}

ListObject::Result ListObject::Insert(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("insert", {"index", "object"}, 2);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<int64_t> index = (*bound)[0]->AsInt();
  if (!index.ok()) return index.status();
  const auto size = static_cast<int64_t>(items_.size());
  const int64_t place = std::clamp<int64_t>(*index < 0 ? *index + size : *index, 0, size);
  items_.insert(items_.begin() + place, HeldValue(*(*bound)[1], objects_));
  return PyValue();
}

ListObject::Result ListObject::Pop(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("pop", {"index"}, 0);
  if (!bound.ok()) return bound.status();
  if (items_.empty()) return PythonIndexError("pop from empty list");
  const absl::StatusOr<size_t> place = PlaceOf((*bound)[0] == nullptr ? PyValue(-1) : *(*bound)[0],
                                               items_.size(), "list", "pop index out of range");
  if (!place.ok()) return place.status();
  const PyValue item = items_[*place].value();
  items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(*place));
  return item;
}

ListObject::Result ListObject::Remove(const Arguments& arguments) {
  const absl::StatusOr<const PyValue*> item = Only("remove", arguments);
  if (!item.ok()) return item.status();
  const Place found = Find(**item, items_.begin(), items_.end());
  if (found == items_.end()) return ValueError("list.remove(x): x not in list");
  items_.erase(found);
  return PyValue();
}

ListObject::Result ListObject::Reverse(const Arguments&) {
  std::reverse(items_.begin(), items_.end());
  return PyValue();
}

// Python makes an iterator of the list's items, which is a copy by then.
ListObject::Result ListObject::Reversed(const Arguments&) {
  PyObjectParts parts;
  parts.callable = PyValue::Global("builtins", "reversed");
  parts.args = PyValue::Tuple({Copy()});
  return PyValue::Object(std::move(parts));
}

// Stable, as Python's. Items that cannot be compared leave the list as it was.
ListObject::Result ListObject::Sort(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("sort", {"key", "reverse"}, 0);
  if (!bound.ok()) return bound.status();
  if ((*bound)[0] != nullptr && !(*bound)[0]->is_none()) {
    return PythonTypeError("this server calls no functions of Python: key must be None");
  }
  std::vector<PyValue> values;
  for (const HeldValue& item : items_) values.push_back(item.value());
  const absl::StatusOr<std::vector<size_t>> order = SortedOrder(values, IsTrue((*bound)[1], false));
  if (!order.ok()) return order.status();
  std::vector<HeldValue> sorted;
  for (const size_t place : *order) sorted.push_back(items_[place]);
  items_ = std::move(sorted);
  return PyValue();
}

absl::StatusOr<std::vector<HeldValue>> ListObject::Repeated(const Arguments& arguments) const {
  const absl::StatusOr<const PyValue*> argument = Only("__mul__", arguments);
  if (!argument.ok()) return argument.status();
  const absl::StatusOr<int64_t> times = (*argument)->AsInt();
  if (!times.ok()) {
    return PythonTypeError(absl::StrCat("can't multiply sequence by non-int of type '",
                                        PyKindName((*argument)->kind()), "'"));
  }
  const auto size = static_cast<int64_t>(items_.size());
  if (size > 0 && *times > 1 && *times > kMostItemsMade / size) return TooManyItems();
  std::vector<HeldValue> repeated;
  for (int64_t i = 0; i < *times && size > 0; ++i) {
    repeated.insert(repeated.end(), items_.begin(), items_.end());
  }
  return repeated;
}

ListObject::Result ListObject::Mul(const Arguments& arguments) {
  const absl::StatusOr<std::vector<HeldValue>> repeated = Repeated(arguments);
  if (!repeated.ok()) return repeated.status();
  std::vector<PyValue> values;
  for (const HeldValue& item : *repeated) values.push_back(item.value());
  return PyValue::List(std::move(values));
}

ListObject::Result ListObject::IMul(const Arguments& arguments) {
  absl::StatusOr<std::vector<HeldValue>> repeated = Repeated(arguments);
  if (!repeated.ok()) return repeated.status();
  items_ = *std::move(repeated);
  return Copy();
}

}  // namespace someos::multiprocessing::internal
