// Searches for bytes, for Mmap's Find and Rfind.

#ifndef SOMEOS_API_MMAP_SEARCH_H_
#define SOMEOS_API_MMAP_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace someos::mmap {

// The part of `size` bytes that Python's [start:end] names: negative numbers count from the end,
// and what lies outside is cut off. `end` may be less than `start`.
struct Range {
  size_t start;
  size_t end;
};
Range RangeOf(int64_t start, int64_t end, size_t size);

// Where in `range` of `bytes` the first, or the last, occurrence of `needle` begins; nullopt if it
// does not occur. An empty needle occurs at the start, and at the end, of each range that is not
// reversed. FindIn takes the time of memmem(3) at worst, and usually less; FindLastIn the product
// of both sizes at worst.
std::optional<size_t> FindIn(absl::string_view bytes, Range range, absl::string_view needle);
std::optional<size_t> FindLastIn(absl::string_view bytes, Range range, absl::string_view needle);

}  // namespace someos::mmap

#endif  // SOMEOS_API_MMAP_SEARCH_H_
