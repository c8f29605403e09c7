// Registrations that a rebuild after a fork could not restore.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_LOST_REGISTRATIONS_H_
#define SOMEOS_BACKENDS_POLLER_BASE_LOST_REGISTRATIONS_H_

#include <utility>

#include "absl/status/status.h"
#include "someos/backends/poller_base/fd_error.h"

namespace someos::poller_base {

// Kept across rebuilds that fail, until one succeeds and reports the loss of the lowest number. Not
// thread-safe.
class LostRegistrations {
 public:
  void Add(int fd, int error) {
    if (!lowest_.ok() && lowest_fd_ < fd) return;
    lowest_fd_ = fd;
    lowest_ = FdError(error, "rebuild after fork: register", fd);
  }

  // Returns the error of the lowest number, or OK, and clears it.
  absl::Status Take() { return std::exchange(lowest_, absl::OkStatus()); }

 private:
  absl::Status lowest_;
  int lowest_fd_ = 0;  // if lowest_ is an error
};

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_LOST_REGISTRATIONS_H_
