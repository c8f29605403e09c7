// The constants of Python's mmap module by Python's names.

#ifndef SOMEOS_API_MMAP_CONSTANTS_H_
#define SOMEOS_API_MMAP_CONSTANTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "someos/api/constant.h"
#include "someos/backends/mapping_base/page_geometry.h"
#include "someos/backends/mapping_constants/mapping_constants.h"

namespace someos::mmap {

// The size of a page in bytes, and what offsets in a file must be multiples of: Python's PAGESIZE
// and ALLOCATIONGRANULARITY. They are the same on all systems of this library.
inline size_t PageSize() { return mapping_base::PageSize(); }
inline size_t AllocationGranularity() { return PageSize(); }

// The value of a constant of Python's mmap module, or nullopt if this system does not have it.
// Works at run time, and, except for PAGESIZE and ALLOCATIONGRANULARITY, at compile time:
//
//   constexpr int kPopulate = FindConstant("MAP_POPULATE").value_or(0);
constexpr std::optional<int64_t> FindConstant(absl::string_view name) {
  if (name == "PAGESIZE") return static_cast<int64_t>(PageSize());
  if (name == "ALLOCATIONGRANULARITY") return static_cast<int64_t>(AllocationGranularity());
  const std::optional<int64_t> access = FindConstant(kAccessConstants, name);
  return access.has_value() ? access : FindConstant(kSystemConstants, name);
}

}  // namespace someos::mmap

#endif  // SOMEOS_API_MMAP_CONSTANTS_H_
