#include "someos/api/multiprocessing/pool/async_result.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

absl::StatusOr<bool> PoolResult::Successful() const {
  if (Ready()) return state_->error().ok();
  return PlainStatus(absl::StatusCode::kInvalidArgument, "the result is not ready");
}

absl::Status PoolResult::Await(absl::Duration timeout) const {
  const absl::StatusOr<bool> ready = Wait(timeout);
  if (!ready.ok()) return ready.status();
  if (*ready) return state_->error();
  return PlainStatus(absl::StatusCode::kDeadlineExceeded, "the result is not ready");
}

absl::StatusOr<PyValue> AsyncResult::Get(absl::Duration timeout) const {
  if (absl::Status status = Await(timeout); !status.ok()) return status;
  return state().values().front();
}

absl::StatusOr<std::vector<PyValue>> MapResult::Get(absl::Duration timeout) const {
  if (absl::Status status = Await(timeout); !status.ok()) return status;
  return state().values();
}

}  // namespace someos::multiprocessing
