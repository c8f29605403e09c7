// Where the results of a job go. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_OUTCOME_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_OUTCOME_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::pool {

// Told by the pool's service thread; asked by any thread.
class Outcome {
 public:
  Outcome() = default;
  Outcome(const Outcome&) = delete;
  Outcome& operator=(const Outcome&) = delete;
  virtual ~Outcome() = default;

  // What has become of a chunk: the value of a call, the list of a map's chunk, or an error. Once
  // for each chunk, in any order.
  virtual void ChunkEnded(size_t chunk, absl::StatusOr<PyValue> result) = 0;

  // No chunk that has not ended ever will.
  virtual void Abandoned(const absl::Status& why) = 0;
};

}  // namespace someos::multiprocessing::pool

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_OUTCOME_H_
