// What Pool::Imap returns: Python's multiprocessing.pool.IMapIterator.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_IMAP_ITERATOR_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_IMAP_ITERATOR_H_

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/pool/stream_state.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

//   while (true) {
//     const absl::StatusOr<std::optional<PyValue>> next = results.Next();
//     if (!next.ok()) ...             // of this item
//     if (!next->has_value()) break;  // the end
//     Use(**next);
//   }
//
// Copies share; thread-safe; outlives the Pool.
class IMapIterator {
 public:
  explicit IMapIterator(std::shared_ptr<pool::StreamState> state) : state_(std::move(state)) {}

  // The next result; nullopt at the end, each time. The error of a call, of which a chunk of
  // several items has one for all; the iteration goes on behind it, also where Python's ends
  // because chunks have more than one item. A pool that is terminated ends it after one error
  // (kCancelled).
  //
  // kDeadlineExceeded (TimeoutError) "the next result is not ready": nothing is lost. Other errors
  // as PoolResult::Wait.
  absl::StatusOr<std::optional<PyValue>> Next(
      absl::Duration timeout = absl::InfiniteDuration()) const {
    return state_->Next(timeout);
  }

 private:
  std::shared_ptr<pool::StreamState> state_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_IMAP_ITERATOR_H_
