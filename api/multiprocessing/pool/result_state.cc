#include "someos/api/multiprocessing/pool/result_state.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/pool/callback.h"
#include "someos/api/multiprocessing/pool/chunk_values.h"
#include "someos/api/multiprocessing/pool/chunking.h"
#include "someos/api/multiprocessing/pool/service_thread.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::pool {

ResultState::ResultState(std::shared_ptr<const ServiceThread> service, OnValues on_values,
                         OnError on_error)
    : service_(std::move(service)),
      is_map_(false),
      chunking_(1, 1),
      chunks_left_(1),
      values_(1),
      on_values_(std::move(on_values)),
      on_error_(std::move(on_error)) {}

ResultState::ResultState(std::shared_ptr<const ServiceThread> service, Chunking chunking,
                         OnValues on_values, OnError on_error)
    : service_(std::move(service)),
      is_map_(true),
      chunking_(chunking),
      chunks_left_(chunking.chunks()),
      values_(chunking.items()),
      on_values_(std::move(on_values)),
      on_error_(std::move(on_error)) {
  if (chunks_left_ == 0) ready_.Set();
}

void ResultState::ChunkEnded(size_t chunk, absl::StatusOr<PyValue> result) {
  if (chunks_left_ == 0) return;
  const absl::Status status = result.ok() ? Place(chunk, *result) : result.status();
  if (error_.ok()) error_ = status;
  if (--chunks_left_ == 0) BecomeReady();
}

absl::Status ResultState::Place(size_t chunk, const PyValue& result) {
  if (!is_map_) {
    values_[0] = result;
    return absl::OkStatus();
  }
  const absl::StatusOr<absl::Span<const PyValue>> values =
      ChunkValues(result, chunking_.SizeOf(chunk));
  if (!values.ok()) return values.status();
  const auto first = static_cast<std::ptrdiff_t>(chunking_.FirstOf(chunk));
  std::copy(values->begin(), values->end(), values_.begin() + first);
  return absl::OkStatus();
}

void ResultState::Abandoned(const absl::Status& why) {
  if (chunks_left_ == 0) return;
  chunks_left_ = 0;
  if (error_.ok()) error_ = why;
  BecomeReady();
}

void ResultState::BecomeReady() {
  // The callbacks, and what they hold, are gone when the result is ready.
  const OnValues on_values = std::exchange(on_values_, nullptr);
  const OnError on_error = std::exchange(on_error_, nullptr);
  if (!error_.ok()) values_.clear();
  if (error_.ok() && on_values != nullptr) RunCallback([&] { on_values(values_); });
  if (!error_.ok() && on_error != nullptr) RunCallback([&] { on_error(error_); });
  ready_.Set();
}

absl::StatusOr<bool> ResultState::Wait(absl::Duration timeout) const {
  if (ready_.IsSet()) return true;
  if (absl::Status status = service_->CheckWait(); !status.ok()) return status;
  if (timeout == absl::InfiniteDuration()) return ready_.Wait();
  return ready_.Wait(timeout);
}

}  // namespace someos::multiprocessing::pool
