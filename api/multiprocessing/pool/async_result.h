// What the asynchronous functions of a Pool return: Python's multiprocessing.pool.AsyncResult.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_ASYNC_RESULT_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_ASYNC_RESULT_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/pool/result_state.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// What AsyncResult and MapResult have in common. Copies share; thread-safe; outlives the Pool.
//
// No wait lasts longer than its timeout, and every result becomes ready: one whose worker has died
// with an error (kUnavailable), one of a pool that is terminated or destroyed as well (kCancelled).
class PoolResult {
 public:
  // Waits until the result is ready or `timeout` has passed; zero or less does not wait. Returns
  // whether it is ready.
  //
  // kFailedPrecondition (RuntimeError): "a callback cannot wait for its own pool", if it is not
  // ready; "the pool belongs to the process before the fork". kOutOfRange (OverflowError) "timeout
  // value is too large", beyond threading::kTimeoutMax.
  absl::StatusOr<bool> Wait(absl::Duration timeout = absl::InfiniteDuration()) const {
    return state_->Wait(timeout);
  }

  bool Ready() const { return state_->ready(); }

  // Whether the call has returned and not failed. kInvalidArgument (ValueError) "the result is not
  // ready".
  absl::StatusOr<bool> Successful() const;

 protected:
  explicit PoolResult(std::shared_ptr<const pool::ResultState> state) : state_(std::move(state)) {}

  // OK once the result is there; otherwise the error of the call, or of the wait.
  absl::Status Await(absl::Duration timeout) const;
  const pool::ResultState& state() const { return *state_; }

 private:
  std::shared_ptr<const pool::ResultState> state_;
};

// The result of one call.
class AsyncResult : public PoolResult {
 public:
  explicit AsyncResult(std::shared_ptr<const pool::ResultState> state)
      : PoolResult(std::move(state)) {}

  // Waits, as Wait, and returns what the function has returned. kDeadlineExceeded (TimeoutError):
  // it is not ready; Get may be called again. Errors of the call: see Pool.
  absl::StatusOr<PyValue> Get(absl::Duration timeout = absl::InfiniteDuration()) const;
};

// The results of a map, in the order of its items.
class MapResult : public PoolResult {
 public:
  explicit MapResult(std::shared_ptr<const pool::ResultState> state)
      : PoolResult(std::move(state)) {}

  // As AsyncResult::Get. If several calls have failed: the error that has arrived first.
  absl::StatusOr<std::vector<PyValue>> Get(absl::Duration timeout = absl::InfiniteDuration()) const;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_ASYNC_RESULT_H_
