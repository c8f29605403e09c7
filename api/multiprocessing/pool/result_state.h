// The result of a call or a map. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_RESULT_STATE_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_RESULT_STATE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/pool/chunking.h"
#include "someos/api/multiprocessing/pool/outcome.h"
#include "someos/api/multiprocessing/pool/service_thread.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/threading.h"

namespace someos::multiprocessing::pool {

// Ready once all chunks have ended, as in Python 3: also if one of them has failed. The first error
// that arrives is the map's.
class ResultState final : public Outcome {
 public:
  using Values = std::vector<PyValue>;
  // Called by the service thread before the result is ready, as in Python; either may be null.
  using OnValues = std::function<void(const Values&)>;
  using OnError = std::function<void(const absl::Status&)>;

  // Of a call.
  ResultState(std::shared_ptr<const ServiceThread> service, OnValues on_values, OnError on_error);
  // Of a map, ready at once if it has no items.
  ResultState(std::shared_ptr<const ServiceThread> service, Chunking chunking, OnValues on_values,
              OnError on_error);

  void ChunkEnded(size_t chunk, absl::StatusOr<PyValue> result) override;
  void Abandoned(const absl::Status& why) override;

  bool ready() const { return ready_.IsSet(); }
  // Whether it is ready. Errors of threading::Event::Wait and ServiceThread::CheckWait.
  absl::StatusOr<bool> Wait(absl::Duration timeout) const;
  // Once it is ready.
  const absl::Status& error() const { return error_; }
  const Values& values() const { return values_; }

 private:
  absl::Status Place(size_t chunk, const PyValue& result);
  void BecomeReady();

  const std::shared_ptr<const ServiceThread> service_;
  const bool is_map_;
  const Chunking chunking_;
  size_t chunks_left_;
  Values values_;
  absl::Status error_;
  OnValues on_values_;
  OnError on_error_;
  mutable threading::Event ready_;  // all else belongs to the service thread until then
};

}  // namespace someos::multiprocessing::pool

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_RESULT_STATE_H_
