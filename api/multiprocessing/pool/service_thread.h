// Knows the thread that brings the results of a pool. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_SERVICE_THREAD_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_SERVICE_THREAD_H_

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/fork_generation.h"

namespace someos::multiprocessing::pool {

// Who can bring the results of a pool: its service thread, in the process that made the pool.
class ServiceThread {
 public:
  // Of a pool that this process makes.
  ServiceThread() : generation_((base::WatchForForks(), base::ForkGeneration())) {}

  // The calling thread is it as long as this exists.
  class Scope {
   public:
    explicit Scope(const ServiceThread& service) : outer_(std::exchange(Current(), &service)) {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { Current() = outer_; }

   private:
    const ServiceThread* const outer_;
  };

  bool IsCurrent() const { return Current() == this; }
  bool InThisProcess() const { return base::InForkGeneration(generation_); }

  // kFailedPrecondition (RuntimeError) of a wait that nobody would end.
  absl::Status CheckWait() const {
    if (!InThisProcess()) return NotHere();
    if (!IsCurrent()) return absl::OkStatus();
    return PlainStatus(absl::StatusCode::kFailedPrecondition,
                       "a callback cannot wait for its own pool");
  }

  static absl::Status NotHere() {
    return PlainStatus(absl::StatusCode::kFailedPrecondition,
                       "the pool belongs to the process before the fork");
  }

 private:
  static const ServiceThread*& Current() {
    static thread_local const ServiceThread* current = nullptr;
    return current;
  }

  const uint32_t generation_;
};

}  // namespace someos::multiprocessing::pool

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_SERVICE_THREAD_H_
