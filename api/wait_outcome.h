// What a wait comes to, on its way from a backend to Poller::Wait.

#ifndef SOMEOS_API_WAIT_OUTCOME_H_
#define SOMEOS_API_WAIT_OUTCOME_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace someos {

// A count of events, or a failure, in one register: absl::StatusOr is returned in memory, and what
// that costs both sides shows in a wait that is a system call and little else.
//
// Owns its failure, and yet is copied like a number: exactly one of its copies is to be taken.
class WaitOutcome {
 public:
  // Implicit, so that a backend returns each as it would in an absl::StatusOr. `failure` is not
  // OK.
  WaitOutcome(size_t count) : bits_(count << 1) {}  // NOLINT(google-explicit-constructor)
  WaitOutcome(absl::Status failure)                 // NOLINT(google-explicit-constructor)
      : bits_(reinterpret_cast<uintptr_t>(new absl::Status(std::move(failure))) | kFailed) {}
  WaitOutcome(absl::StatusOr<size_t> result)  // NOLINT(google-explicit-constructor)
      : WaitOutcome(result.ok() ? WaitOutcome(*result) : std::move(result).status()) {}

  absl::StatusOr<size_t> Take() const {
    if ((bits_ & kFailed) == 0) return bits_ >> 1;
    absl::Status failure = TakeFailure(reinterpret_cast<absl::Status*>(bits_ - kFailed));
    // Or StatusOr would have to look, by a call that keeps what the caller gets from staying in
    // registers.
    if (failure.ok()) ABSL_UNREACHABLE();
    return failure;
  }

 private:
  static constexpr uintptr_t kFailed = 1;
  static_assert(alignof(absl::Status) > kFailed);

  ABSL_ATTRIBUTE_NOINLINE static absl::Status TakeFailure(absl::Status* failure) {
    return std::move(*absl::WrapUnique(failure));
  }

  // Twice the count; or the address of the failure, with kFailed.
  uintptr_t bits_;
};

}  // namespace someos

#endif  // SOMEOS_API_WAIT_OUTCOME_H_
