#include "someos/backends/process_base/duplicates.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/owned_fd.h"

namespace someos::multiprocessing::process_base {

absl::StatusOr<std::vector<base::OwnedFd>> Duplicates(absl::Span<const int> descriptors) {
  std::vector<base::OwnedFd> made;
  for (const int descriptor : descriptors) {
    made.emplace_back(fcntl(descriptor, F_DUPFD_CLOEXEC, 3));
    if (!made.back().valid()) {
      return ErrnoStatus(errno, absl::StrCat("duplicate fd ", descriptor, " for a child"));
    }
  }
  return made;
}

std::vector<int> Released(std::vector<base::OwnedFd> descriptors) {
  std::vector<int> numbers;
  for (base::OwnedFd& descriptor : descriptors) numbers.push_back(descriptor.Release());
  return numbers;
}

}  // namespace someos::multiprocessing::process_base
