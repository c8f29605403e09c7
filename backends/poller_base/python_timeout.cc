#include "someos/backends/poller_base/python_timeout.h"

#include <climits>
#include <cstdint>

#include "absl/status/status.h"
#include "someos/api/errno_status.h"

namespace someos::poller_base {
namespace {

bool Blocks(std::optional<absl::Duration> timeout) {
  return !timeout.has_value() || *timeout == absl::InfiniteDuration();
}

absl::StatusOr<base::Deadline> DeadlineOf(absl::Duration timeout) {
  const base::Deadline deadline(timeout);
  if (const int error = deadline.clock_error(); error != 0) {
    return ErrnoStatus(error, "wait: clock_gettime");
  }
  return deadline;
}

}  // namespace

absl::StatusOr<base::Deadline> NonNegativeTimeout(std::optional<absl::Duration> timeout,
                                                  absl::string_view negative_message) {
  if (Blocks(timeout)) return base::Deadline(absl::InfiniteDuration());
  if (*timeout < absl::ZeroDuration()) {
    return PlainStatus(absl::StatusCode::kInvalidArgument, negative_message);
  }
  if (*timeout > absl::Nanoseconds(INT64_MAX)) {
    return PlainStatus(absl::StatusCode::kOutOfRange, "timestamp out of range for platform time_t");
  }
  return DeadlineOf(*timeout);
}

absl::StatusOr<base::Deadline> MillisecondTimeout(std::optional<absl::Duration> timeout) {
  if (Blocks(timeout)) return base::Deadline(absl::InfiniteDuration());
  if (*timeout > absl::Milliseconds(INT_MAX) || *timeout < absl::Milliseconds(INT_MIN)) {
    return PlainStatus(absl::StatusCode::kOutOfRange, "timeout is too large");
  }
  return DeadlineOf(*timeout < absl::ZeroDuration() ? absl::InfiniteDuration() : *timeout);
}

}  // namespace someos::poller_base
