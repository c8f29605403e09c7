// Who does what in a pool, without threads, clocks or processes. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_SCHEDULER_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::pool {

struct SchedulerOptions {
  size_t workers = 1;
  // After so many tasks a worker is replaced.
  std::optional<uint64_t> max_tasks_per_worker = std::nullopt;
  // After so many failed starts without a successful one between them the pool is broken.
  size_t max_failed_starts = 16;
  // After so many workers that ended before they began it, a task fails.
  size_t max_times_given = 16;
};

// Jobs are done in their order, and each task goes to the worker that has been idle for longest. A
// worker has one task at a time, so that none waits behind another one while a worker is idle, and
// it is known whose task it was that a worker died of.
//
// The owner starts and stops workers as it is told, and reports what becomes of them. For one
// thread; outcomes are told in calls, and must not call back.
class Scheduler {
 public:
  using WorkerId = uint64_t;

  explicit Scheduler(const SchedulerOptions& options) : options_(options) {}

  void Add(std::shared_ptr<const Job> job);
  // No job will be added.
  void Close() { closed_ = true; }
  // All jobs fail, and those that will be added. Their workers are to be killed.
  void Break(const absl::Status& why);

  // How many workers are to be started.
  size_t Missing() const;
  void Starting(WorkerId worker);
  void StartFailed(const absl::Status& why);
  void Ready(WorkerId worker);

  struct Assignment {
    WorkerId worker;
    Task task;
  };
  // What is to be done next. The worker is busy then.
  std::optional<Assignment> Assign();
  // A busy worker is done. It is idle, or to be stopped.
  void Finished(WorkerId worker, absl::StatusOr<PyValue> result);
  // A worker has left, though its process may not have ended yet: it gets no task any more.
  void Lost(WorkerId worker);
  // A worker that is to be asked to end: it is no longer idle, and counts no longer as one.
  std::optional<WorkerId> Retire();
  // A worker has left before it began its task: another one gets it, before all that is queued. If
  // that has happened too often, the worker keeps the task.
  void TakeBack(WorkerId worker);
  // A worker has ended, asked or not. Its task, if it has one, fails with `why`.
  void Ended(WorkerId worker, const absl::Status& why);

  // Not OK: the pool is broken.
  const absl::Status& broken() const { return broken_; }
  // Closed, all jobs are done, and all workers have ended.
  bool done() const { return closed_ && !has_tasks() && workers_.empty(); }
  // The task of a busy worker.
  const Task* TaskOf(WorkerId worker) const;

 private:
  enum class State { kStarting, kIdle, kBusy, kRetired };
  struct Worker {
    State state = State::kStarting;
    uint64_t tasks = 0;
    Task task = {};
  };
  struct Queued {
    std::shared_ptr<const Job> job;
    size_t next_chunk;
  };

  void CountFailedStart(const absl::Status& why);
  void SetRetired(Worker& worker);
  bool has_tasks() const { return !queue_.empty() || !taken_back_.empty(); }
  bool NoMoreTasks() const { return (closed_ && !has_tasks()) || !broken_.ok(); }
  // Only if there is one.
  Task NextTask();

  const SchedulerOptions options_;
  std::deque<Queued> queue_;  // jobs with chunks that no worker has got
  std::deque<Task> taken_back_;
  absl::flat_hash_map<WorkerId, Worker> workers_;
  size_t active_ = 0;           // those that are not retired
  std::deque<WorkerId> idle_;   // the one that is idle for longest first; may have ended since
  std::vector<WorkerId> worn_;  // have done all their tasks
  size_t failed_starts_ = 0;
  bool closed_ = false;
  absl::Status broken_;
};

}  // namespace someos::multiprocessing::pool

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_SCHEDULER_H_
