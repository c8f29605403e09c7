// Threads that nobody joins.

#ifndef SOMEOS_BACKENDS_PROCESS_BASE_DETACHED_THREAD_H_
#define SOMEOS_BACKENDS_PROCESS_BASE_DETACHED_THREAD_H_

#include "absl/functional/any_invocable.h"

namespace someos::multiprocessing::process_base {

enum class ThreadKind {
  kHelper,  // of the library: a small stack, all signals blocked
  kUsers,   // for code of the program: a stack of the usual size, the caller's signal mask
};

// Runs `body` in a new thread. False, and `body` is gone, where none can be started.
bool StartDetachedThread(absl::AnyInvocable<void()> body, ThreadKind kind = ThreadKind::kHelper);

}  // namespace someos::multiprocessing::process_base

#endif  // SOMEOS_BACKENDS_PROCESS_BASE_DETACHED_THREAD_H_
