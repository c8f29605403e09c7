#include "someos/api/multiprocessing/pool/pool.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/pool/pool_loop.h"
#include "someos/api/multiprocessing/pool/pool_options.h"
#include "someos/api/multiprocessing/pool/pool_worker.h"
#include "someos/api/multiprocessing/pool/python_worker.h"
#include "someos/api/multiprocessing/pool/worker_pool.h"
#include "someos/api/poller.h"
#include "someos/api/select.h"
#include "someos/api/threading.h"
#include "someos/backends/base/processors.h"
#include "someos/backends/process_base/child.h"
#include "someos/backends/process_spawn/spawn_program.h"

namespace someos::multiprocessing {
namespace {

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
    : WorkerPool(loop, processes),
      loop_(std::move(loop)),
      thread_([loop = loop_] { loop->Run(); }, {"Pool"}) {}

Pool::~Pool() {
  // The thread's destructor joins it, unless it is this one or of the process before a fork.
  Terminate();
}

absl::StatusOr<bool> Pool::JoinWorkers(absl::Duration timeout) {
  if (timeout == absl::InfiniteDuration()) return thread_.Join();
  return thread_.Join(timeout);
}

}  // namespace someos::multiprocessing
