// What is known of a thread, shared by those who refer to it.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_THREAD_RECORD_H_
#define SOMEOS_BACKENDS_THREAD_BASE_THREAD_RECORD_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_base/local_values.h"

namespace someos::thread_base {

// A word that goes through states, less than 16, each greater than the one before, and on which
// threads wait for one of them. Who sets a state makes a system call only if a thread waits for
// that or an earlier one; those that wait for a later one are not disturbed.
template <typename Core>
class StateWord {
 public:
  explicit StateWord(uint32_t state) : word_(state) {}

  uint32_t Get() const { return word_.load(std::memory_order_acquire) & kState; }

  void Set(uint32_t state) {
    const uint32_t later = ~((kAwaitsFirst << (state + 1)) - 1);  // the bits of those who wait on
    uint32_t value = word_.load(std::memory_order_relaxed);
    while (!word_.compare_exchange_weak(value, state | (value & later), std::memory_order_acq_rel,
                                        std::memory_order_relaxed)) {
    }
    if ((value & ~later & ~kState) != 0) Core::Wake(word_, INT32_MAX);
  }
  // Only if it is in `expected`. Nobody waits for `state`.
  bool Change(uint32_t expected, uint32_t state) {
    uint32_t value = word_.load(std::memory_order_relaxed);
    while ((value & kState) == expected) {
      if (word_.compare_exchange_weak(value, state | (value & ~kState))) return true;
    }
    return false;
  }

  // Waits until the state is `state` or a later one.
  WaitEnd Await(uint32_t state, typename Core::Deadline& deadline, const Operation& operation) {
    const uint32_t awaits = kAwaitsFirst << state;
    for (;;) {
      uint32_t value = word_.load(std::memory_order_acquire);
      if ((value & kState) >= state) return WaitEnd::kWoken;
      if ((value & awaits) == 0 &&
          !word_.compare_exchange_strong(value, value | awaits, std::memory_order_acq_rel)) {
        continue;
      }
      const WaitEnd end = Core::Wait(word_, value | awaits, deadline, operation);
      if (end != WaitEnd::kWoken) return end;
    }
  }

 private:
  static constexpr uint32_t kState = 0xF;
  // A thread waits for state 0; the next bits are those of the next states.
  static constexpr uint32_t kAwaitsFirst = 0x10;

  typename Core::Word word_;
};

enum class ThreadKind { kStarted, kMain, kForeign };

template <typename Core>
struct ThreadRecord : std::enable_shared_from_this<ThreadRecord<Core>> {
  // Of `state`.
  enum : uint32_t { kInitial, kStarting, kRunning, kStopped };
  // Of `joining`: the handle is not known; nobody joins; somebody does; it is done.
  enum : uint32_t { kNoHandle, kJoinable, kJoining, kJoined };

  explicit ThreadRecord(ThreadKind kind) : kind(kind) {}
  ThreadRecord(const ThreadRecord&) = delete;
  ThreadRecord& operator=(const ThreadRecord&) = delete;
  ~ThreadRecord() {
    if (joining.Get() == kJoinable) Core::Detach(handle);
  }

  StateWord<Core> state{kInitial};
  StateWord<Core> joining{kNoHandle};
  typename Core::Handle handle{};

  // Set by the thread before kRunning. 0: not known.
  std::atomic<uint64_t> ident{0};
  std::atomic<int64_t> native_id{0};

  // Guarded by the registry's mutex.
  ThreadKind kind;
  std::string name;
  bool daemon = false;

  // Of a thread to be started.
  absl::AnyInvocable<void() &&> body;
  bool named = false;  // by the program
  std::optional<int64_t> stack_size;

  LocalSlots locals;  // used by the thread alone
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_THREAD_RECORD_H_
