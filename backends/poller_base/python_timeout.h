// The timeouts of Python's select module: an absl::Duration in place of seconds and milliseconds,
// std::nullopt in place of None.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_PYTHON_TIMEOUT_H_
#define SOMEOS_BACKENDS_POLLER_BASE_PYTHON_TIMEOUT_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/backends/base/deadline.h"

namespace someos::poller_base {

// Common rules: std::nullopt and absl::InfiniteDuration() block. A timeout that Python refuses as
// too long is refused with kOutOfRange (its OverflowError). All others are waited for completely:
// rounded up to the resolution of the kernel's timeouts, and with several system calls if they are
// longer than one call can wait.

// The error of a wait whose deadline has a clock_error() (base::Deadline).
absl::Status NoClockError(const base::Deadline& deadline);

// For select() and kqueue.control(): at most 2^63 ns. The time begins now; if the clock cannot be
// read, NoClockError. A negative one is kInvalidArgument (Python's
// ValueError) with `negative_message`.
absl::StatusOr<base::Deadline> NonNegativeTimeout(std::optional<absl::Duration> timeout,
                                                  absl::string_view negative_message);

// For poll.poll() and epoll.poll(): from INT_MIN to INT_MAX milliseconds. A negative one blocks.
// The time has not begun (base::Deadline::NotStarted).
absl::StatusOr<base::Deadline> MillisecondTimeout(std::optional<absl::Duration> timeout);

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_PYTHON_TIMEOUT_H_
