// How large a regular file is.

#ifndef SOMEOS_BACKENDS_BASE_REGULAR_FILE_SIZE_H_
#define SOMEOS_BACKENDS_BASE_REGULAR_FILE_SIZE_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"

namespace someos::base {

// The size in bytes of the regular file that `fd` is open on; nullopt if it is open on something
// else.
//
// Errors of fstat(2): EBADF.
absl::StatusOr<std::optional<uint64_t>> RegularFileSize(int fd);

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_REGULAR_FILE_SIZE_H_
