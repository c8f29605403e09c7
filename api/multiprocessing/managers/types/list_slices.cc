// Items and slices of a list.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/api/mmap/slice.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/managers/types/list_object.h"
#include "someos/api/multiprocessing/managers/types/value_items.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

PyValue ListObject::ItemsOf(const mmap::SliceItems& slice) const {
  std::vector<PyValue> values;
  values.reserve(slice.count);
  for (size_t i = 0; i < slice.count; ++i) {
    values.push_back(items_[slice.start + static_cast<int64_t>(i) * slice.step].value());
  }
  return PyValue::List(std::move(values));
}

void ListObject::Delete(const mmap::SliceItems& slice) {
  std::vector<bool> deleted(items_.size());
  for (size_t i = 0; i < slice.count; ++i) {
    deleted[slice.start + static_cast<int64_t>(i) * slice.step] = true;
  }
  std::vector<HeldValue> kept;
  kept.reserve(items_.size() - slice.count);
  for (size_t i = 0; i < items_.size(); ++i) {
    if (!deleted[i]) kept.push_back(items_[i]);
  }
  items_ = std::move(kept);
}

absl::Status ListObject::Assign(const mmap::SliceItems& slice, const PyValue& items) {
  const absl::StatusOr<std::vector<PyValue>> values = ListOf(items);
  if (!values.ok()) return values.status();
  std::vector<HeldValue> held = Held(*values);
  if (slice.step == 1) {
    const auto begin = items_.begin() + std::min<int64_t>(slice.start, items_.size());
    const auto place = items_.erase(begin, begin + static_cast<std::ptrdiff_t>(slice.count));
    items_.insert(place, held.begin(), held.end());
    return absl::OkStatus();
  }
  if (held.size() != slice.count) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("attempt to assign sequence of size ", held.size(),
                                    " to extended slice of size ", slice.count));
  }
  for (size_t i = 0; i < held.size(); ++i) {
    items_[slice.start + static_cast<int64_t>(i) * slice.step] = std::move(held[i]);
  }
  return absl::OkStatus();
}

ListObject::Result ListObject::GetItem(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("__getitem__", {"index"}, 1);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<Subscript> subscript =
      SubscriptOf(*(*bound)[0], items_.size(), "list", "list index out of range");
  if (!subscript.ok()) return subscript.status();
  if (const auto* slice = std::get_if<mmap::SliceItems>(&*subscript)) return ItemsOf(*slice);
  return items_[std::get<size_t>(*subscript)].value();
}

ListObject::Result ListObject::SetItem(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("__setitem__", {"index", "value"}, 2);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<Subscript> subscript =
      SubscriptOf(*(*bound)[0], items_.size(), "list", "list assignment index out of range");
  if (!subscript.ok()) return subscript.status();
  if (const auto* slice = std::get_if<mmap::SliceItems>(&*subscript)) {
    absl::Status assigned = Assign(*slice, *(*bound)[1]);
    if (!assigned.ok()) return assigned;
    return PyValue();
  }
  items_[std::get<size_t>(*subscript)] = HeldValue(*(*bound)[1], objects_);
  return PyValue();
}

ListObject::Result ListObject::DelItem(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("__delitem__", {"index"}, 1);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<Subscript> subscript =
      SubscriptOf(*(*bound)[0], items_.size(), "list", "list assignment index out of range");
  if (!subscript.ok()) return subscript.status();
  if (const auto* slice = std::get_if<mmap::SliceItems>(&*subscript)) {
    Delete(*slice);
    return PyValue();
  }
  items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(std::get<size_t>(*subscript)));
  return PyValue();
}

ListObject::Result ListObject::GetSlice(const Arguments& arguments) {
  const absl::StatusOr<mmap::SliceItems> slice =
      OldSliceOf("__getslice__", arguments, items_.size(), 2);
  if (!slice.ok()) return slice.status();
  return ItemsOf(*slice);
}

ListObject::Result ListObject::SetSlice(const Arguments& arguments) {
  const absl::StatusOr<mmap::SliceItems> slice =
      OldSliceOf("__setslice__", arguments, items_.size(), 3);
  if (!slice.ok()) return slice.status();
  absl::Status assigned = Assign(*slice, arguments.positional()[2]);
  if (!assigned.ok()) return assigned;
  return PyValue();
}

ListObject::Result ListObject::DelSlice(const Arguments& arguments) {
  const absl::StatusOr<mmap::SliceItems> slice =
      OldSliceOf("__delslice__", arguments, items_.size(), 2);
  if (!slice.ok()) return slice.status();
  Delete(*slice);
  return PyValue();
}

}  // namespace someos::multiprocessing::internal
