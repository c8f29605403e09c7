#include "someos/api/multiprocessing/dummy/pool.h"

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/dummy/pool_options.h"
#include "someos/api/multiprocessing/dummy/thread_workers.h"
#include "someos/api/multiprocessing/pool/worker_pool.h"
#include "someos/api/threading.h"

namespace someos::multiprocessing::dummy {
namespace {

absl::Status Check(const PoolOptions& options) {
  if (options.processes.value_or(1) < 1) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       "Number of processes must be at least 1");
  }
  const PoolFunction& initializer = options.initializer;
  if (!initializer.name().empty() && options.functions.Find(initializer.name()) == nullptr) {
    return PlainStatus(absl::StatusCode::kNotFound,
                       absl::StrCat("no function '", initializer.name(), "' is registered"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Pool>> Pool::Create(PoolOptions options) {
  if (absl::Status status = Check(options); !status.ok()) return status;
  threading::ThreadPoolOptions thread_options;
  thread_options.workers = static_cast<size_t>(options.processes.value_or(0));
  thread_options.name = "Pool";
  absl::StatusOr<std::unique_ptr<threading::ThreadPool>> threads =
      threading::ThreadPool::Create(thread_options);
  if (!threads.ok()) return threads.status();
  const size_t count = (*threads)->workers();
  return absl::WrapUnique(
      new Pool(std::make_shared<ThreadWorkers>(std::move(options), *std::move(threads)), count));
}

Pool::Pool(std::shared_ptr<ThreadWorkers> workers, size_t count)
    : WorkerPool(workers, count), workers_(std::move(workers)) {}

Pool::~Pool() { Terminate(); }

absl::StatusOr<bool> Pool::JoinWorkers(absl::Duration timeout) { return workers_->Join(timeout); }

}  // namespace someos::multiprocessing::dummy
