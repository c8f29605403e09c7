#include "someos/api/multiprocessing/pool/pool.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/pool/async_result.h"
#include "someos/api/multiprocessing/pool/chunking.h"
#include "someos/api/multiprocessing/pool/imap_iterator.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/pool/pool_loop.h"
#include "someos/api/multiprocessing/pool/pool_options.h"
#include "someos/api/multiprocessing/pool/pool_worker.h"
#include "someos/api/multiprocessing/pool/python_worker.h"
#include "someos/api/multiprocessing/pool/result_state.h"
#include "someos/api/multiprocessing/pool/stream_state.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/poller.h"
#include "someos/api/select.h"
#include "someos/api/threading.h"
#include "someos/backends/base/processors.h"
#include "someos/backends/process_base/child.h"
#include "someos/backends/process_spawn/spawn_program.h"

namespace someos::multiprocessing {
namespace {

using pool::CallKind;

absl::Status ValueError(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, message);
}

absl::Status Check(const PoolOptions& options) {
  if (options.processes.value_or(1) < 1) {
    return ValueError("Number of processes must be at least 1");
  }
  if (options.maxtasksperchild.value_or(1) <= 0) {
    return ValueError("maxtasksperchild must be a positive int or None");
  }
  if (options.python.empty() && !pool::RunsAsPoolWorker()) {
    return PlainStatus(absl::StatusCode::kFailedPrecondition,
                       "PoolOptions::python names no interpreter, and main() has not called "
                       "RunAsPoolWorker");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Child>> StartPython(const std::string& python, int fd) {
  ProgramOptions program;
  program.path = python;
  program.arguments = {python, "-c", std::string(pool::PythonWorker()),
                       absl::StrCat(kFirstChildDescriptor)};
  program.descriptors = {fd};
  return SpawnProgram(program);
}

absl::StatusOr<std::unique_ptr<Child>> StartCopy(int fd) {
  ProgramOptions program;  // this one
  program.arguments = {"someos-pool-worker", std::string(pool::kWorkerArgument)};
  program.descriptors = {fd};
  return SpawnProgram(program);
}

pool::LoopOptions LoopOptionsOf(const PoolOptions& options, size_t processes) {
  pool::LoopOptions result;
  result.scheduler.workers = processes;
  if (options.maxtasksperchild.has_value()) {
    result.scheduler.max_tasks_per_worker = static_cast<uint64_t>(*options.maxtasksperchild);
  }
  result.worker = {{options.sys_path, options.initializer, options.initargs}, options.connection};
  result.terminate_grace = options.terminate_grace;
  result.start = [python = options.python](int fd) {
    return python.empty() ? StartCopy(fd) : StartPython(python, fd);
  };
  return result;
}

absl::Status CheckCall(absl::string_view function, int64_t chunksize) {
  if (function.empty()) return ValueError("the name of a function is empty");
  if (chunksize < 1) return ValueError(absl::StrCat("Chunksize must be 1+, not ", chunksize));
  return absl::OkStatus();
}

PyValue KeywordDict(const Pool::Keywords& kwds) {
  if (kwds.empty()) return PyValue();
  std::vector<std::pair<PyValue, PyValue>> entries;
  entries.reserve(kwds.size());
  for (const auto& [name, value] : kwds) entries.emplace_back(PyValue::Str(name), value);
  return *PyValue::Dict(std::move(entries));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Pool>> Pool::Create(const PoolOptions& options) {
  if (absl::Status status = Check(options); !status.ok()) return status;
  const size_t processes =
      options.processes.has_value() ? static_cast<size_t>(*options.processes) : base::Processors();
  PollerOptions poller_options;
  poller_options.externally_synchronized = true;  // but for Wake
  absl::StatusOr<std::unique_ptr<Poller>> poller = NewPoller(poller_options);
  if (!poller.ok()) return poller.status();
  auto loop =
      std::make_shared<pool::PoolLoop>(LoopOptionsOf(options, processes), *std::move(poller));
  if (absl::Status status = loop->StartWorkers(); !status.ok()) return status;
  auto pool = absl::WrapUnique(new Pool(std::move(loop), processes));
  if (absl::Status status = pool->thread_.Start(); !status.ok()) return status;
  return pool;
}

Pool::Pool(std::shared_ptr<pool::PoolLoop> loop, size_t processes)
    : loop_(std::move(loop)),
      processes_(processes),
      thread_([loop = loop_] { loop->Run(); }, {"Pool"}) {}

Pool::~Pool() {
  // The thread's destructor joins it, unless it is this one or of the process before a fork.
  if (loop_->service()->InThisProcess()) loop_->Terminate();
}

absl::StatusOr<PyValue> Pool::Apply(absl::string_view function, std::vector<PyValue> args,
                                    const Keywords& kwds) {
  const absl::StatusOr<AsyncResult> result = ApplyAsync(function, std::move(args), kwds);
  if (!result.ok()) return result.status();
  return result->Get();
}

absl::StatusOr<AsyncResult> Pool::ApplyAsync(absl::string_view function, std::vector<PyValue> args,
                                             const Keywords& kwds, Callback callback,
                                             ErrorCallback error_callback) {
  if (absl::Status status = CheckCall(function, 1); !status.ok()) return status;
  pool::ResultState::OnValues on_values;
  if (callback != nullptr) {
    on_values = [callback = std::move(callback)](const std::vector<PyValue>& values) {
      callback(values.front());
    };
  }
  const auto state = std::make_shared<pool::ResultState>(loop_->service(), std::move(on_values),
                                                         std::move(error_callback));
  absl::Status status = loop_->Submit(std::make_shared<pool::Job>(
      std::string(function), std::move(args), KeywordDict(kwds), state));
  if (!status.ok()) return status;
  return AsyncResult(state);
}

absl::StatusOr<MapResult> Pool::MapAsync(CallKind kind, absl::string_view function,
                                         std::vector<PyValue> items,
                                         std::optional<int64_t> chunksize, MapCallback callback,
                                         ErrorCallback error_callback) {
  if (absl::Status status = CheckCall(function, chunksize.value_or(1)); !status.ok()) return status;
  const auto chunking = chunksize.has_value()
                            ? pool::Chunking(items.size(), static_cast<size_t>(*chunksize))
                            : pool::Chunking::ForWorkers(items.size(), processes_);
  const auto state = std::make_shared<pool::ResultState>(
      loop_->service(), chunking, std::move(callback), std::move(error_callback));
  absl::Status status = loop_->Submit(
      std::make_shared<pool::Job>(kind, std::string(function), std::move(items), chunking, state));
  if (!status.ok()) return status;
  return MapResult(state);
}

absl::StatusOr<IMapIterator> Pool::Imap(pool::Order order, absl::string_view function,
                                        std::vector<PyValue> items, int64_t chunksize) {
  if (absl::Status status = CheckCall(function, chunksize); !status.ok()) return status;
  const pool::Chunking chunking(items.size(), static_cast<size_t>(chunksize));
  const auto state = std::make_shared<pool::StreamState>(loop_->service(), order, chunking);
  absl::Status status = loop_->Submit(std::make_shared<pool::Job>(
      CallKind::kMap, std::string(function), std::move(items), chunking, state));
  if (!status.ok()) return status;
  return IMapIterator(state);
}

absl::StatusOr<MapResult> Pool::MapAsync(absl::string_view function, std::vector<PyValue> items,
                                         std::optional<int64_t> chunksize, MapCallback callback,
                                         ErrorCallback error_callback) {
  return MapAsync(CallKind::kMap, function, std::move(items), chunksize, std::move(callback),
                  std::move(error_callback));
}

absl::StatusOr<MapResult> Pool::StarmapAsync(absl::string_view function, std::vector<PyValue> items,
                                             std::optional<int64_t> chunksize, MapCallback callback,
                                             ErrorCallback error_callback) {
  return MapAsync(CallKind::kStarmap, function, std::move(items), chunksize, std::move(callback),
                  std::move(error_callback));
}

absl::StatusOr<std::vector<PyValue>> Pool::Map(absl::string_view function,
                                               std::vector<PyValue> items,
                                               std::optional<int64_t> chunksize) {
  const absl::StatusOr<MapResult> result = MapAsync(function, std::move(items), chunksize);
  if (!result.ok()) return result.status();
  return result->Get();
}

absl::StatusOr<std::vector<PyValue>> Pool::Starmap(absl::string_view function,
                                                   std::vector<PyValue> items,
                                                   std::optional<int64_t> chunksize) {
  const absl::StatusOr<MapResult> result = StarmapAsync(function, std::move(items), chunksize);
  if (!result.ok()) return result.status();
  return result->Get();
}

absl::StatusOr<IMapIterator> Pool::Imap(absl::string_view function, std::vector<PyValue> items,
                                        int64_t chunksize) {
  return Imap(pool::Order::kOfItems, function, std::move(items), chunksize);
}

absl::StatusOr<IMapIterator> Pool::ImapUnordered(absl::string_view function,
                                                 std::vector<PyValue> items, int64_t chunksize) {
  return Imap(pool::Order::kOfCompletion, function, std::move(items), chunksize);
}

void Pool::Close() {
  if (loop_->service()->InThisProcess()) loop_->Close();
}

void Pool::Terminate() {
  if (loop_->service()->InThisProcess()) loop_->Terminate();
}

absl::StatusOr<bool> Pool::Join(absl::Duration timeout) {
  if (!loop_->service()->InThisProcess()) return pool::ServiceThread::NotHere();
  if (loop_->running()) return ValueError("Pool is still running");
  if (timeout == absl::InfiniteDuration()) return thread_.Join();
  return thread_.Join(timeout);
}

}  // namespace someos::multiprocessing
