#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/fork_generation.h"

namespace someos::base {

absl::Status ForkedError(absl::string_view operation) {
  return PlainStatus(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat(operation,
                   ": this poller was made before a fork; call RebuildAfterFork() in the child"));
}

}  // namespace someos::base
