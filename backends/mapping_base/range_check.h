// Ranges of bytes within a mapping.

#ifndef SOMEOS_BACKENDS_MAPPING_BASE_RANGE_CHECK_H_
#define SOMEOS_BACKENDS_MAPPING_BASE_RANGE_CHECK_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"

namespace someos::mapping_base {

// kOutOfRange, unless the `size` bytes from `offset` on are within the first `all` bytes.
inline absl::Status CheckRange(absl::string_view operation, uint64_t offset, uint64_t size,
                               uint64_t all) {
  if (offset <= all && size <= all - offset) return absl::OkStatus();
  return PlainStatus(absl::StatusCode::kOutOfRange,
                     absl::StrCat(operation, ": ", size, " bytes at offset ", offset,
                                  " of a mapping of ", all, " bytes"));
}

}  // namespace someos::mapping_base

#endif  // SOMEOS_BACKENDS_MAPPING_BASE_RANGE_CHECK_H_
