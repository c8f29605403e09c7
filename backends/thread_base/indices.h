// The indices that threads of a pool go through together.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_INDICES_H_
#define SOMEOS_BACKENDS_THREAD_BASE_INDICES_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace someos::thread_base {

// 0 to count - 1, each of which one of the threads that call Run gives to the body. Thread-safe.
class Indices {
 public:
  // `body` must outlive it.
  Indices(size_t count, absl::FunctionRef<absl::Status(size_t)> body)
      : count_(count), body_(body) {}

  // Calls the body for indices that no other thread has, until there are none.
  void Run();

  // The failure of the lowest index, or OK. An exception is kUnknown.
  absl::Status FirstFailure();

 private:
  absl::Status Call(size_t index);

  const size_t count_;
  const absl::FunctionRef<absl::Status(size_t)> body_;
  std::atomic<size_t> next_{0};
  absl::Mutex mutex_;
  size_t failed_ ABSL_GUARDED_BY(mutex_) = SIZE_MAX;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_INDICES_H_
