// The queue of a thread pool, and how its workers wait for work.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_WORK_QUEUE_H_
#define SOMEOS_BACKENDS_THREAD_BASE_WORK_QUEUE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/fork_guard.h"
#include "someos/backends/base/mutex_lock.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_base/pool_task.h"

namespace someos::thread_base {

// Tasks in the order in which they were put, taken by threads that sleep, each on a word of its
// own, while there are none. One sleeper is woken at a time: when it is up, it takes a task and
// wakes the next one if there are more. So a burst of tasks costs few wakes, and the last one to
// fall asleep, whose caches are warm, is the first to be woken.
//
// The mutex is held for moments only, never during a wait or a task. Thread-safe.
template <typename Core>
class WorkQueue {
 public:
  using Task = PoolTask<Core>;
  using Deadline = typename Core::Deadline;

  // No more than `limit` tasks wait in it; 0: any number.
  explicit WorkQueue(size_t limit) : limit_(limit) { base::WatchForForks(); }
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  // Puts a task, with a reference for the queue. While the queue is full, a worker runs tasks, and
  // another thread waits. kCancelled after Close if that cancels; kFailedPrecondition in a forked
  // child.
  absl::Status Put(Task& task) {
    if (!base::InForkGeneration(generation_)) {
      return base::ForkedError("ThreadPool.Submit", kPoolOfTheParent);
    }
    task.queue = this;
    for (;;) {
      const uint32_t room = room_.load(std::memory_order_acquire);
      Wakes wakes;
      Task* other = nullptr;
      const absl::StatusOr<bool> put = TryPut(task, &wakes, &other);
      Deliver(wakes);
      if (!put.ok()) return put.status();
      if (*put) return absl::OkStatus();
      if (other != nullptr) {
        RunTask(*other);
      } else {
        AwaitRoom(room);
      }
    }
  }

  // What a worker does: runs tasks until the queue is closed and empty.
  void Work() {
    Mine() = this;
    auto forever = Deadline::NotStarted(absl::InfiniteDuration());
    RunTasks(nullptr, forever, {"ThreadPool", this});
    Mine() = nullptr;
  }

  // Waits until a task is done. A worker of the queue runs other tasks meanwhile.
  static WaitEnd Await(Task& task, Deadline& deadline, const Operation& operation) {
    WorkQueue* const mine = Mine();
    // A worker's queue is there, any other may be gone.
    if (mine == nullptr || mine != task.queue) return task.Await(deadline, operation);
    return mine->RunTasks(&task, deadline, operation);
  }

  // No more tasks come, except from those that run. Wakes all workers, so that they return from
  // Work when there are no tasks left. If `cancel`, those that have not begun are not run.
  void Close(bool cancel) {
    Task* cancelled = nullptr;
    const bool forked = !base::InForkGeneration(generation_);
    {
      base::MutexLock lock(mutex_);
      closed_ = true;
      cancels_ = cancel || forked;
      if (cancels_) {
        cancelled = std::exchange(head_, nullptr);
        tail_ = &head_;
        size_ = 0;
      }
      while (!forked && idle_ != nullptr) Core::Wake(*WakeSleeper(/*to_work=*/false), 1);
      room_.fetch_add(1, std::memory_order_release);
    }
    if (!forked) Core::Wake(room_, INT32_MAX);
    while (cancelled != nullptr) {
      Task& task = *std::exchange(cancelled, cancelled->next);
      task.Refuse(forked ? base::ForkedError("ThreadPool", kPoolOfTheParent) : Cancelled());
      Finish(task);
    }
  }

 private:
  // A thread that waits for work, and for one task in particular if it awaits one.
  struct Sleeper {
    typename Core::Word up{0};
    Task* awaits;
    // Guarded by mutex_.
    Sleeper* next = nullptr;
    bool listed = false;
    bool to_work = false;  // woken, and must wake the next if there is more work
  };

  // To be made without the mutex.
  struct Wakes {
    typename Core::Word* sleeper = nullptr;
    bool room = false;
  };

  static WorkQueue*& Mine() {
    static thread_local WorkQueue* mine = nullptr;
    return mine;
  }
  static absl::Status Cancelled() {
    return PlainStatus(absl::StatusCode::kCancelled, "the thread pool is being destroyed");
  }

  void Deliver(const Wakes& wakes) {
    if (wakes.sleeper != nullptr) Core::Wake(*wakes.sleeper, 1);
    if (wakes.room) Core::Wake(room_, 1);
  }

  // False if the queue is full; then, in a worker, `other` is a task to be run first.
  absl::StatusOr<bool> TryPut(Task& task, Wakes* wakes, Task** other) {
    base::MutexLock lock(mutex_);
    if (cancels_) return Cancelled();
    if (limit_ != 0 && size_ >= limit_) {
      if (Mine() == this) *other = Pop(wakes);
      if (*other == nullptr) ++waiting_for_room_;
      return false;
    }
    task.AddReference();
    task.next = nullptr;
    *tail_ = &task;
    tail_ = &task.next;
    ++size_;
    WakeNext(wakes);
    return true;
  }

  void AwaitRoom(uint32_t room) {
    auto forever = Deadline::NotStarted(absl::InfiniteDuration());
    Core::Wait(room_, room, forever, {"ThreadPool.Submit", this});
    base::MutexLock lock(mutex_);
    --waiting_for_room_;
  }

  WaitEnd RunTasks(Task* awaited, Deadline& deadline, const Operation& operation) {
    Sleeper sleeper;
    sleeper.awaits = awaited;
    for (;;) {
      Wakes wakes;
      bool leave = false;
      Task* const task = Next(sleeper, &wakes, &leave);
      Deliver(wakes);
      if (leave) return WaitEnd::kWoken;
      if (task != nullptr) {
        RunTask(*task);
        continue;
      }
      WaitEnd end = WaitEnd::kWoken;
      while (end == WaitEnd::kWoken && sleeper.up.load(std::memory_order_acquire) == 0) {
        end = Core::Wait(sleeper.up, 0, deadline, operation);
      }
      if (end != WaitEnd::kWoken && RemoveSleeper(sleeper)) return end;
    }
  }

  // A task to be run, or nullptr: the sleeper is in the list now, or there is nothing to wait for
  // any more.
  Task* Next(Sleeper& sleeper, Wakes* wakes, bool* leave) {
    base::MutexLock lock(mutex_);
    if (std::exchange(sleeper.to_work, false)) waking_ = false;
    *leave = sleeper.awaits != nullptr ? sleeper.awaits->IsDone() : closed_ && head_ == nullptr;
    Task* const task = *leave ? nullptr : Pop(wakes);
    if (!*leave && task == nullptr) *leave = !AddSleeper(sleeper);
    WakeNext(wakes);
    return task;
  }

  // False if what it awaits is done.
  bool AddSleeper(Sleeper& sleeper) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (sleeper.awaits != nullptr && !sleeper.awaits->WillHelp()) return false;
    sleeper.up.store(0, std::memory_order_relaxed);
    sleeper.listed = true;
    sleeper.next = std::exchange(idle_, &sleeper);
    return true;
  }

  void RunTask(Task& task) {
    task.Run();
    Finish(task);
    Core::After();
  }
  void Finish(Task& task) {
    if (task.Finish()) WakeHelpers(task);
    task.Release();
  }

  Task* Pop(Wakes* wakes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    Task* const task = head_;
    if (task == nullptr) return nullptr;
    head_ = task->next;
    if (head_ == nullptr) tail_ = &head_;
    --size_;
    if (waiting_for_room_ > 0) {
      room_.fetch_add(1, std::memory_order_release);
      wakes->room = true;
    }
    return task;
  }

  void WakeNext(Wakes* wakes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (head_ == nullptr || idle_ == nullptr || waking_) return;
    waking_ = true;
    wakes->sleeper = WakeSleeper(/*to_work=*/true);
  }

  // Takes the first sleeper from the list and lets it go on. Its word may be gone when it is to be
  // woken.
  typename Core::Word* WakeSleeper(bool to_work) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    Sleeper* const sleeper = std::exchange(idle_, idle_->next);
    sleeper->listed = false;
    sleeper->to_work = to_work;
    sleeper->up.store(1, std::memory_order_release);
    return &sleeper->up;
  }

  void WakeHelpers(const Task& task) {
    base::MutexLock lock(mutex_);
    Sleeper** link = &idle_;
    while (*link != nullptr) {
      Sleeper& sleeper = **link;
      if (sleeper.awaits != &task) {
        link = &sleeper.next;
        continue;
      }
      *link = sleeper.next;
      sleeper.listed = false;
      sleeper.up.store(1, std::memory_order_release);
      Core::Wake(sleeper.up, 1);
    }
  }

  // False if the sleeper has been woken meanwhile, and must go on.
  bool RemoveSleeper(Sleeper& sleeper) {
    base::MutexLock lock(mutex_);
    if (!sleeper.listed) return false;
    Sleeper** link = &idle_;
    while (*link != &sleeper) link = &(*link)->next;
    *link = sleeper.next;
    return true;
  }

  const size_t limit_;
  const uint32_t generation_ = base::ForkGeneration();
  typename Core::Word room_{0};  // counts the tasks that were taken while others waited for room

  absl::Mutex mutex_;
  const base::ForkGuard guard_{mutex_};
  Task* head_ ABSL_GUARDED_BY(mutex_) = nullptr;
  Task** tail_ ABSL_GUARDED_BY(mutex_) = &head_;
  size_t size_ ABSL_GUARDED_BY(mutex_) = 0;
  Sleeper* idle_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool waking_ ABSL_GUARDED_BY(mutex_) = false;  // a sleeper has been woken to work and is not up
  size_t waiting_for_room_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancels_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_WORK_QUEUE_H_
