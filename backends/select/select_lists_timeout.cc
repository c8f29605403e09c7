#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/poller_base/python_timeout.h"
#include "someos/backends/select/select_lists.h"

namespace someos::select::internal {

absl::Status SelectLists::SetTimeout(std::optional<absl::Duration> timeout) {
  const absl::StatusOr<base::Deadline> deadline =
      poller_base::NonNegativeTimeout(timeout, "timeout must be non-negative");
  if (deadline.ok()) deadline_ = *deadline;
  return deadline.status();
}

}  // namespace someos::select::internal
