#include "someos/api/mmap/slice.h"

#include <algorithm>
#include <limits>

#include "absl/status/status.h"
#include "someos/api/errno_status.h"

namespace someos::mmap {
namespace {

// `index`, counted from the start, within [low, high].
int64_t Within(int64_t index, int64_t size, int64_t low, int64_t high) {
  if (index < 0) index += size;  // cannot overflow: size is not negative
  return std::clamp(index, low, high);
}

}  // namespace

absl::StatusOr<SliceItems> ItemsOf(const Slice& slice, size_t size) {
  const int64_t items = static_cast<int64_t>(size);
  // -2^63 has no opposite; no slice has as many items.
  const int64_t step = std::max(slice.step.value_or(1), -std::numeric_limits<int64_t>::max());
  if (step == 0) {
    return PlainStatus(absl::StatusCode::kInvalidArgument, "slice step cannot be zero");
  }
  if (step > 0) {
    const int64_t start = Within(slice.start.value_or(0), items, 0, items);
    const int64_t stop = slice.stop.has_value() ? Within(*slice.stop, items, 0, items) : items;
    const int64_t count = start < stop ? (stop - start - 1) / step + 1 : 0;
    return SliceItems{start, step, static_cast<size_t>(count)};
  }
  // Backwards, the first item is at most the last one of all, and -1 is the place before the first.
  const int64_t start =
      slice.start.has_value() ? Within(*slice.start, items, -1, items - 1) : items - 1;
  const int64_t stop = slice.stop.has_value() ? Within(*slice.stop, items, -1, items - 1) : -1;
  const int64_t count = stop < start ? (start - stop - 1) / -step + 1 : 0;
  return SliceItems{start, step, static_cast<size_t>(count)};
}

}  // namespace someos::mmap
