// Runs a body once.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_RUN_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_RUN_H_

#include <cstdint>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/backends/thread_stepped/policy.h"
#include "someos/backends/thread_stepped/schedule.h"
#include "someos/backends/thread_stepped/token.h"

namespace someos::thread_stepped {

// What has become of a schedule.
struct Outcome {
  std::optional<Failure> failure;
  Token token;
  int64_t steps = 0;
  int64_t switches = 0;    // between threads
  bool abandoned = false;  // threads are left that wait for ever
  bool repeatable = true;  // so that it can be run again to look closer
};

// Runs the body under the policy, which has begun with the schedule. Of `token` all but the choices
// is given. kResourceExhausted if no thread can be started.
absl::StatusOr<Outcome> RunOnce(absl::FunctionRef<void()> body, Policy& policy, const Token& token,
                                absl::Duration patience);

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_RUN_H_
