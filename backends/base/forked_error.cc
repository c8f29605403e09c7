#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/fork_generation.h"

namespace someos::base {

absl::Status ForkedError(absl::string_view operation, absl::string_view why) {
  return PlainStatus(absl::StatusCode::kFailedPrecondition, absl::StrCat(operation, ": ", why));
}

}  // namespace someos::base
