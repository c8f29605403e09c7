// All objects of threading over a Core.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_THREADS_H_
#define SOMEOS_BACKENDS_THREAD_BASE_THREADS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "someos/backends/thread_base/barrier.h"
#include "someos/backends/thread_base/condition.h"
#include "someos/backends/thread_base/event.h"
#include "someos/backends/thread_base/future.h"
#include "someos/backends/thread_base/hooks.h"
#include "someos/backends/thread_base/local.h"
#include "someos/backends/thread_base/lock.h"
#include "someos/backends/thread_base/rlock.h"
#include "someos/backends/thread_base/semaphore.h"
#include "someos/backends/thread_base/stack_size.h"
#include "someos/backends/thread_base/start_new_thread.h"
#include "someos/backends/thread_base/thread.h"
#include "someos/backends/thread_base/thread_pool.h"
#include "someos/backends/thread_base/thread_ref.h"
#include "someos/backends/thread_base/timer.h"

namespace someos::thread_base {

// The types and functions of a backend. Their headers describe them.
template <typename CoreType>
struct Threads {
  using Core = CoreType;

  using Barrier = thread_base::Barrier<Core>;
  using BoundedSemaphore = thread_base::BoundedSemaphore<Core>;
  using Condition = thread_base::Condition<Core>;
  using Event = thread_base::Event<Core>;
  using Lock = thread_base::Lock<Core>;
  using RLock = thread_base::RLock<Core>;
  using Semaphore = thread_base::Semaphore<Core>;
  using Thread = thread_base::Thread<Core>;
  using ThreadRef = thread_base::ThreadRef<Core>;
  using Timer = thread_base::Timer<Core>;
  template <typename T>
  using Local = thread_base::Local<Core, T>;
  using ThreadPool = thread_base::ThreadPool<Core>;
  template <typename T>
  using Future = thread_base::Future<Core, T>;

  static ThreadRef CurrentThread() { return thread_base::CurrentThread<Core>(); }
  static ThreadRef MainThread() { return thread_base::MainThread<Core>(); }
  static std::vector<ThreadRef> Enumerate() { return thread_base::Enumerate<Core>(); }
  static size_t ActiveCount() { return thread_base::ActiveCount<Core>(); }
  static absl::StatusOr<uint64_t> StartNewThread(absl::AnyInvocable<void() &&> function) {
    return thread_base::StartNewThread<Core>(std::move(function));
  }
  static uint64_t GetIdent() { return Core::Ident(); }
  static int64_t GetNativeId() { return Core::NativeId(); }
  static absl::StatusOr<size_t> StackSize(std::optional<int64_t> size = std::nullopt) {
    return thread_base::StackSize<Core>(size);
  }
  static void SetExceptHook(ExceptHookFunction hook) {
    HooksOf<Core>().except.Set(std::move(hook));
  }
  static void SetThreadHook(ThreadHookFunction hook) {
    HooksOf<Core>().thread.Set(std::move(hook));
  }
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_THREADS_H_
