// The results of a map, one by one. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_STREAM_STATE_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_STREAM_STATE_H_

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/pool/chunking.h"
#include "someos/api/multiprocessing/pool/outcome.h"
#include "someos/api/multiprocessing/pool/service_thread.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/threading.h"

namespace someos::multiprocessing::pool {

enum class Order { kOfItems, kOfCompletion };

class StreamState final : public Outcome {
 public:
  StreamState(std::shared_ptr<const ServiceThread> service, Order order, Chunking chunking);

  void ChunkEnded(size_t chunk, absl::StatusOr<PyValue> result) override;
  void Abandoned(const absl::Status& why) override;

  // As IMapIterator::Next.
  absl::StatusOr<std::optional<PyValue>> Next(absl::Duration timeout);

 private:
  // Moves what is next in the order to items_.
  void Deliver(const absl::StatusOr<PyValue>& result, size_t chunk)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(changed_);

  const std::shared_ptr<const ServiceThread> service_;
  const Order order_;
  const Chunking chunking_;
  threading::Condition changed_;
  size_t delivered_ ABSL_GUARDED_BY(changed_) = 0;  // chunks that have been moved to items_
  std::map<size_t, absl::StatusOr<PyValue>> early_ ABSL_GUARDED_BY(changed_);
  std::deque<absl::StatusOr<PyValue>> items_ ABSL_GUARDED_BY(changed_);
};

}  // namespace someos::multiprocessing::pool

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_STREAM_STATE_H_
