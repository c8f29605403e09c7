// Items, slices, searches, and moves within the mapping.

#include <cstring>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/mmap/guarded.h"
#include "someos/api/mmap/mmap.h"
#include "someos/api/mmap/search.h"
#include "someos/api/mmap/slice.h"
#include "someos/api/python_error.h"

namespace someos::mmap {
namespace {

// The item at `index` of `size`, counted from the start.
absl::StatusOr<size_t> IndexOf(int64_t index, size_t size) {
  if (index < 0) index += static_cast<int64_t>(size);
  if (index < 0 || static_cast<uint64_t>(index) >= size) {
    return PythonIndexError("mmap index out of range");
  }
  return static_cast<size_t>(index);
}

std::string Collect(absl::string_view bytes, const SliceItems& items) {
  if (items.count == 0) return std::string();
  if (items.step == 1) return std::string(bytes.substr(items.start, items.count));
  std::string collected(items.count, '\0');
  for (size_t i = 0; i < items.count; ++i) {
    collected[i] = bytes[items.start + static_cast<int64_t>(i) * items.step];
  }
  return collected;
}

// `bytes` may be some of those at `into`, as far as the step is 1.
void Distribute(absl::string_view bytes, const SliceItems& items, char* into) {
  if (bytes.empty()) return;
  if (items.step == 1) {
    std::memmove(into + items.start, bytes.data(), bytes.size());
    return;
  }
  for (size_t i = 0; i < bytes.size(); ++i) {
    into[items.start + static_cast<int64_t>(i) * items.step] = bytes[i];
  }
}

// What Python's find returns.
int64_t PositionOf(std::optional<size_t> found) {
  return found.has_value() ? static_cast<int64_t>(*found) : -1;
}

}  // namespace

absl::StatusOr<uint8_t> Mmap::Item(int64_t index) const {
  if (absl::Status status = Check(Use::kRead); !status.ok()) return status;
  const absl::StatusOr<size_t> place = IndexOf(index, size());
  if (!place.ok()) return place.status();
  return Guarded([&] { return static_cast<uint8_t>(data()[*place]); });
}

absl::Status Mmap::SetItem(int64_t index, int64_t value) {
  if (absl::Status status = Check(Use::kWrite); !status.ok()) return status;
  const absl::StatusOr<size_t> place = IndexOf(index, size());
  if (!place.ok()) return place.status();
  if (value < 0 || value > 255) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       "mmap item value must be in range(0, 256)");
  }
  return Guarded([&] { data()[*place] = static_cast<char>(static_cast<uint8_t>(value)); });
}

absl::StatusOr<std::string> Mmap::Items(const Slice& slice) const {
  if (absl::Status status = Check(Use::kRead); !status.ok()) return status;
  const absl::StatusOr<SliceItems> items = ItemsOf(slice, size());
  if (!items.ok()) return items.status();
  return Guarded([&] { return Collect(bytes(), *items); });
}

absl::Status Mmap::SetItems(const Slice& slice, absl::string_view bytes) {
  if (absl::Status status = Check(Use::kWrite); !status.ok()) return status;
  const absl::StatusOr<SliceItems> items = ItemsOf(slice, size());
  if (!items.ok()) return items.status();
  if (items->count != bytes.size()) {
    return PythonIndexError("mmap slice assignment is wrong size");
  }
  return Guarded([&] { Distribute(bytes, *items, data()); });
}

absl::StatusOr<int64_t> Mmap::Find(absl::string_view bytes, std::optional<int64_t> start,
                                   std::optional<int64_t> end) const {
  if (absl::Status status = Check(Use::kRead); !status.ok()) return status;
  const Range range = RangeOf(start.value_or(position_), end.value_or(size()), size());
  return Guarded([&] { return PositionOf(FindIn(this->bytes(), range, bytes)); });
}

absl::StatusOr<int64_t> Mmap::Rfind(absl::string_view bytes, std::optional<int64_t> start,
                                    std::optional<int64_t> end) const {
  if (absl::Status status = Check(Use::kRead); !status.ok()) return status;
  const Range range = RangeOf(start.value_or(position_), end.value_or(size()), size());
  return Guarded([&] { return PositionOf(FindLastIn(this->bytes(), range, bytes)); });
}

absl::Status Mmap::Move(int64_t destination, int64_t source, int64_t count) {
  if (absl::Status status = Check(Use::kWrite); !status.ok()) return status;
  const int64_t end = static_cast<int64_t>(size());
  if (destination < 0 || source < 0 || count < 0 || end - destination < count ||
      end - source < count) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       "source, destination, or count out of range");
  }
  return Guarded([&] { std::memmove(data() + destination, data() + source, count); });
}

}  // namespace someos::mmap
