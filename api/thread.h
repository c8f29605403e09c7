// Python's thread module (_thread in Python 3) on the backend that the build links, as
// api/threading.h: functions that start threads and make locks, for programs that need no more.
//
// api/threading/README.md maps Python's names to the C++ names.

#ifndef SOMEOS_API_THREAD_H_
#define SOMEOS_API_THREAD_H_

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/api/linked_thread_backend.h"
#include "someos/backends/thread_base/errors.h"
#include "someos/backends/thread_base/failure.h"
#include "someos/backends/thread_base/interrupt_main.h"

namespace someos::thread {
inline namespace SOMEOS_LINKED_THREAD_BACKEND {

using Threads = someos::SOMEOS_LINKED_THREAD_BACKEND::Threads;

// The longest timeout, some 292 years.
using thread_base::kTimeoutMax;

// The class of locks, which threading calls Lock: see lock.h of //backends/thread_base.
using LockType = Threads::Lock;

// A new lock, unlocked. LockType may also be made without this.
inline std::unique_ptr<LockType> AllocateLock() { return std::make_unique<LockType>(); }

// Runs `function`, once, in a thread that cannot be joined, and returns its ident when it has
// begun. The program's end does not wait for it. threading's Enumerate does not return it before it
// has asked for itself.
//
// The function ends the thread by returning or, where exceptions are compiled in, by throwing
// SystemExit, which is what Python's exit() does; this library throws nothing. Another exception is
// written to the standard error output and ends the thread.
//
// kInvalidArgument "first arg must be callable" for an empty function, "size not valid: 1 bytes".
// kResourceExhausted "can't start new thread".
inline absl::StatusOr<uint64_t> StartNewThread(absl::AnyInvocable<void() &&> function) {
  return Threads::StartNewThread(std::move(function));
}
using thread_base::SystemExit;

// Has the program's handler of the signal called in the main thread, as if the signal had arrived.
// Nothing happens if there is none (SIG_DFL, SIG_IGN). kInvalidArgument "signal number out of
// range". See interrupt_main.h.
inline absl::Status InterruptMain(int signum = SIGINT) {
  return thread_base::InterruptMain(signum);
}

// A number of the calling thread, not 0, that no other living thread has, and which another may
// have later; and the system's number for it, gettid(2) on Linux.
inline uint64_t GetIdent() { return Threads::GetIdent(); }
inline int64_t GetNativeId() { return Threads::GetNativeId(); }

// As in api/threading.h, which it shares the size with.
inline absl::StatusOr<size_t> StackSize(std::optional<int64_t> size = std::nullopt) {
  return Threads::StackSize(size);
}

}  // namespace SOMEOS_LINKED_THREAD_BACKEND
}  // namespace someos::thread

#endif  // SOMEOS_API_THREAD_H_
