#include "someos/backends/thread_base/errors.h"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/backends/thread_base/core.h"

namespace someos::thread_base {

absl::Status RuntimeError(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kFailedPrecondition, message);
}

absl::Status ValueError(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, message);
}

absl::Status WouldWaitForever() {
  return PlainStatus(absl::StatusCode::kFailedPrecondition,
                     "would wait for ever: there is one thread");
}

absl::Status CheckTimeout(absl::Duration timeout) {
  if (timeout <= kTimeoutMax || timeout == absl::InfiniteDuration()) return absl::OkStatus();
  return PlainStatus(absl::StatusCode::kOutOfRange, "timeout value is too large");
}

absl::StatusOr<absl::Duration> LockTimeout(bool blocking, std::optional<absl::Duration> timeout) {
  if (!timeout.has_value()) return blocking ? absl::InfiniteDuration() : absl::ZeroDuration();
  if (!blocking) return ValueError("can't specify a timeout for a non-blocking call");
  if (*timeout < absl::ZeroDuration()) {
    return ValueError("timeout value must be a non-negative number");
  }
  if (absl::Status status = CheckTimeout(*timeout); !status.ok()) return status;
  return *timeout;
}

absl::StatusOr<bool> WaitResult(WaitEnd end, int clock_error, const Operation& operation) {
  switch (end) {
    case WaitEnd::kWoken:
      return true;
    case WaitEnd::kTimedOut:
      if (clock_error != 0) {
        return ErrnoStatus(clock_error, absl::StrCat(operation.name, ": clock_gettime"));
      }
      return false;
    case WaitEnd::kForever:
      return WouldWaitForever();
  }
  return false;
}

void EndProgram(const Operation& operation, const absl::Status& status) {
  const std::string line = absl::StrCat("someos: ", operation.name, ": ", status.message(), "\n");
  std::fputs(line.c_str(), stderr);
  std::abort();
}

}  // namespace someos::thread_base
