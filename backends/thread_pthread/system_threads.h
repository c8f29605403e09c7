// Threads of POSIX: started, joined, detached.

#ifndef SOMEOS_BACKENDS_THREAD_PTHREAD_SYSTEM_THREADS_H_
#define SOMEOS_BACKENDS_THREAD_PTHREAD_SYSTEM_THREADS_H_

#include <pthread.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/backends/base/this_thread.h"
#include "someos/backends/thread_base/core.h"

namespace someos::thread_pthread {

// The part of a Core (thread_base/core.h) that starts threads.
struct SystemThreads {
  using Handle = pthread_t;
  static constexpr bool kInline = false;
  static constexpr bool kJoinBlocks = true;

  // pthread_create(3), with no system call beyond.
  static absl::StatusOr<Handle> Start(absl::AnyInvocable<void() &&> body,
                                      const thread_base::StartOptions& options);
  static void Join(Handle handle) { pthread_join(handle, nullptr); }
  static void Detach(Handle handle) { pthread_detach(handle); }

  // The bits of pthread_self(), as Python has it.
  static uint64_t Ident() {
    const Handle self = pthread_self();
    uintptr_t bits = 0;
    static_assert(sizeof self <= sizeof bits);
    std::memcpy(&bits, &self, sizeof self);  // a number or a pointer
    return bits;
  }
  static int64_t NativeId() { return base::NativeThreadId(); }
  static bool IsMain() { return base::IsMainThread(); }
  // A name such as "Thread-1" is not worth a system call.
  static void SetName(std::string name, bool given) {
    if (given) base::SetNativeThreadName(std::move(name));
  }

  static void BodyFailed(const std::string& /*what*/) {}

  // Python's rules: no less than 32 KiB, nor than PTHREAD_STACK_MIN. That there is so much memory
  // is not known before a thread is started.
  static absl::Status CheckStackSize(size_t size);
};

}  // namespace someos::thread_pthread

#endif  // SOMEOS_BACKENDS_THREAD_PTHREAD_SYSTEM_THREADS_H_
