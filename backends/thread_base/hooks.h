// What a program may have called in each thread: before its body, and when an exception leaves it.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_HOOKS_H_
#define SOMEOS_BACKENDS_THREAD_BASE_HOOKS_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "someos/backends/base/fork_guard.h"
#include "someos/backends/base/mutex_lock.h"
#include "someos/backends/thread_base/failure.h"

namespace someos::thread_base {

// An exception that has left the body of a thread.
struct ExceptHookArgs {
  Failure failure;
  std::string thread_name;
};

using ExceptHookFunction = absl::AnyInvocable<void(const ExceptHookArgs&) const>;
using ThreadHookFunction = absl::AnyInvocable<void() const>;

// A function that can be exchanged while threads call it. Empty: none. Thread-safe.
template <typename Function>
class Hook {
 public:
  void Set(Function function) {
    // Destroyed without the mutex.
    std::shared_ptr<const Function> shared;
    if (function) shared = std::make_shared<const Function>(std::move(function));
    base::MutexLock lock(mutex_);
    function_.swap(shared);
  }
  std::shared_ptr<const Function> Get() {
    base::MutexLock lock(mutex_);
    return function_;
  }

 private:
  absl::Mutex mutex_;
  const base::ForkGuard guard_{mutex_};
  std::shared_ptr<const Function> function_ ABSL_GUARDED_BY(mutex_);
};

// The hooks of one backend.
struct Hooks {
  Hook<ExceptHookFunction> except;
  Hook<ThreadHookFunction> thread;

  // Writes "Exception in thread NAME: TYPE: WHAT" to the standard error output.
  static void DefaultExceptHook(const ExceptHookArgs& args);
  // Calls the except hook. What leaves that is written to the standard error output.
  void Report(const ExceptHookArgs& args);
};

template <typename Core>
Hooks& HooksOf() {
  static auto* const hooks = new Hooks;  // never destroyed: threads may outlive main()
  return *hooks;
}

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_HOOKS_H_
