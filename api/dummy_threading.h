// Python's dummy_threading module: what api/threading.h has, in a program with one thread, whatever
// backend the build links. Start runs a thread's body and returns when it has ended, also within
// another body; CurrentThread is the body's thread meanwhile.
//
// What would wait for ever is kFailedPrecondition "would wait for ever: there is one thread"; a
// wait with a timeout takes its time, and a Timer calls at its time: api/threading/README.md.

#ifndef SOMEOS_API_DUMMY_THREADING_H_
#define SOMEOS_API_DUMMY_THREADING_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "someos/backends/thread_base/errors.h"
#include "someos/backends/thread_base/failure.h"
#include "someos/backends/thread_base/hooks.h"
#include "someos/backends/thread_base/thread.h"
#include "someos/backends/thread_base/thread_pool.h"
#include "someos/backends/thread_dummy/thread_dummy.h"

// The contracts are those of api/threading.h.
namespace someos::dummy_threading {

using thread_base::ExceptHookArgs;
using thread_base::ExceptHookFunction;
using thread_base::kTimeoutMax;
using thread_base::SystemExit;
using thread_base::ThreadHookFunction;
using thread_base::ThreadOptions;
using thread_base::ThreadPoolOptions;
using thread_dummy::Threads;

using Lock = Threads::Lock;
using RLock = Threads::RLock;
using Condition = Threads::Condition;
using Semaphore = Threads::Semaphore;
using BoundedSemaphore = Threads::BoundedSemaphore;
using Event = Threads::Event;
using Barrier = Threads::Barrier;
using Thread = Threads::Thread;
using ThreadRef = Threads::ThreadRef;
using Timer = Threads::Timer;
template <typename T>
using Local = Threads::template Local<T>;
using ThreadPool = Threads::ThreadPool;
template <typename T>
using Future = Threads::template Future<T>;

inline ThreadRef CurrentThread() { return Threads::CurrentThread(); }
inline ThreadRef MainThread() { return Threads::MainThread(); }
inline std::vector<ThreadRef> Enumerate() { return Threads::Enumerate(); }
inline size_t ActiveCount() { return Threads::ActiveCount(); }

// Each body has a number of its own.
inline uint64_t GetIdent() { return Threads::GetIdent(); }
inline int64_t GetNativeId() { return Threads::GetNativeId(); }

// 0 without a size; with one, kUnimplemented "setting thread stack size not supported".
inline absl::StatusOr<size_t> StackSize(std::optional<int64_t> size = std::nullopt) {
  return Threads::StackSize(size);
}

inline void SetExceptHook(ExceptHookFunction hook) { Threads::SetExceptHook(std::move(hook)); }
inline void SetThreadHook(ThreadHookFunction hook) { Threads::SetThreadHook(std::move(hook)); }

}  // namespace someos::dummy_threading

#endif  // SOMEOS_API_DUMMY_THREADING_H_
