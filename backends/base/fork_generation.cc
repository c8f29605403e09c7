#include "someos/backends/base/fork_generation.h"

#include <pthread.h>

#include "absl/base/call_once.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"

namespace someos::base {

namespace internal {
std::atomic<uint32_t> fork_generation{0};
}

void WatchForForks() {
  static absl::once_flag once;
  absl::call_once(once, [] {
    pthread_atfork(nullptr, nullptr,
                   [] { internal::fork_generation.fetch_add(1, std::memory_order_relaxed); });
  });
}

absl::Status ForkedError(absl::string_view operation) {
  return PlainStatus(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat(operation,
                   ": this poller was made before a fork; call RebuildAfterFork() in the child"));
}

}  // namespace someos::base
