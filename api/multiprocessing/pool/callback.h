// Calls what a program has given to a pool. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_CALLBACK_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_CALLBACK_H_

#include <optional>
#include <utility>

#include "absl/functional/function_ref.h"
#include "someos/api/threading.h"
#include "someos/backends/thread_base/failure.h"
#include "someos/backends/thread_base/hooks.h"

namespace someos::multiprocessing::pool {

// An exception that leaves the callback, where exceptions are compiled in, goes to the hook of
// threading::SetExceptHook. It must not end the thread that brings all results.
inline void RunCallback(absl::FunctionRef<void()> callback) {
  std::optional<thread_base::Failure> failure = thread_base::CallAndCatch(callback);
  if (!failure.has_value()) return;
  thread_base::HooksOf<threading::Threads::Core>().Report(
      {*std::move(failure), threading::CurrentThread().name()});
}

}  // namespace someos::multiprocessing::pool

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_CALLBACK_H_
