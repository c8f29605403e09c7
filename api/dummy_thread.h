// Python's dummy_thread module: what api/thread.h has, in a program with one thread, whatever
// backend the build links. StartNewThread runs the function and returns when it has ended.
//
// What would wait for ever is kFailedPrecondition "would wait for ever: there is one thread", and
// not a lie, as in Python: api/threading/README.md.

#ifndef SOMEOS_API_DUMMY_THREAD_H_
#define SOMEOS_API_DUMMY_THREAD_H_

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/backends/thread_base/errors.h"
#include "someos/backends/thread_base/failure.h"
#include "someos/backends/thread_base/interrupt_main.h"
#include "someos/backends/thread_dummy/thread_dummy.h"

// The contracts are those of api/thread.h.
namespace someos::dummy_thread {

using thread_base::kTimeoutMax;
using thread_base::SystemExit;
using thread_dummy::Threads;

using LockType = Threads::Lock;
inline std::unique_ptr<LockType> AllocateLock() { return std::make_unique<LockType>(); }

inline absl::StatusOr<uint64_t> StartNewThread(absl::AnyInvocable<void() &&> function) {
  return Threads::StartNewThread(std::move(function));
}
inline absl::Status InterruptMain(int signum = SIGINT) {
  return thread_base::InterruptMain(signum);
}

// Each function that StartNewThread runs has a number of its own while it runs.
inline uint64_t GetIdent() { return Threads::GetIdent(); }
inline int64_t GetNativeId() { return Threads::GetNativeId(); }

// 0 without a size; with one, kUnimplemented "setting thread stack size not supported".
inline absl::StatusOr<size_t> StackSize(std::optional<int64_t> size = std::nullopt) {
  return Threads::StackSize(size);
}

}  // namespace someos::dummy_thread

#endif  // SOMEOS_API_DUMMY_THREAD_H_
