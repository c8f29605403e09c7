// Descriptors for a child that shares the parent's table, or has a copy of it.

#ifndef SOMEOS_BACKENDS_PROCESS_BASE_DUPLICATES_H_
#define SOMEOS_BACKENDS_PROCESS_BASE_DUPLICATES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "someos/backends/base/owned_fd.h"

namespace someos::multiprocessing::process_base {

// Close-on-exec duplicates. Errnos: EBADF, EMFILE.
absl::StatusOr<std::vector<base::OwnedFd>> Duplicates(absl::Span<const int> descriptors);

// Gives them away.
std::vector<int> Released(std::vector<base::OwnedFd> descriptors);

}  // namespace someos::multiprocessing::process_base

#endif  // SOMEOS_BACKENDS_PROCESS_BASE_DUPLICATES_H_
