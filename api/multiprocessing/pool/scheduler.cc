#include "someos/api/multiprocessing/pool/scheduler.h"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::pool {

void Scheduler::Add(std::shared_ptr<const Job> job) {
  if (!broken_.ok()) {
    job->outcome().Abandoned(broken_);
  } else if (job->chunks() > 0) {
    queue_.push_back({std::move(job), 0});
  }
}

void Scheduler::Break(const absl::Status& why) {
  if (!broken_.ok()) return;
  broken_ = why;
  // A job may be in the queue and with workers; who is told twice keeps to the first time.
  const std::deque<Queued> queue = std::exchange(queue_, {});
  const std::deque<Task> taken_back = std::exchange(taken_back_, {});
  for (const Queued& queued : queue) queued.job->outcome().Abandoned(why);
  for (const Task& task : taken_back) task.job->outcome().Abandoned(why);
  for (auto& [id, worker] : workers_) {
    if (worker.state == State::kBusy) worker.task.job->outcome().Abandoned(why);
    SetRetired(worker);
  }
  idle_.clear();
  worn_.clear();
}

size_t Scheduler::Missing() const {
  if (NoMoreTasks()) return 0;
  return options_.workers > active_ ? options_.workers - active_ : 0;
}

void Scheduler::Starting(WorkerId worker) {
  workers_[worker];
  ++active_;
}

void Scheduler::StartFailed(const absl::Status& why) { CountFailedStart(why); }

void Scheduler::CountFailedStart(const absl::Status& why) {
  if (++failed_starts_ < options_.max_failed_starts) return;
  absl::Status broken =
      PlainStatus(absl::StatusCode::kUnavailable,
                  absl::StrCat("the workers of the pool do not start: ", why.message()));
  why.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& payload) { broken.SetPayload(url, payload); });
  Break(broken);
}

void Scheduler::Ready(WorkerId worker) {
  const auto found = workers_.find(worker);
  if (found == workers_.end() || found->second.state != State::kStarting) return;
  failed_starts_ = 0;
  found->second.state = State::kIdle;
  idle_.push_back(worker);
}

Task Scheduler::NextTask() {
  if (!taken_back_.empty()) {
    Task task = std::move(taken_back_.front());
    taken_back_.pop_front();
    return task;
  }
  Queued& queued = queue_.front();
  Task task = {queued.job, queued.next_chunk};
  if (++queued.next_chunk == queued.job->chunks()) queue_.pop_front();
  return task;
}

std::optional<Scheduler::Assignment> Scheduler::Assign() {
  while (has_tasks() && !idle_.empty()) {
    const WorkerId id = idle_.front();
    idle_.pop_front();
    const auto found = workers_.find(id);
    if (found == workers_.end() || found->second.state != State::kIdle) continue;
    Task task = NextTask();
    ++task.times_given;
    found->second.state = State::kBusy;
    found->second.task = task;
    return Assignment{id, std::move(task)};
  }
  return std::nullopt;
}

void Scheduler::Finished(WorkerId worker, absl::StatusOr<PyValue> result) {
  const auto found = workers_.find(worker);
  if (found == workers_.end() || found->second.state != State::kBusy) return;
  const Task task = std::exchange(found->second.task, {});
  found->second.state = State::kIdle;
  const bool worn = ++found->second.tasks == options_.max_tasks_per_worker;
  (worn ? static_cast<void>(worn_.push_back(worker)) : idle_.push_back(worker));
  task.job->outcome().ChunkEnded(task.chunk, std::move(result));
}

void Scheduler::SetRetired(Worker& worker) {
  if (worker.state != State::kRetired) --active_;
  worker.state = State::kRetired;
  worker.task = {};
}

std::optional<Scheduler::WorkerId> Scheduler::Retire() {
  while (!worn_.empty() || (NoMoreTasks() && !idle_.empty())) {
    WorkerId id;
    if (!worn_.empty()) {
      id = worn_.back();
      worn_.pop_back();
    } else {
      id = idle_.front();
      idle_.pop_front();
    }
    const auto found = workers_.find(id);
    if (found == workers_.end() || found->second.state != State::kIdle) continue;
    SetRetired(found->second);
    return id;
  }
  return std::nullopt;
}

void Scheduler::Lost(WorkerId worker) {
  const auto found = workers_.find(worker);
  if (found != workers_.end() && found->second.state == State::kIdle) SetRetired(found->second);
}

void Scheduler::TakeBack(WorkerId worker) {
  const auto found = workers_.find(worker);
  if (found == workers_.end() || found->second.state != State::kBusy) return;
  if (found->second.task.times_given >= options_.max_times_given) return;
  taken_back_.push_back(std::move(found->second.task));
  SetRetired(found->second);
}

void Scheduler::Ended(WorkerId worker, const absl::Status& why) {
  const auto found = workers_.find(worker);
  if (found == workers_.end()) return;
  const State state = found->second.state;
  const Task task = std::move(found->second.task);
  SetRetired(found->second);
  workers_.erase(found);
  if (state == State::kBusy) task.job->outcome().ChunkEnded(task.chunk, why);
  if (state == State::kStarting) CountFailedStart(why);
}

const Task* Scheduler::TaskOf(WorkerId worker) const {
  const auto found = workers_.find(worker);
  if (found == workers_.end() || found->second.state != State::kBusy) return nullptr;
  return &found->second.task;
}

}  // namespace someos::multiprocessing::pool
