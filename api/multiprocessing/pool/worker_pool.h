// What the pools have in common: a pool of processes and one of threads are called in the same way.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_WORKER_POOL_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_WORKER_POOL_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/pool/async_result.h"
#include "someos/api/multiprocessing/pool/imap_iterator.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/pool/pool_function.h"
#include "someos/api/multiprocessing/pool/stream_state.h"
#include "someos/api/multiprocessing/pool/worker_set.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// Has functions called by workers, several at a time: what multiprocessing::Pool and dummy::Pool
// are. Errors of the calls themselves are in their results, and are named by these.
//
// Thread-safe. In a forked child all calls fail (kFailedPrecondition).
class WorkerPool {
 public:
  using Keywords = std::vector<std::pair<std::string, PyValue>>;
  using Callback = std::function<void(const PyValue&)>;
  using MapCallback = std::function<void(const std::vector<PyValue>&)>;
  using ErrorCallback = std::function<void(const absl::Status&)>;

  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  // As Terminate and Join.
  virtual ~WorkerPool() = default;

  // Calls the function, waits for it and returns its result.
  //
  // All functions that call: kInvalidArgument (ValueError) "Pool not running" after Close or
  // Terminate; "the name of a function is empty".
  absl::StatusOr<PyValue> Apply(PoolFunction function, std::vector<PyValue> args = {},
                                const Keywords& kwds = {});

  // Has it called. One of the callbacks, if they are given, is called before the result is ready.
  // An exception that leaves a callback goes to the hook of threading::SetExceptHook.
  absl::StatusOr<AsyncResult> ApplyAsync(PoolFunction function, std::vector<PyValue> args = {},
                                         const Keywords& kwds = {}, Callback callback = nullptr,
                                         ErrorCallback error_callback = nullptr);

  // Calls the function for each item. A worker gets `chunksize` of them at a time; without, as in
  // Python, what divides them into four chunks for each worker.
  //
  // If a call fails, the rest of its chunk is left out; the others are made. The result is then the
  // error. kInvalidArgument (ValueError) "Chunksize must be 1+, not 0".
  absl::StatusOr<std::vector<PyValue>> Map(PoolFunction function, std::vector<PyValue> items,
                                           std::optional<int64_t> chunksize = std::nullopt);
  absl::StatusOr<MapResult> MapAsync(PoolFunction function, std::vector<PyValue> items,
                                     std::optional<int64_t> chunksize = std::nullopt,
                                     MapCallback callback = nullptr,
                                     ErrorCallback error_callback = nullptr);

  // The same for functions of several arguments: each item is a tuple or list of them.
  absl::StatusOr<std::vector<PyValue>> Starmap(PoolFunction function, std::vector<PyValue> items,
                                               std::optional<int64_t> chunksize = std::nullopt);
  absl::StatusOr<MapResult> StarmapAsync(PoolFunction function, std::vector<PyValue> items,
                                         std::optional<int64_t> chunksize = std::nullopt,
                                         MapCallback callback = nullptr,
                                         ErrorCallback error_callback = nullptr);

  // As MapAsync, with an iterator over the results: in the order of the items, or as they come.
  absl::StatusOr<IMapIterator> Imap(PoolFunction function, std::vector<PyValue> items,
                                    int64_t chunksize = 1);
  absl::StatusOr<IMapIterator> ImapUnordered(PoolFunction function, std::vector<PyValue> items,
                                             int64_t chunksize = 1);

  // No more calls; the workers end when all results are there.
  void Close();
  // The workers end without waiting for results; calls that have none yet are cancelled. Does
  // not wait for calls.
  void Terminate();
  // Waits until all workers have ended; Close or Terminate must have been called. Returns whether
  // they have. kInvalidArgument (ValueError) "Pool is still running". kFailedPrecondition
  // (RuntimeError): in a callback of the pool.
  absl::StatusOr<bool> Join(absl::Duration timeout = absl::InfiniteDuration());

 protected:
  // For `count` workers.
  WorkerPool(std::shared_ptr<pool::WorkerSet> workers, size_t count)
      : workers_(std::move(workers)), count_(count) {}

 private:
  // As Join, of a pool that is not running any more.
  virtual absl::StatusOr<bool> JoinWorkers(absl::Duration timeout) = 0;

  absl::StatusOr<MapResult> MapAsync(pool::CallKind kind, PoolFunction function,
                                     std::vector<PyValue> items, std::optional<int64_t> chunksize,
                                     MapCallback callback, ErrorCallback error_callback);
  absl::StatusOr<IMapIterator> Imap(pool::Order order, PoolFunction function,
                                    std::vector<PyValue> items, int64_t chunksize);

  const std::shared_ptr<pool::WorkerSet> workers_;
  const size_t count_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_WORKER_POOL_H_
