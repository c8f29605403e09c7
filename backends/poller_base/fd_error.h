// The status of an operation that failed on a descriptor.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_FD_ERROR_H_
#define SOMEOS_BACKENDS_POLLER_BASE_FD_ERROR_H_

#include <cerrno>

#include "absl/base/attributes.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"

namespace someos::poller_base {

// ErrnoStatus with "<operation> fd <fd>". Not inlined, to keep the construction of the string out
// of the success path.
ABSL_ATTRIBUTE_NOINLINE inline absl::Status FdError(int error, absl::string_view operation,
                                                    int fd) {
  return ErrnoStatus(error, absl::StrCat(operation, " fd ", fd));
}

// The refusal to register `fd`, which the poller has opened for its own use; `what` says as what.
ABSL_ATTRIBUTE_NOINLINE inline absl::Status OwnDescriptorError(int fd, absl::string_view what) {
  return ErrnoStatus(EINVAL, absl::StrCat("register fd ", fd, ", the poller's own ", what));
}

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_FD_ERROR_H_
