// The facade of threading: Python's threading module on the backend that the build links (see
// //platforms): thread_pthread, or another one that `--@someos//platforms:thread` names.
//
// The classes are those of the backend, so that no call is virtual. Everything is in an inline
// namespace of the backend's name: code that was compiled for another one does not link.
// api/threading/README.md maps Python's names to the C++ names.

#ifndef SOMEOS_API_THREADING_H_
#define SOMEOS_API_THREADING_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "someos/api/linked_thread_backend.h"
#include "someos/backends/thread_base/errors.h"
#include "someos/backends/thread_base/failure.h"
#include "someos/backends/thread_base/hooks.h"
#include "someos/backends/thread_base/thread.h"
#include "someos/backends/thread_base/thread_pool.h"

namespace someos::threading {
inline namespace SOMEOS_LINKED_THREAD_BACKEND {

// All types of the backend, for templates over backends.
using Threads = someos::SOMEOS_LINKED_THREAD_BACKEND::Threads;

// The contracts of the classes stand in //backends/thread_base, in a header each.

using Lock = Threads::Lock;                          // lock_interface.h, lock.h
using RLock = Threads::RLock;                        // lock_interface.h, rlock.h
using Condition = Threads::Condition;                // condition.h
using Semaphore = Threads::Semaphore;                // semaphore.h
using BoundedSemaphore = Threads::BoundedSemaphore;  // semaphore.h
using Event = Threads::Event;                        // event.h
using Barrier = Threads::Barrier;                    // barrier.h

using Thread = Threads::Thread;        // thread.h, thread_ref.h
using ThreadRef = Threads::ThreadRef;  // thread_ref.h
using Timer = Threads::Timer;          // timer.h
template <typename T>
using Local = Threads::template Local<T>;  // local.h
using ThreadPool = Threads::ThreadPool;    // thread_pool.h
template <typename T>
using Future = Threads::template Future<T>;  // future.h
using thread_base::SystemExit;               // failure.h
using thread_base::ThreadOptions;            // thread.h
using thread_base::ThreadPoolOptions;        // thread_pool.h

// The longest timeout, some 292 years. absl::InfiniteDuration(), for no timeout, is longer.
using thread_base::kTimeoutMax;

// The thread that calls. A thread that the library has not started is registered by this, with a
// name such as "Dummy-2".
inline ThreadRef CurrentThread() { return Threads::CurrentThread(); }

// The thread that runs main(); in a forked child, the one that has forked.
inline ThreadRef MainThread() { return Threads::MainThread(); }

// The threads that have been started, or are being started, and have not ended; the main thread;
// and other threads that have asked for themselves.
inline std::vector<ThreadRef> Enumerate() { return Threads::Enumerate(); }
// How many these are.
inline size_t ActiveCount() { return Threads::ActiveCount(); }

// A number of the calling thread, not 0, that no other living thread has; and the system's number
// for it, gettid(2) on Linux.
inline uint64_t GetIdent() { return Threads::GetIdent(); }
inline int64_t GetNativeId() { return Threads::GetNativeId(); }

// Sets the size in bytes of the stacks of threads to be started, 0 for the system's default, and
// returns the size before; without a size, it only returns that. kInvalidArgument "size must be 0
// or a positive value", "size not valid: 1 bytes". See stack_size.h.
inline absl::StatusOr<size_t> StackSize(std::optional<int64_t> size = std::nullopt) {
  return Threads::StackSize(size);
}

// What is called, in the thread, when an exception leaves the body of a thread; nullptr: it is
// written to the standard error output, as Python does. See hooks.h.
using thread_base::ExceptHookArgs;
using thread_base::ExceptHookFunction;
inline void SetExceptHook(ExceptHookFunction hook) { Threads::SetExceptHook(std::move(hook)); }

// What is called in each thread that the library starts, before its body, from now on; nullptr:
// nothing. See hooks.h.
using thread_base::ThreadHookFunction;
inline void SetThreadHook(ThreadHookFunction hook) { Threads::SetThreadHook(std::move(hook)); }

}  // namespace SOMEOS_LINKED_THREAD_BACKEND
}  // namespace someos::threading

#endif  // SOMEOS_API_THREADING_H_
