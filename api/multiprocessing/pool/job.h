// What a pool is to do: calls of one function. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_JOB_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_JOB_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "someos/api/multiprocessing/pool/outcome.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::pool {

// The numbers are sent to workers.
enum class CallKind : uint8_t {
  kCall = 0,     // function(*items, **kwargs), one chunk
  kMap = 1,      // function(item) for each item
  kStarmap = 2,  // function(*item) for each item
};

// What Python's Pool.map divides its iterable into: four chunks per worker, or a few less.
constexpr size_t DefaultChunkSize(size_t items, size_t workers) {
  const size_t parts = workers * 4;
  return items / parts + (items % parts != 0 ? 1 : 0);
}

class Job {
 public:
  // `chunk_size` is at least 1.
  Job(CallKind kind, std::string function, std::vector<PyValue> items, PyValue kwargs,
      size_t chunk_size, std::shared_ptr<Outcome> outcome)
      : kind_(kind),
        function_(std::move(function)),
        items_(std::move(items)),
        kwargs_(std::move(kwargs)),
        chunk_size_(chunk_size),
        outcome_(std::move(outcome)) {}

  CallKind kind() const { return kind_; }
  const std::string& function() const { return function_; }
  const PyValue& kwargs() const { return kwargs_; }  // a dict or None
  Outcome& outcome() const { return *outcome_; }

  size_t chunks() const {
    if (kind_ == CallKind::kCall) return 1;
    return items_.size() / chunk_size_ + (items_.size() % chunk_size_ != 0 ? 1 : 0);
  }

  // What a worker gets: the tuple of a call's arguments, or the list of a chunk's items.
  PyValue Chunk(size_t chunk) const {
    if (kind_ == CallKind::kCall) return PyValue::Tuple(items_);
    const size_t first = chunk * chunk_size_;
    const size_t last = first + std::min(chunk_size_, items_.size() - first);
    return PyValue::List({items_.begin() + static_cast<std::ptrdiff_t>(first),
                          items_.begin() + static_cast<std::ptrdiff_t>(last)});
  }

 private:
  const CallKind kind_;
  const std::string function_;
  const std::vector<PyValue> items_;
  const PyValue kwargs_;
  const size_t chunk_size_;
  const std::shared_ptr<Outcome> outcome_;
};

// What one worker does at a time.
struct Task {
  std::shared_ptr<const Job> job;
  size_t chunk = 0;
};

}  // namespace someos::multiprocessing::pool

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_JOB_H_
