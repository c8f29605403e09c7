// What a pool is to do: calls of one function. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_JOB_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_JOB_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "someos/api/multiprocessing/pool/chunking.h"
#include "someos/api/multiprocessing/pool/outcome.h"
#include "someos/api/multiprocessing/pool/pool_function.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::pool {

// The numbers are sent to workers.
enum class CallKind : uint8_t {
  kCall = 0,     // function(*items, **kwargs), one chunk
  kMap = 1,      // function(item) for each item
  kStarmap = 2,  // function(*item) for each item
};

class Job {
 public:
  // A call.
  Job(PoolFunction function, std::vector<PyValue> arguments, PyValue kwargs,
      std::shared_ptr<Outcome> outcome)
      : Job(CallKind::kCall, std::move(function), std::move(arguments), std::move(kwargs),
            Chunking(1, 1), std::move(outcome)) {}
  // A map of the items that `chunking` divides.
  Job(CallKind kind, PoolFunction function, std::vector<PyValue> items, Chunking chunking,
      std::shared_ptr<Outcome> outcome)
      : Job(kind, std::move(function), std::move(items), PyValue(), chunking, std::move(outcome)) {}

  CallKind kind() const { return kind_; }
  const PoolFunction& function() const { return function_; }
  const PyValue& kwargs() const { return kwargs_; }  // a dict or None
  Outcome& outcome() const { return *outcome_; }

  size_t chunks() const { return chunking_.chunks(); }

  // What a worker gets: the tuple of a call's arguments, or the list of a chunk's items.
  PyValue Chunk(size_t chunk) const {
    if (kind_ == CallKind::kCall) return PyValue::Tuple(items_);
    const auto first = items_.begin() + static_cast<std::ptrdiff_t>(chunking_.FirstOf(chunk));
    return PyValue::List({first, first + static_cast<std::ptrdiff_t>(chunking_.SizeOf(chunk))});
  }

 private:
  Job(CallKind kind, PoolFunction function, std::vector<PyValue> items, PyValue kwargs,
      Chunking chunking, std::shared_ptr<Outcome> outcome)
      : kind_(kind),
        function_(std::move(function)),
        items_(std::move(items)),
        kwargs_(std::move(kwargs)),
        chunking_(chunking),
        outcome_(std::move(outcome)) {}

  const CallKind kind_;
  const PoolFunction function_;
  const std::vector<PyValue> items_;
  const PyValue kwargs_;
  const Chunking chunking_;
  const std::shared_ptr<Outcome> outcome_;
};

// What one worker does at a time.
struct Task {
  std::shared_ptr<const Job> job;
  size_t chunk = 0;
  size_t times_given = 0;  // to workers
};

}  // namespace someos::multiprocessing::pool

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_JOB_H_
