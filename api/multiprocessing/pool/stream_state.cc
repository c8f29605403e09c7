#include "someos/api/multiprocessing/pool/stream_state.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/pool/chunk_values.h"
#include "someos/api/multiprocessing/pool/chunking.h"
#include "someos/api/multiprocessing/pool/service_thread.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::pool {
namespace {

class ABSL_SCOPED_LOCKABLE Locked {
 public:
  explicit Locked(threading::Condition& condition) ABSL_EXCLUSIVE_LOCK_FUNCTION(condition)
      : condition_(condition) {
    condition.lock();
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  ~Locked() ABSL_UNLOCK_FUNCTION() { condition_.unlock(); }

 private:
  threading::Condition& condition_;
};

}  // namespace

StreamState::StreamState(std::shared_ptr<const ServiceThread> service, Order order,
                         Chunking chunking)
    : service_(std::move(service)), order_(order), chunking_(chunking) {}

void StreamState::ChunkEnded(size_t chunk, absl::StatusOr<PyValue> result) {
  const Locked lock(changed_);
  if (delivered_ == chunking_.chunks()) return;
  if (order_ == Order::kOfItems && chunk != delivered_) {
    early_.emplace(chunk, std::move(result));
    return;
  }
  Deliver(result, chunk);
  for (auto next = early_.begin(); next != early_.end() && next->first == delivered_;
       next = early_.erase(next)) {
    Deliver(next->second, next->first);
  }
  static_cast<void>(changed_.NotifyAll());
}

void StreamState::Deliver(const absl::StatusOr<PyValue>& result, size_t chunk) {
  ++delivered_;
  if (!result.ok()) {
    items_.emplace_back(result.status());
    return;
  }
  const absl::StatusOr<absl::Span<const PyValue>> values =
      ChunkValues(*result, chunking_.SizeOf(chunk));
  if (!values.ok()) {
    items_.emplace_back(values.status());
    return;
  }
  for (const PyValue& value : *values) items_.emplace_back(value);
}

void StreamState::Abandoned(const absl::Status& why) {
  const Locked lock(changed_);
  if (delivered_ == chunking_.chunks()) return;
  delivered_ = chunking_.chunks();
  early_.clear();
  items_.emplace_back(why);
  static_cast<void>(changed_.NotifyAll());
}

absl::StatusOr<std::optional<PyValue>> StreamState::Next(absl::Duration timeout) {
  const Locked lock(changed_);
  const auto decided = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return !items_.empty() || delivered_ == chunking_.chunks();
  };
  if (!decided()) {
    if (absl::Status status = service_->CheckWait(); !status.ok()) return status;
    const bool forever = timeout == absl::InfiniteDuration();
    const absl::StatusOr<bool> in_time =
        forever ? changed_.WaitFor(decided) : changed_.WaitFor(decided, timeout);
    if (!in_time.ok()) return in_time.status();
    if (!*in_time) {
      return PlainStatus(absl::StatusCode::kDeadlineExceeded, "the next result is not ready");
    }
  }
  if (items_.empty()) return std::nullopt;
  absl::StatusOr<PyValue> item = std::move(items_.front());
  items_.pop_front();
  if (!item.ok()) return item.status();
  return std::optional<PyValue>(*std::move(item));
}

}  // namespace someos::multiprocessing::pool
