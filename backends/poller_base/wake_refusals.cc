#include "someos/backends/poller_base/wake_refusals.h"

#include "absl/status/status.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/fork_generation.h"

namespace someos::poller_base {

const WakeRefusals& WakeRefusals::Get() {
  static const WakeRefusals* const refusals = new WakeRefusals;  // for handlers that run at exit
  return *refusals;
}

WakeRefusals::WakeRefusals() : forked_(base::ForkedError("wake")) {
  errors_[0] =
      PlainStatus(absl::StatusCode::kUnknown, "wake: write(2) failed with an unknown errno");
  for (int error = 1; error < kErrnos; ++error) errors_[error] = ErrnoStatus(error, "wake");
}

}  // namespace someos::poller_base
