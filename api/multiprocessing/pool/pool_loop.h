// The service thread of a pool. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_POOL_LOOP_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_POOL_LOOP_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/managers/timer_queue.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/pool/scheduler.h"
#include "someos/api/multiprocessing/pool/worker.h"
#include "someos/api/multiprocessing/pool/worker_set.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/poller.h"
#include "someos/backends/process_base/child.h"

namespace someos::multiprocessing::pool {

struct LoopOptions {
  SchedulerOptions scheduler;
  WorkerOptions worker;
  absl::Duration terminate_grace = absl::Seconds(5);
  // Starts a worker that has `fd` as its only descriptor beside the standard ones.
  std::function<absl::StatusOr<std::unique_ptr<Child>>(int fd)> start;
};

// All workers of a pool, in one thread: that of Run. Other functions may be called by any thread.
class PoolLoop final : public WorkerSet, private WorkerOwner {
 public:
  PoolLoop(LoopOptions options, std::unique_ptr<Poller> poller);
  ~PoolLoop() override;

  // Starts the workers, before Run. The errors of the first one that cannot be started.
  absl::Status StartWorkers();

  // Until the pool is closed or terminated, and all its workers have ended.
  void Run();

  // kFailedPrecondition: the function of the job has no name.
  absl::Status Submit(std::shared_ptr<const Job> job) override;
  void Close() override;
  void Terminate() override;
  bool running() const override;

  std::vector<int64_t> pids() const;

 private:
  enum class State { kRunning, kClosed, kTerminated };
  struct Requests {
    std::vector<std::shared_ptr<const Job>> jobs;
    State state = State::kRunning;
  };

  void Turn();
  // The poller does not work any more.
  void GiveUp(const absl::Status& why);
  void TakeRequests();
  absl::Status StartWorker();
  void StartMissing();
  void AssignTasks();
  void StopRetired();
  void KillAll();
  void BuryEnded();
  void SetState(State state);
  void PublishPids();

  void OnReady(Worker& worker) override;
  void OnSetupFailed(Worker& worker, const absl::Status& why) override;
  void OnResult(Worker& worker, absl::StatusOr<PyValue> result) override;
  void OnLost(Worker& worker) override;
  void OnEnded(Worker& worker, const absl::Status& why) override;

  const LoopOptions options_;
  const std::unique_ptr<Poller> poller_;
  internal::TimerQueue timers_;
  Scheduler scheduler_;
  absl::flat_hash_map<Worker::Id, std::unique_ptr<Worker>> workers_;
  std::vector<Worker::Id> ended_;  // to be destroyed when nobody is in a call of them
  Worker::Id last_id_ = 0;
  bool pids_changed_ = false;
  bool start_paused_ = false;
  bool killing_ = false;

  mutable absl::Mutex mutex_;
  Requests requests_ ABSL_GUARDED_BY(mutex_);
  std::vector<int64_t> pids_ ABSL_GUARDED_BY(mutex_);
  bool over_ ABSL_GUARDED_BY(mutex_) = false;  // nobody takes requests any more
};

}  // namespace someos::multiprocessing::pool

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_POOL_LOOP_H_
