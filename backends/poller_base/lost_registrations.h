// Registrations that a rebuild after a fork could not restore.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_LOST_REGISTRATIONS_H_
#define SOMEOS_BACKENDS_POLLER_BASE_LOST_REGISTRATIONS_H_

#include <utility>

#include "absl/status/status.h"
#include "someos/backends/poller_base/fd_error.h"

namespace someos::poller_base {

// Kept across rebuilds that fail, until one succeeds and reports the first loss. Not thread-safe.
class LostRegistrations {
 public:
  void Add(int fd, int error) {
    if (first_.ok()) first_ = FdError(error, "rebuild after fork: register", fd);
  }

  // Returns the error of the first one, or OK, and clears it.
  absl::Status Take() { return std::exchange(first_, absl::OkStatus()); }

 private:
  absl::Status first_;
};

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_LOST_REGISTRATIONS_H_
