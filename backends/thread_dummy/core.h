// The Core of programs with one thread.

#ifndef SOMEOS_BACKENDS_THREAD_DUMMY_CORE_H_
#define SOMEOS_BACKENDS_THREAD_DUMMY_CORE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/this_thread.h"
#include "someos/backends/thread_base/core.h"

namespace someos::thread_dummy {

// See thread_base/core.h. No other thread can end a wait, so that one with a deadline lasts until
// then, and one without is refused.
struct Core {
  using Word = std::atomic<uint32_t>;
  using Deadline = base::Deadline;

  static constexpr int kSpins = 0;

  static void Point(const thread_base::Operation& /*operation*/) {}
  static void After() {}

  static thread_base::WaitEnd Wait(Word& word, uint32_t expected, Deadline& deadline,
                                   const thread_base::Operation& operation);
  static void Wake(Word& /*word*/, int /*count*/) {}

  static void Acquired(const thread_base::Operation& /*operation*/) {}
  static void Released(const void* /*object*/) {}

  // A thread has ended when Start returns.
  struct Handle {};
  static constexpr bool kInline = true;
  static constexpr bool kJoinBlocks = false;
  static absl::StatusOr<Handle> Start(absl::AnyInvocable<void() &&> body,
                                      const thread_base::StartOptions& options);
  static void Join(Handle /*handle*/) {}
  static void Detach(Handle /*handle*/) {}

  // Each body has a number of its own; NativeId is that of the system's thread that runs it.
  static uint64_t Ident();
  static int64_t NativeId() { return base::NativeThreadId(); }
  static bool IsMain() { return base::IsMainThread(); }
  // The name of the system's thread is not the body's to change.
  static void SetName(const std::string& /*name*/, bool /*given*/) {}
  static void BodyFailed(const std::string& /*what*/) {}
  // kUnimplemented, with the message of Python's dummy_thread.
  static absl::Status CheckStackSize(size_t size);
};

}  // namespace someos::thread_dummy

#endif  // SOMEOS_BACKENDS_THREAD_DUMMY_CORE_H_
