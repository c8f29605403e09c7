// The result of a wait, as a backend passes it to Poller::Wait.

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

// A count of events, or a failure, in one register. absl::StatusOr is returned in memory, and that
// cost is measurable in a wait that is a system call and little else.
//
// It is trivially copyable although it owns its failure: Take() must be called on exactly one of
// its copies.
class WaitOutcome {
 public:
  // Implicit, so that a backend can return each of these as with an absl::StatusOr. `failure` must
  // not be OK.
  WaitOutcome(size_t count) : bits_(count << 1) {}  // NOLINT(google-explicit-constructor)
  WaitOutcome(absl::Status failure)                 // NOLINT(google-explicit-constructor)
      : bits_(reinterpret_cast<uintptr_t>(new absl::Status(std::move(failure))) | kFailed) {}
  WaitOutcome(absl::StatusOr<size_t> result)  // NOLINT(google-explicit-constructor)
      : WaitOutcome(result.ok() ? WaitOutcome(*result) : std::move(result).status()) {}

  absl::StatusOr<size_t> Take() const {
    if ((bits_ & kFailed) == 0) return bits_ >> 1;
    absl::Status failure = TakeFailure(reinterpret_cast<absl::Status*>(bits_ - kFailed));
    // Otherwise StatusOr's constructor would check this with a function call, which would keep the
    // result from staying in registers.
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
