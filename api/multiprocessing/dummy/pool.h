// Python's multiprocessing.dummy.Pool, multiprocessing.pool.ThreadPool: a pool of threads.

#ifndef SOMEOS_API_MULTIPROCESSING_DUMMY_POOL_H_
#define SOMEOS_API_MULTIPROCESSING_DUMMY_POOL_H_

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/dummy/pool_options.h"
#include "someos/api/multiprocessing/dummy/thread_workers.h"
#include "someos/api/multiprocessing/pool/worker_pool.h"

namespace someos::multiprocessing::dummy {

// A WorkerPool, which see, of threads: what multiprocessing::Pool calls by its name in processes,
// this one calls in threads of this process, and any other function as well:
//
//   absl::StatusOr<std::unique_ptr<dummy::Pool>> pool = dummy::Pool::Create();
//   auto squares = (*pool)->Map(
//       [](const Arguments& arguments) -> absl::StatusOr<PyValue> { ... }, numbers);
//
// Errors of a call, besides those that WorkerPool names, in its result:
// - The status that the function has returned, or kUnknown with the exception that has left it.
// - kUnavailable: the pool is broken, because its initializer has failed.
// - kCancelled "the pool was terminated". Calls that run are not ended: Terminate drops their
//   results and what has not begun, and Join waits for them.
//
// Callbacks are called one at a time, by the workers, by who calls Terminate or the destructor, or
// by who calls a function of a broken pool: hold no lock there that a callback takes. One that
// waits for the same pool gets an error. A call that waits for another one of the same pool keeps a
// thread from it, as in Python (threading::ThreadPool has no such limit). By thread_dummy,
// functions are called at once by the thread that asks.
//
// No call and no callback may destroy its own pool. In a forked child all calls fail.
class Pool final : public WorkerPool {
 public:
  // kInvalidArgument (ValueError) "Number of processes must be at least 1". kNotFound: no function
  // of the initializer's name. kResourceExhausted "can't start new thread".
  static absl::StatusOr<std::unique_ptr<Pool>> Create(PoolOptions options = {});

  ~Pool() override;

 private:
  Pool(std::shared_ptr<ThreadWorkers> workers, size_t count);
  absl::StatusOr<bool> JoinWorkers(absl::Duration timeout) override;

  const std::shared_ptr<ThreadWorkers> workers_;
};

}  // namespace someos::multiprocessing::dummy

#endif  // SOMEOS_API_MULTIPROCESSING_DUMMY_POOL_H_
