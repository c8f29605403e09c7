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

}  // namespace

absl::Status NoClockError(const base::Deadline& deadline) {
  return ErrnoStatus(deadline.clock_error(), "wait: clock_gettime");
}

absl::StatusOr<base::Deadline> NonNegativeTimeout(std::optional<absl::Duration> timeout,
                                                  absl::string_view negative_message) {
  if (Blocks(timeout)) return base::Deadline(absl::InfiniteDuration());
  if (*timeout < absl::ZeroDuration()) {
    return PlainStatus(absl::StatusCode::kInvalidArgument, negative_message);
  }
  if (*timeout > absl::Nanoseconds(INT64_MAX)) {
    return PlainStatus(absl::StatusCode::kOutOfRange, "timestamp out of range for platform time_t");
  }
  const base::Deadline deadline(*timeout);
  if (deadline.clock_error() != 0) return NoClockError(deadline);
  return deadline;
}

absl::StatusOr<base::Deadline> MillisecondTimeout(std::optional<absl::Duration> timeout) {
  if (Blocks(timeout)) return base::Deadline(absl::InfiniteDuration());
  if (*timeout > absl::Milliseconds(INT_MAX) || *timeout < absl::Milliseconds(INT_MIN)) {
    return PlainStatus(absl::StatusCode::kOutOfRange, "timeout is too large");
  }
  return base::Deadline::NotStarted(*timeout < absl::ZeroDuration() ? absl::InfiniteDuration()
                                                                    : *timeout);
}

}  // namespace someos::poller_base
