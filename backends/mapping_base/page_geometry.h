// Pages, and what of them a range of bytes covers.

#ifndef SOMEOS_BACKENDS_MAPPING_BASE_PAGE_GEOMETRY_H_
#define SOMEOS_BACKENDS_MAPPING_BASE_PAGE_GEOMETRY_H_

#include <cstddef>
#include <cstdint>
#include <limits>

namespace someos::mapping_base {

// The size of a page of this system in bytes, a power of two. mmap(2)'s granularity of offsets.
size_t PageSize();

// The most bytes that a mapping can have: what a difference of pointers can express, less a page,
// so that rounding up does not overflow.
inline size_t MostBytes() {
  return static_cast<size_t>(std::numeric_limits<ptrdiff_t>::max()) + 1 - PageSize();
}

// The last byte of a file lies before this.
inline constexpr uint64_t kMostFileBytes = std::numeric_limits<int64_t>::max();

inline uint64_t RoundDown(uint64_t offset) { return offset & ~uint64_t{PageSize() - 1}; }
// `size` is no more than MostBytes().
inline size_t RoundUp(size_t size) { return (size + PageSize() - 1) & ~(PageSize() - 1); }

}  // namespace someos::mapping_base

#endif  // SOMEOS_BACKENDS_MAPPING_BASE_PAGE_GEOMETRY_H_
