#include "someos/api/multiprocessing/process/parent_process.h"

#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/process/identity.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/connection_socket/await.h"
#include "someos/backends/connection_socket/stream.h"

namespace someos::multiprocessing {

absl::StatusOr<bool> ParentOfProcess::IsAlive() const {
  const absl::StatusOr<bool> ended = Join(absl::ZeroDuration());
  if (!ended.ok()) return ended;
  return !*ended;
}

absl::StatusOr<bool> ParentOfProcess::Join(std::optional<absl::Duration> timeout) const {
  using connection_socket::Transfer;
  base::Deadline deadline(timeout.value_or(absl::InfiniteDuration()));
  const Transfer waited =
      connection_socket::AwaitAny({{sentinel_, connection_socket::Direction::kRead}}, deadline);
  if (waited.end == Transfer::End::kFailed) return ErrnoStatus(waited.error, "wait for the parent");
  return waited.end != Transfer::End::kTimedOut;
}

std::optional<ParentOfProcess> ParentProcess() {
  const internal::Identity own = internal::OwnIdentity();
  if (own.parent_descriptor < 0) return std::nullopt;
  return ParentOfProcess(own.parent_name, own.parent_pid, own.parent_descriptor);
}

}  // namespace someos::multiprocessing
