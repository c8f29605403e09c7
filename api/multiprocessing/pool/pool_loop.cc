#include "someos/api/multiprocessing/pool/pool_loop.h"

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/managers/timer_queue.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/pool/remote_traceback.h"
#include "someos/api/multiprocessing/pool/scheduler.h"
#include "someos/api/multiprocessing/pool/service_thread.h"
#include "someos/api/multiprocessing/pool/worker.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/poller.h"
#include "someos/backends/base/mutex_lock.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/connection_socket/sockets.h"
#include "someos/backends/process_base/child.h"

namespace someos::multiprocessing::pool {
namespace {

// After a start that has failed, for example because there is no memory for a process.
constexpr absl::Duration kStartPause = absl::Milliseconds(100);
// For a worker that has closed its connection, which mostly means that it is ending.
constexpr absl::Duration kEndGrace = absl::Seconds(1);

absl::Status NotRunning() {
  return PlainStatus(absl::StatusCode::kInvalidArgument, "Pool not running");
}

absl::Status Terminated() {
  return PlainStatus(absl::StatusCode::kCancelled, "the pool was terminated");
}

}  // namespace

PoolLoop::PoolLoop(LoopOptions options, std::unique_ptr<Poller> poller)
    : options_(std::move(options)),
      poller_(std::move(poller)),
      timers_(internal::MonotonicTime),
      scheduler_(options_.scheduler) {}

PoolLoop::~PoolLoop() = default;

absl::Status PoolLoop::StartWorkers() {
  while (scheduler_.Missing() > 0) {
    if (absl::Status status = StartWorker(); !status.ok()) return status;
  }
  PublishPids();
  return absl::OkStatus();
}

absl::Status PoolLoop::StartWorker() {
  absl::StatusOr<std::array<base::OwnedFd, 2>> ends = connection_socket::SocketPair();
  if (!ends.ok()) return ends.status();
  absl::StatusOr<Connection> connection =
      Connection::Of((*ends)[0].Release(), true, true, options_.worker.connection);
  if (!connection.ok()) return connection.status();
  absl::StatusOr<std::unique_ptr<Child>> child = options_.start((*ends)[1].get());
  if (!child.ok()) return child.status();
  const Worker::Id id = ++last_id_;
  absl::StatusOr<std::unique_ptr<Worker>> worker = Worker::Create(
      id, *std::move(child), *std::move(connection), poller_.get(), &options_.worker, this);
  if (!worker.ok()) return worker.status();
  workers_.emplace(id, *std::move(worker));
  pids_changed_ = true;
  scheduler_.Starting(id);
  return absl::OkStatus();
}

absl::Status PoolLoop::Submit(std::shared_ptr<const Job> job) {
  if (!service()->InThisProcess()) return ServiceThread::NotHere();
  if (job->function().name().empty()) {
    return PlainStatus(absl::StatusCode::kFailedPrecondition,
                       "the workers are processes: they need the name of a function");
  }
  base::MutexLock lock(mutex_);
  if (over_ || requests_.state != State::kRunning) return NotRunning();
  const bool first = requests_.jobs.empty();
  requests_.jobs.push_back(std::move(job));
  if (first) static_cast<void>(poller_->Wake());
  return absl::OkStatus();
}

void PoolLoop::Close() { SetState(State::kClosed); }
void PoolLoop::Terminate() { SetState(State::kTerminated); }

void PoolLoop::SetState(State state) {
  base::MutexLock lock(mutex_);
  if (over_ || requests_.state >= state) return;
  requests_.state = state;
  static_cast<void>(poller_->Wake());
}

bool PoolLoop::running() const {
  base::MutexLock lock(mutex_);
  return requests_.state == State::kRunning;
}

std::vector<int64_t> PoolLoop::pids() const {
  base::MutexLock lock(mutex_);
  return pids_;
}

void PoolLoop::Run() {
  const ServiceThread::Scope here(*service());
  while (!scheduler_.done()) Turn();
  PublishPids();
  std::vector<std::shared_ptr<const Job>> left;
  {
    base::MutexLock lock(mutex_);
    over_ = true;
    left.swap(requests_.jobs);
  }
  for (const std::shared_ptr<const Job>& job : left) job->outcome().Abandoned(scheduler_.broken());
}

void PoolLoop::Turn() {
  TakeRequests();
  StartMissing();
  AssignTasks();
  StopRetired();
  if (!scheduler_.broken().ok() && !killing_) KillAll();
  PublishPids();
  if (scheduler_.done()) return;
  std::array<Event, 64> events;
  const absl::StatusOr<size_t> count = poller_->Wait(absl::MakeSpan(events), timers_.UntilNext());
  if (!count.ok()) return GiveUp(count.status());
  for (const Event& event : absl::MakeConstSpan(events.data(), *count)) {
    const auto found = workers_.find(Worker::IdOf(event.data));
    if (found != workers_.end()) found->second->OnEvent(event.data);
  }
  timers_.RunDue();
  BuryEnded();
}

void PoolLoop::GiveUp(const absl::Status& why) {
  scheduler_.Break(why);
  scheduler_.Close();
  for (const auto& [id, worker] : workers_) {
    worker->Signal(SIGKILL);
    scheduler_.Ended(id, why);
  }
  workers_.clear();
}

void PoolLoop::TakeRequests() {
  Requests taken;
  {
    base::MutexLock lock(mutex_);
    taken.jobs.swap(requests_.jobs);
    taken.state = requests_.state;
  }
  for (std::shared_ptr<const Job>& job : taken.jobs) scheduler_.Add(std::move(job));
  if (taken.state != State::kRunning) scheduler_.Close();
  if (taken.state != State::kTerminated) return;
  scheduler_.Break(Terminated());
  if (!killing_) KillAll();
}

void PoolLoop::StartMissing() {
  while (!start_paused_ && scheduler_.Missing() > 0) {
    const absl::Status status = StartWorker();
    if (status.ok()) continue;
    scheduler_.StartFailed(status);
    start_paused_ = true;
    timers_.Add(kStartPause, [this] { start_paused_ = false; });
  }
}

void PoolLoop::AssignTasks() {
  while (std::optional<Scheduler::Assignment> assignment = scheduler_.Assign()) {
    const absl::Status status = workers_.at(assignment->worker)->Run(assignment->task);
    if (!status.ok()) scheduler_.Finished(assignment->worker, status);
  }
}

void PoolLoop::StopRetired() {
  while (const std::optional<Worker::Id> id = scheduler_.Retire()) workers_.at(*id)->Stop();
}

void PoolLoop::KillAll() {
  killing_ = true;
  for (const auto& [id, worker] : workers_) worker->Signal(SIGTERM);
  timers_.Add(options_.terminate_grace, [this] {
    for (const auto& [id, worker] : workers_) worker->Signal(SIGKILL);
  });
}

void PoolLoop::BuryEnded() {
  for (const Worker::Id id : ended_) workers_.erase(id);
  ended_.clear();
}

void PoolLoop::PublishPids() {
  if (!pids_changed_) return;
  pids_changed_ = false;
  std::vector<int64_t> pids;
  pids.reserve(workers_.size());
  for (const auto& [id, worker] : workers_) pids.push_back(worker->pid());
  base::MutexLock lock(mutex_);
  pids_ = std::move(pids);
}

void PoolLoop::OnReady(Worker& worker) { scheduler_.Ready(worker.id()); }

void PoolLoop::OnSetupFailed(Worker& /*worker*/, const absl::Status& why) {
  absl::Status broken =
      PlainStatus(absl::StatusCode::kUnavailable,
                  absl::StrCat("the initializer of the pool has failed: ", why.message()));
  broken.SetPayload(kTracebackPayload, absl::Cord(RemoteTraceback(why)));
  scheduler_.Break(broken);
}

void PoolLoop::OnResult(Worker& worker, absl::StatusOr<PyValue> result) {
  scheduler_.Finished(worker.id(), std::move(result));
}

void PoolLoop::OnLost(Worker& worker) {
  scheduler_.Lost(worker.id());
  timers_.Add(kEndGrace, [this, id = worker.id()] {
    const auto found = workers_.find(id);
    if (found != workers_.end()) found->second->Signal(SIGKILL);
  });
}

void PoolLoop::OnEnded(Worker& worker, const absl::Status& why) {
  ended_.push_back(worker.id());
  pids_changed_ = true;
  if (worker.has_unread_task()) scheduler_.TakeBack(worker.id());
  const Task* const task = scheduler_.TaskOf(worker.id());
  if (task == nullptr) return scheduler_.Ended(worker.id(), why);
  scheduler_.Ended(worker.id(), PlainStatus(why.code(), absl::StrCat("the worker of ",
                                                                     task->job->function().name(),
                                                                     ", ", why.message())));
}

}  // namespace someos::multiprocessing::pool
