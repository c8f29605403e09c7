// What a thread pool runs.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_POOL_TASK_H_
#define SOMEOS_BACKENDS_THREAD_BASE_POOL_TASK_H_

#include <atomic>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_base/failure.h"

namespace someos::thread_base {

// Why a pool and its futures are refused in a forked child.
inline constexpr absl::string_view kPoolOfTheParent =
    "the pool belongs to the process before the fork";

// A function and its result, shared by the pool and the Future: whoever releases it last destroys
// it.
template <typename Core>
class PoolTask {
 public:
  PoolTask(const PoolTask&) = delete;
  PoolTask& operator=(const PoolTask&) = delete;

  void AddReference() { references_.fetch_add(1, std::memory_order_relaxed); }
  void Release() {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  bool IsDone() const { return (state_.load(std::memory_order_acquire) & kDone) != 0; }

  // Runs the function, or makes `status` its result without running it. Either is to be followed by
  // Finish.
  virtual void Run() = 0;
  virtual void Refuse(absl::Status status) = 0;

  // Wakes the threads that wait for it, and returns whether WillHelp has been called.
  bool Finish() {
    const uint32_t before = state_.exchange(kDone, std::memory_order_acq_rel);
    if ((before & kAwaited) != 0) Core::Wake(state_, INT32_MAX);
    return (before & kHelped) != 0;
  }

  // A worker sleeps until the task is done or there is work. False: it is done.
  bool WillHelp() { return (state_.fetch_or(kHelped, std::memory_order_acq_rel) & kDone) == 0; }
  // Any other thread waits.
  WaitEnd Await(typename Core::Deadline& deadline, const Operation& operation) {
    for (;;) {
      const uint32_t before = state_.fetch_or(kAwaited, std::memory_order_acq_rel);
      if ((before & kDone) != 0) return WaitEnd::kWoken;
      const WaitEnd end = Core::Wait(state_, before | kAwaited, deadline, operation);
      if (end != WaitEnd::kWoken) return end;
    }
  }

  // Whether this process made it.
  bool IsOfThisProcess() const { return base::InForkGeneration(generation_); }

  PoolTask* next = nullptr;     // in the queue
  const void* queue = nullptr;  // that it has been put into

 protected:
  PoolTask() = default;
  virtual ~PoolTask() = default;

 private:
  static constexpr uint32_t kDone = 1;
  static constexpr uint32_t kAwaited = 2;
  static constexpr uint32_t kHelped = 4;

  typename Core::Word state_{0};
  std::atomic<uint32_t> references_{1};
  const uint32_t generation_ = base::ForkGeneration();
};

// The result of a function: absl::Status for none, absl::StatusOr<T> for a T. One that returns a
// status of either kind has that as its result.
template <typename T>
struct ResultOf {
  using Value = T;
  using Type = absl::StatusOr<T>;
};
template <>
struct ResultOf<void> {
  using Value = void;
  using Type = absl::Status;
};
template <>
struct ResultOf<absl::Status> : ResultOf<void> {};
template <typename T>
struct ResultOf<absl::StatusOr<T>> : ResultOf<T> {};

template <typename Core, typename T>
class ResultTask : public PoolTask<Core> {
 public:
  using Result = typename ResultOf<T>::Type;

  // Once it is done.
  Result TakeResult() { return std::move(result_); }

  void Refuse(absl::Status status) override { result_ = std::move(status); }

 protected:
  Result& result() { return result_; }

 private:
  Result result_;
};

template <typename Core, typename Function>
class FunctionTask
    : public ResultTask<Core, typename ResultOf<std::invoke_result_t<Function&>>::Value> {
 public:
  explicit FunctionTask(Function function) : function_(std::move(function)) {}

  void Run() override {
    bool returned = false;
    const std::optional<Failure> failure = CallAndCatch([&] {
      if constexpr (std::is_void_v<std::invoke_result_t<Function&>>) {
        (*function_)();
      } else {
        this->result() = (*function_)();
      }
      returned = true;
    });
    if (failure.has_value()) {
      this->result() = failure->ToStatus();
    } else if (!returned) {
      this->result() = PlainStatus(absl::StatusCode::kUnknown, "SystemExit");
    }
    function_.reset();
  }

  void Refuse(absl::Status status) override {
    function_.reset();
    FunctionTask::ResultTask::Refuse(std::move(status));
  }

 private:
  std::optional<Function> function_;  // destroyed before whoever waits goes on
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_POOL_TASK_H_
