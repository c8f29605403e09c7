// A thread pool over a Core.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_THREAD_POOL_H_
#define SOMEOS_BACKENDS_THREAD_BASE_THREAD_POOL_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "someos/backends/base/processors.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_base/future.h"
#include "someos/backends/thread_base/indices.h"
#include "someos/backends/thread_base/pool_task.h"
#include "someos/backends/thread_base/thread.h"
#include "someos/backends/thread_base/work_queue.h"

namespace someos::thread_base {

struct ThreadPoolOptions {
  // 0: as many as there are processors.
  size_t workers = 0;
  // The workers' names are this with "_0", "_1" and so on.
  std::string name = "ThreadPool";
  // How many tasks may wait for a worker; 0: any number. Submit waits for room.
  size_t queue_limit = 0;
  // Whether the destructor cancels the tasks that have not begun, or waits until they have been
  // run.
  bool cancel_on_destruction = false;
  // Of the workers: see ThreadOptions.
  std::optional<int64_t> stack_size = std::nullopt;
};

// Runs functions in threads that it keeps for them, in the order of their submission:
//
//   absl::StatusOr<std::unique_ptr<ThreadPool>> pool = ThreadPool::Create({.workers = 4});
//   Future<int> answer = (*pool)->Submit([] { return 6 * 7; });
//   absl::StatusOr<int> result = answer.Get();
//
// A task may submit tasks to its own pool and wait for them: a worker that waits runs what is
// queued meanwhile. By thread_dummy Submit runs the function and returns when that has returned.
//
// What the destructor does with tasks that have not begun is an option; those that run it waits
// for. Tasks may submit tasks as long as it waits; nobody else may use the pool then, and no task
// may destroy its own pool. In a forked child there are no workers: tasks are refused
// (kFailedPrecondition), and those that had been queued are not run.
//
// Thread-safe.
template <typename Core>
class ThreadPool {
 public:
  // The result of a `Function`, without its status.
  template <typename Function>
  using Value = typename ResultOf<std::invoke_result_t<Function&>>::Value;

  // kResourceExhausted "can't start new thread"; the errors of the stack size, see Thread::Start.
  static absl::StatusOr<std::unique_ptr<ThreadPool>> Create(const ThreadPoolOptions& options = {}) {
    std::unique_ptr<ThreadPool> pool(new ThreadPool(options));
    if (absl::Status status = pool->StartWorkers(options); !status.ok()) return status;
    return pool;
  }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool() {
    queue_.Close(cancel_on_destruction_);
    workers_.clear();  // joins them
  }

  size_t workers() const { return count_; }

  // Has a worker call `function` and returns a Future of what it returns: a T or absl::StatusOr<T>
  // is a Future<T>, nothing or absl::Status is a Future<void>. If the pool refuses the task, the
  // Future is done and says why. While the queue is full, it waits; a worker runs queued tasks
  // meanwhile.
  template <typename Function>
  Future<Core, Value<std::decay_t<Function>>> Submit(Function&& function) {
    auto* const task =
        new FunctionTask<Core, std::decay_t<Function>>(std::forward<Function>(function));
    Core::Point({"ThreadPool.Submit", this});
    if constexpr (Core::kInline) {
      task->Run();
      task->Finish();
    } else if (absl::Status status = queue_.Put(*task); !status.ok()) {
      task->Refuse(std::move(status));
      task->Finish();
    }
    Core::After();
    return Future<Core, Value<std::decay_t<Function>>>(task);
  }

  // Calls body(0) to body(count - 1), several at once, each once, and returns when all have
  // returned: OK, or the failure of the lowest index. What leaves a body is kUnknown, as with
  // Submit.
  absl::Status Map(size_t count, absl::FunctionRef<absl::Status(size_t)> body) {
    Indices indices(count, body);
    std::vector<Future<Core, void>> runners;
    const size_t runner_count = std::min(count, count_);
    runners.reserve(runner_count);
    for (size_t i = 0; i < runner_count; ++i) {
      runners.push_back(Submit([&indices] { indices.Run(); }));
    }
    absl::Status refusal;
    for (Future<Core, void>& runner : runners) refusal.Update(runner.Get());
    return refusal.ok() ? indices.FirstFailure() : refusal;
  }

 private:
  explicit ThreadPool(const ThreadPoolOptions& options)
      : count_(Core::kInline          ? 1
               : options.workers == 0 ? base::Processors()
                                      : options.workers),
        cancel_on_destruction_(options.cancel_on_destruction),
        queue_(options.queue_limit) {}

  absl::Status StartWorkers(const ThreadPoolOptions& options) {
    if (Core::kInline) return absl::OkStatus();
    workers_.reserve(count_);
    for (size_t i = 0; i < count_; ++i) {
      workers_.emplace_back(
          [this] { queue_.Work(); },
          ThreadOptions{absl::StrCat(options.name, "_", i), /*daemon=*/false, options.stack_size});
      if (absl::Status status = workers_.back().Start(); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  const size_t count_;
  const bool cancel_on_destruction_;
  WorkQueue<Core> queue_;
  std::vector<Thread<Core>> workers_;
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_THREAD_POOL_H_
