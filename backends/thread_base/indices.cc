#include "someos/backends/thread_base/indices.h"

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/mutex_lock.h"
#include "someos/backends/thread_base/failure.h"

namespace someos::thread_base {

void Indices::Run() {
  for (;;) {
    const size_t index = next_.fetch_add(1, std::memory_order_relaxed);
    if (index >= count_) return;
    absl::Status status = Call(index);
    if (status.ok()) continue;
    base::MutexLock lock(mutex_);
    if (index >= failed_) continue;
    failed_ = index;
    failure_ = std::move(status);
  }
}

absl::Status Indices::FirstFailure() {
  base::MutexLock lock(mutex_);
  return failure_;
}

absl::Status Indices::Call(size_t index) {
  absl::Status status = PlainStatus(absl::StatusCode::kUnknown, "SystemExit");
  const std::optional<Failure> failure = CallAndCatch([&] { status = body_(index); });
  return failure.has_value() ? failure->ToStatus() : status;
}

}  // namespace someos::thread_base
