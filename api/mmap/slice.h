// Python's slices, [start:stop:step].

#ifndef SOMEOS_API_MMAP_SLICE_H_
#define SOMEOS_API_MMAP_SLICE_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"

namespace someos::mmap {

// What is not given has Python's defaults: all, from the first item, or from the last one if the
// step is negative. Negative numbers count from the end; what lies outside is cut off.
struct Slice {
  std::optional<int64_t> start;
  std::optional<int64_t> stop;
  std::optional<int64_t> step;
};

// The items that a slice names: `count` of them, the first one at `start`, each `step` after the
// one before. If `count` is 0, `start` says nothing.
struct SliceItems {
  int64_t start;
  int64_t step;
  size_t count;
};

// The items of a slice of `size` items.
//
// kInvalidArgument (ValueError): the step is 0.
absl::StatusOr<SliceItems> ItemsOf(const Slice& slice, size_t size);

}  // namespace someos::mmap

#endif  // SOMEOS_API_MMAP_SLICE_H_
