// What a backend of threads provides: its Core. The objects of threading (Lock, Condition, Thread
// and the others) are templates over a Core and stand once, in this directory, so that the backends
// are distinct types, each without a virtual call:
//
//   namespace someos::thread_pthread {
//   using Lock = thread_base::Lock<Core>;
//   }
//
// A Core is a struct of types and static functions. Everything that blocks is made of one thing, a
// word on which threads wait while it has a value, as futex(2) does it:
//
//   struct Core {
//     // 32 bits that threads wait on: load, store, exchange, compare_exchange_strong, fetch_add
//     // and so on, as std::atomic<uint32_t> has them.
//     using Word = std::atomic<uint32_t>;
//
//     // A point in time on the Core's clock, with the functions of base::Deadline: a constructor
//     // from absl::Duration, NotStarted, Start, infinite, immediate, Passed, clock_error.
//     using Deadline = base::Deadline;
//
//     // Called by each operation of the objects before its effect, which then happens as a
//     // whole. A backend that steps lets another thread run here.
//     static void Point(const Operation& operation);
//
//     // Waits while the word is `expected`, until Wake is called for it or the deadline passes.
//     // `operation` is what the thread wants, for reports. Like a futex, it may return kWoken
//     // without a reason; callers look again. Neither a signal nor a stop of the process ends
//     // or lengthens it.
//     static WaitEnd Wait(Word& word, uint32_t expected, Deadline& deadline,
//                         const Operation& operation);
//     // Wakes up to `count` threads that wait on the word. The word may be destroyed by then.
//     static void Wake(Word& word, int count);
//
//     // How often to look for a lock to become free before waiting for it: 0 if no other thread
//     // runs meanwhile.
//     static constexpr int kSpins = 100;
//
//     // Called behind the effect of an operation that lets others go on, such as Set or Start,
//     // when it is complete; Released stands for it as well. A backend that steps lets another
//     // thread run here, before what the caller does next.
//     static void After();
//
//     // The thread owns the object from now on, or does not any more: for reports.
//     static void Acquired(const Operation& operation);
//     static void Released(const void* object);
//
//     // A thread that Start has made, to be given to Join or to Detach, once. Copyable.
//     using Handle = pthread_t;
//     // Runs `body` in a thread of its own; if kInline, here, before Start returns. If it cannot,
//     // kResourceExhausted "can't start new thread", and `body` is destroyed without being called.
//     static absl::StatusOr<Handle> Start(absl::AnyInvocable<void() &&> body,
//                                         const StartOptions& options);
//     static constexpr bool kInline = false;
//     // Returns when the thread is gone, with its thread_local objects. May be called while the
//     // thread runs only if kJoinBlocks; otherwise the objects first wait, by Wait, for a word
//     // that the thread sets at its end. They do so in the destructor of a thread_local object
//     // that `body` makes first: for the Core, the thread must end after that.
//     static constexpr bool kJoinBlocks = true;
//     static void Join(Handle handle);
//     static void Detach(Handle handle);
//
//     // Of the calling thread: a number that no other living thread has, never 0; and the system's
//     // number for it.
//     static uint64_t Ident();
//     static int64_t NativeId();
//     // Whether it is the thread that runs main(), or the one that has forked this process.
//     static bool IsMain();
//     // Tells the calling thread's name, which the system's tools, or reports, are to show.
//     // `given`: by the program.
//     static void SetName(std::string name, bool given);
//
//     // An exception has left the body of the calling thread. The except hook is called as well.
//     static void BodyFailed(const std::string& what);
//
//     // Whether threads can have stacks of this size, 0 being the system's default:
//     // kInvalidArgument "size not valid: 1 bytes".
//     static absl::Status CheckStackSize(size_t size);
//   };
//
// All functions are thread-safe.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_CORE_H_
#define SOMEOS_BACKENDS_THREAD_BASE_CORE_H_

#include <cstddef>

namespace someos::thread_base {

// An operation on an object of threading, as reports name it: "Lock.Acquire".
struct Operation {
  const char* name;    // lives for ever
  const void* object;  // nullptr if there is none
};

// Why a wait has ended.
enum class WaitEnd {
  kWoken,     // by Wake, or for no reason
  kTimedOut,  // the deadline has passed
  kForever,   // it has not begun: no other thread is left that could end it (thread_dummy)
};

struct StartOptions {
  size_t stack_size = 0;  // in bytes, rounded up to what the system takes; 0: the system's default
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_CORE_H_
