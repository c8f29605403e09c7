// Those who do the jobs of a pool. Private to this package and to the pools.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_WORKER_SET_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_WORKER_SET_H_

#include <memory>

#include "absl/status/status.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/pool/service_thread.h"

namespace someos::multiprocessing::pool {

// Thread-safe.
class WorkerSet {
 public:
  WorkerSet() = default;
  WorkerSet(const WorkerSet&) = delete;
  WorkerSet& operator=(const WorkerSet&) = delete;
  virtual ~WorkerSet() = default;

  // Takes a job, whose outcome is told for each of its chunks; an error is told to nobody else.
  // kInvalidArgument (ValueError) "Pool not running".
  virtual absl::Status Submit(std::shared_ptr<const Job> job) = 0;
  // No job comes any more.
  virtual void Close() = 0;
  // The same, and the jobs that are not done are abandoned (kCancelled).
  virtual void Terminate() = 0;
  // Neither Close nor Terminate was called.
  virtual bool running() const = 0;

  const std::shared_ptr<const ServiceThread>& service() const { return service_; }

 private:
  const std::shared_ptr<const ServiceThread> service_ = std::make_shared<ServiceThread>();
};

}  // namespace someos::multiprocessing::pool

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_WORKER_SET_H_
