// The timeouts of Python's select module: an absl::Duration for its seconds and milliseconds,
// std::nullopt for its None.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_PYTHON_TIMEOUT_H_
#define SOMEOS_BACKENDS_POLLER_BASE_PYTHON_TIMEOUT_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/backends/base/deadline.h"

namespace someos::poller_base {

// One rule for all: nothing and absl::InfiniteDuration() block, what Python refuses as too long is
// refused with kOutOfRange (its OverflowError), and what it takes is waited to its end, rounded up
// to what the kernel's clock offers and, where it is longer than the system call takes, in pieces.

// Of select() and kqueue.control(): at most 2^63 ns. A negative one is kInvalidArgument (Python's
// ValueError) with `negative_message`.
absl::StatusOr<base::Deadline> NonNegativeTimeout(std::optional<absl::Duration> timeout,
                                                  absl::string_view negative_message);

// Of poll.poll() and epoll.poll(): at most INT_MAX milliseconds either way. A negative one blocks.
absl::StatusOr<base::Deadline> MillisecondTimeout(std::optional<absl::Duration> timeout);

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_PYTHON_TIMEOUT_H_
