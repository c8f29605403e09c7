// A pool of workers that call functions: Python's multiprocessing.pool.Pool.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_POOL_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_POOL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/pool/pool_loop.h"
#include "someos/api/multiprocessing/pool/pool_options.h"
#include "someos/api/multiprocessing/pool/worker_pool.h"
#include "someos/api/threading.h"

namespace someos::multiprocessing {

// A WorkerPool, which see, of processes:
//
//   PoolOptions options;
//   options.python = "python3";
//   absl::StatusOr<std::unique_ptr<Pool>> pool = Pool::Create(options);
//   ...
//   absl::StatusOr<PyValue> result = (*pool)->Apply("math.factorial", {PyValue(30)});
//   absl::StatusOr<std::vector<PyValue>> roots = (*pool)->Map("math.sqrt", numbers);
//
// Workers are copies of this program, which call the functions that are registered under a name
// (pool_worker.h), or Python interpreters. In Python, functions are named: "math.factorial",
// "package.module.function", "module:Class.method" where the module is to be told from what is in
// it, "len" of builtins. Workers import the module when they first need it. Arguments and results
// are PyValues.
//
// Errors of a call, besides those named below, in its result:
// - The status that a function in C++ has returned, or kUnknown with the exception that has left
// it.
// - The exception that a function in Python has raised, as a status by StatusOfException
//   (managers/python_exception.h), with the traceback: RemoteTraceback. RaisedException(status)
//   tells it from the errors below, which have none.
// - kUnavailable: "the worker of f, pid 1234 was killed by signal 9". Its worker has ended before
//   the result was there; whether the function has run to its end is not known. No other call is
//   affected, and the worker is replaced. (In Python the result never comes.) A call is given to
//   another worker instead, 16 of them at most, if the first one has certainly not begun it: its
//   message was not sent in full or, which only Linux tells, not read in full.
// - kUnavailable: the pool is broken, because its initializer has failed or its workers do not
//   start. All calls fail from then on.
// - kCancelled "the pool was terminated". kFailedPrecondition: the function has no name.
// - Errors of Pickle of the arguments, and of Unpickle of the result, which may be beyond
//   PoolOptions::connection's limits.
//
// The calls of a pool begin in the order in which they were made. A worker has one at a time.
//
// One thread, the pool's own, serves all workers and runs the callbacks, which therefore must not
// take long, and cannot wait for results of the same pool (an error). In a forked child the
// destructor leaves the workers alone.
class Pool final : public WorkerPool {
 public:
  // Starts the workers, and returns before they are ready.
  //
  // kInvalidArgument (ValueError) "Number of processes must be at least 1", "maxtasksperchild must
  // be a positive int or None". kFailedPrecondition: PoolOptions::python is empty, and main() has
  // not called RunAsPoolWorker. Errnos of SpawnProgram: ENOENT if there is no such interpreter;
  // EAGAIN, EMFILE and so on. kResourceExhausted: no thread.
  static absl::StatusOr<std::unique_ptr<Pool>> Create(const PoolOptions& options);

  // Terminate and Join. (If a callback of its own destroys it: without Join.)
  ~Pool() override;

  // The workers that have been started and have not ended.
  std::vector<int64_t> WorkerPids() const {
    return loop_->service()->InThisProcess() ? loop_->pids() : std::vector<int64_t>();
  }

 private:
  Pool(std::shared_ptr<pool::PoolLoop> loop, size_t processes);

  absl::StatusOr<bool> JoinWorkers(absl::Duration timeout) override;

  const std::shared_ptr<pool::PoolLoop> loop_;
  threading::Thread thread_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_POOL_H_
