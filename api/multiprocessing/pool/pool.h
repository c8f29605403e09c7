// A pool of workers that call functions: Python's multiprocessing.pool.Pool.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_POOL_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_POOL_H_

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
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/pool/async_result.h"
#include "someos/api/multiprocessing/pool/imap_iterator.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/pool/pool_loop.h"
#include "someos/api/multiprocessing/pool/pool_options.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/threading.h"

namespace someos::multiprocessing {

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
//   another worker instead, up to 16 times, if the first one has certainly not begun it: its
//   message was not sent in full or, which only Linux tells, not read in full.
// - kUnavailable: the pool is broken, because its initializer has failed or its workers do not
//   start. All calls fail from then on.
// - kCancelled "the pool was terminated".
// - Errors of Pickle of the arguments, and of Unpickle of the result, which may be beyond
//   PoolOptions::connection's limits.
//
// The calls of a pool begin in the order in which they were made. A worker has one at a time.
//
// One thread, the pool's own, serves all workers and runs the callbacks, which therefore must not
// take long, and cannot wait for results of the same pool (an error). Thread-safe. In a forked
// child all calls fail (kFailedPrecondition), and the destructor leaves the workers alone.
class Pool {
 public:
  using Keywords = std::vector<std::pair<std::string, PyValue>>;
  using Callback = std::function<void(const PyValue&)>;
  using MapCallback = std::function<void(const std::vector<PyValue>&)>;
  using ErrorCallback = std::function<void(const absl::Status&)>;

  // Starts the workers, and returns before they are ready.
  //
  // kInvalidArgument (ValueError) "Number of processes must be at least 1", "maxtasksperchild must
  // be a positive int or None". kFailedPrecondition: PoolOptions::python is empty, and main() has
  // not called RunAsPoolWorker. Errnos of SpawnProgram: ENOENT if there is no such interpreter;
  // EAGAIN, EMFILE and so on. kResourceExhausted: no thread.
  static absl::StatusOr<std::unique_ptr<Pool>> Create(const PoolOptions& options);

  // Terminate and Join. (If a callback of its own destroys it: without Join.)
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Calls the function, waits for it and returns its result.
  //
  // All functions that call: kInvalidArgument (ValueError) "Pool not running" after Close or
  // Terminate; "the name of a function is empty".
  absl::StatusOr<PyValue> Apply(absl::string_view function, std::vector<PyValue> args = {},
                                const Keywords& kwds = {});

  // Has it called. One of the callbacks, if they are given, is called before the result is ready.
  // An exception that leaves a callback goes to the hook of threading::SetExceptHook.
  absl::StatusOr<AsyncResult> ApplyAsync(absl::string_view function, std::vector<PyValue> args = {},
                                         const Keywords& kwds = {}, Callback callback = nullptr,
                                         ErrorCallback error_callback = nullptr);

  // Calls the function for each item. A worker gets `chunksize` of them at a time; without, as in
  // Python, what divides them into four chunks for each worker.
  //
  // If a call fails, the rest of its chunk is left out; the others are made. The result is then the
  // error. kInvalidArgument (ValueError) "Chunksize must be 1+, not 0".
  absl::StatusOr<std::vector<PyValue>> Map(absl::string_view function, std::vector<PyValue> items,
                                           std::optional<int64_t> chunksize = std::nullopt);
  absl::StatusOr<MapResult> MapAsync(absl::string_view function, std::vector<PyValue> items,
                                     std::optional<int64_t> chunksize = std::nullopt,
                                     MapCallback callback = nullptr,
                                     ErrorCallback error_callback = nullptr);

  // The same for functions of several arguments: each item is a tuple or list of them.
  absl::StatusOr<std::vector<PyValue>> Starmap(absl::string_view function,
                                               std::vector<PyValue> items,
                                               std::optional<int64_t> chunksize = std::nullopt);
  absl::StatusOr<MapResult> StarmapAsync(absl::string_view function, std::vector<PyValue> items,
                                         std::optional<int64_t> chunksize = std::nullopt,
                                         MapCallback callback = nullptr,
                                         ErrorCallback error_callback = nullptr);

  // As MapAsync, with an iterator over the results: in the order of the items, or as they come.
  absl::StatusOr<IMapIterator> Imap(absl::string_view function, std::vector<PyValue> items,
                                    int64_t chunksize = 1);
  absl::StatusOr<IMapIterator> ImapUnordered(absl::string_view function, std::vector<PyValue> items,
                                             int64_t chunksize = 1);

  // No more calls; the workers end when all results are there.
  void Close();
  // Ends the workers without waiting for their results; calls that have none yet are cancelled.
  // Returns at once; see PoolOptions::terminate_grace.
  void Terminate();
  // Waits until all workers have ended; Close or Terminate must have been called. Returns whether
  // they have. kInvalidArgument (ValueError) "Pool is still running". kFailedPrecondition
  // (RuntimeError): in a callback of the pool.
  absl::StatusOr<bool> Join(absl::Duration timeout = absl::InfiniteDuration());

  // The workers that have been started and have not ended.
  std::vector<int64_t> WorkerPids() const { return loop_->pids(); }

 private:
  Pool(std::shared_ptr<pool::PoolLoop> loop, size_t processes);

  absl::StatusOr<MapResult> MapAsync(pool::CallKind kind, absl::string_view function,
                                     std::vector<PyValue> items, std::optional<int64_t> chunksize,
                                     MapCallback callback, ErrorCallback error_callback);
  absl::StatusOr<IMapIterator> Imap(pool::Order order, absl::string_view function,
                                    std::vector<PyValue> items, int64_t chunksize);

  const std::shared_ptr<pool::PoolLoop> loop_;
  const size_t processes_;
  threading::Thread thread_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_POOL_H_
