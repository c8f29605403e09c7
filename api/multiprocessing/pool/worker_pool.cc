#include "someos/api/multiprocessing/pool/worker_pool.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/logging/log_event.h"
#include "someos/api/multiprocessing/logging/log_level.h"
#include "someos/api/multiprocessing/pool/async_result.h"
#include "someos/api/multiprocessing/pool/chunking.h"
#include "someos/api/multiprocessing/pool/imap_iterator.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/pool/pool_function.h"
#include "someos/api/multiprocessing/pool/result_state.h"
#include "someos/api/multiprocessing/pool/service_thread.h"
#include "someos/api/multiprocessing/pool/stream_state.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {
namespace {

using pool::CallKind;

absl::Status ValueError(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, message);
}

absl::Status CheckCall(const PoolFunction& function, int64_t chunksize) {
  if (function.empty()) return ValueError("the name of a function is empty");
  if (chunksize < 1) return ValueError(absl::StrCat("Chunksize must be 1+, not ", chunksize));
  return absl::OkStatus();
}

PyValue KeywordDict(const WorkerPool::Keywords& kwds) {
  if (kwds.empty()) return PyValue();
  std::vector<std::pair<PyValue, PyValue>> entries;
  entries.reserve(kwds.size());
  for (const auto& [name, value] : kwds) entries.emplace_back(PyValue::Str(name), value);
  return *PyValue::Dict(std::move(entries));
}

}  // namespace

absl::StatusOr<PyValue> WorkerPool::Apply(PoolFunction function, std::vector<PyValue> args,
                                          const Keywords& kwds) {
  const absl::StatusOr<AsyncResult> result = ApplyAsync(std::move(function), std::move(args), kwds);
  if (!result.ok()) return result.status();
  return result->Get();
}

absl::StatusOr<AsyncResult> WorkerPool::ApplyAsync(PoolFunction function, std::vector<PyValue> args,
                                                   const Keywords& kwds, Callback callback,
                                                   ErrorCallback error_callback) {
  if (absl::Status status = CheckCall(function, 1); !status.ok()) return status;
  pool::ResultState::OnValues on_values;
  if (callback != nullptr) {
    on_values = [callback = std::move(callback)](const std::vector<PyValue>& values) {
      callback(values.front());
    };
  }
  const auto state = std::make_shared<pool::ResultState>(workers_->service(), std::move(on_values),
                                                         std::move(error_callback));
  absl::Status status = workers_->Submit(
      std::make_shared<pool::Job>(std::move(function), std::move(args), KeywordDict(kwds), state));
  if (!status.ok()) return status;
  return AsyncResult(state);
}

absl::StatusOr<MapResult> WorkerPool::MapAsync(CallKind kind, PoolFunction function,
                                               std::vector<PyValue> items,
                                               std::optional<int64_t> chunksize,
                                               MapCallback callback, ErrorCallback error_callback) {
  if (absl::Status status = CheckCall(function, chunksize.value_or(1)); !status.ok()) return status;
  const auto chunking = chunksize.has_value()
                            ? pool::Chunking(items.size(), static_cast<size_t>(*chunksize))
                            : pool::Chunking::ForWorkers(items.size(), count_);
  const auto state = std::make_shared<pool::ResultState>(
      workers_->service(), chunking, std::move(callback), std::move(error_callback));
  absl::Status status = workers_->Submit(
      std::make_shared<pool::Job>(kind, std::move(function), std::move(items), chunking, state));
  if (!status.ok()) return status;
  return MapResult(state);
}

absl::StatusOr<IMapIterator> WorkerPool::Imap(pool::Order order, PoolFunction function,
                                              std::vector<PyValue> items, int64_t chunksize) {
  if (absl::Status status = CheckCall(function, chunksize); !status.ok()) return status;
  const pool::Chunking chunking(items.size(), static_cast<size_t>(chunksize));
  const auto state = std::make_shared<pool::StreamState>(workers_->service(), order, chunking);
  absl::Status status = workers_->Submit(std::make_shared<pool::Job>(
      CallKind::kMap, std::move(function), std::move(items), chunking, state));
  if (!status.ok()) return status;
  return IMapIterator(state);
}

absl::StatusOr<MapResult> WorkerPool::MapAsync(PoolFunction function, std::vector<PyValue> items,
                                               std::optional<int64_t> chunksize,
                                               MapCallback callback, ErrorCallback error_callback) {
  return MapAsync(CallKind::kMap, std::move(function), std::move(items), chunksize,
                  std::move(callback), std::move(error_callback));
}

absl::StatusOr<MapResult> WorkerPool::StarmapAsync(PoolFunction function,
                                                   std::vector<PyValue> items,
                                                   std::optional<int64_t> chunksize,
                                                   MapCallback callback,
                                                   ErrorCallback error_callback) {
  return MapAsync(CallKind::kStarmap, std::move(function), std::move(items), chunksize,
                  std::move(callback), std::move(error_callback));
}

absl::StatusOr<std::vector<PyValue>> WorkerPool::Map(PoolFunction function,
                                                     std::vector<PyValue> items,
                                                     std::optional<int64_t> chunksize) {
  const absl::StatusOr<MapResult> result =
      MapAsync(std::move(function), std::move(items), chunksize);
  if (!result.ok()) return result.status();
  return result->Get();
}

absl::StatusOr<std::vector<PyValue>> WorkerPool::Starmap(PoolFunction function,
                                                         std::vector<PyValue> items,
                                                         std::optional<int64_t> chunksize) {
  const absl::StatusOr<MapResult> result =
      StarmapAsync(std::move(function), std::move(items), chunksize);
  if (!result.ok()) return result.status();
  return result->Get();
}

absl::StatusOr<IMapIterator> WorkerPool::Imap(PoolFunction function, std::vector<PyValue> items,
                                              int64_t chunksize) {
  return Imap(pool::Order::kOfItems, std::move(function), std::move(items), chunksize);
}

absl::StatusOr<IMapIterator> WorkerPool::ImapUnordered(PoolFunction function,
                                                       std::vector<PyValue> items,
                                                       int64_t chunksize) {
  return Imap(pool::Order::kOfCompletion, std::move(function), std::move(items), chunksize);
}

void WorkerPool::Close() {
  if (!workers_->service()->InThisProcess()) return;
  internal::LogEvent(kDebug, "closing pool");
  workers_->Close();
}

void WorkerPool::Terminate() {
  if (!workers_->service()->InThisProcess()) return;
  internal::LogEvent(kDebug, "terminating pool");
  workers_->Terminate();
}

absl::StatusOr<bool> WorkerPool::Join(absl::Duration timeout) {
  if (!workers_->service()->InThisProcess()) return pool::ServiceThread::NotHere();
  internal::LogEvent(kDebug, "joining pool");
  if (workers_->running()) return ValueError("Pool is still running");
  return JoinWorkers(timeout);
}

}  // namespace someos::multiprocessing
