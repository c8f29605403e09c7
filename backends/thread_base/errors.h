// The errors of the objects of threading, with Python's messages, and the checks of their timeouts.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_ERRORS_H_
#define SOMEOS_BACKENDS_THREAD_BASE_ERRORS_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/backends/thread_base/core.h"

namespace someos::thread_base {

// Python's TIMEOUT_MAX on a 64-bit system, some 292 years: the longest timeout that is none.
inline constexpr absl::Duration kTimeoutMax = absl::Seconds(9223372036);

// Python's RuntimeError: kFailedPrecondition.
absl::Status RuntimeError(absl::string_view message);
// Python's ValueError: kInvalidArgument.
absl::Status ValueError(absl::string_view message);

// kFailedPrecondition "would wait for ever: there is one thread", for WaitEnd::kForever.
absl::Status WouldWaitForever();

// kOutOfRange "timeout value is too large" for more than kTimeoutMax, except InfiniteDuration,
// which stands for no timeout.
absl::Status CheckTimeout(absl::Duration timeout);

// The time for which Acquire of a lock waits: InfiniteDuration without a timeout, zero if it does
// not block. kInvalidArgument for a timeout that is negative, or given although it does not block.
absl::StatusOr<absl::Duration> LockTimeout(bool blocking, std::optional<absl::Duration> timeout);

// What a call that waits returns: true for kWoken; false for kTimedOut, or the errno of the clock
// (Deadline::clock_error) if it is not 0; WouldWaitForever for kForever.
absl::StatusOr<bool> WaitResult(WaitEnd end, int clock_error, const Operation& operation);

// Ends the program: of a function that returns nothing and cannot do what it must, such as lock().
// Writes a line to the standard error output with the operation and `status`.
[[noreturn]] void EndProgram(const Operation& operation, const absl::Status& status);

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_ERRORS_H_
