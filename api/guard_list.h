// Which Guards are alive: a list for each thread, which the handler of SIGBUS and Resize read.

#ifndef SOMEOS_API_GUARD_LIST_H_
#define SOMEOS_API_GUARD_LIST_H_

#include <array>
#include <atomic>

#include "absl/base/optimization.h"

namespace someos::internal {

class GuardState;

// The Guards that a thread has entered and that have not ended. That thread alone fills entries, so
// that this takes a load and a store and no atomic read-modify-write, and no two threads write to
// the same cache line. Whoever ends a Guard, in any thread, empties its entry.
//
// Who looks for a Guard sees it if it was entered before in the same thread, or in one that has
// passed the mapping's bytes on: their order is that of the program's own synchronization.
//
// A signal handler that enters a Guard and ends it before it returns may do so at any moment, apart
// from the first Guard of a thread.
class alignas(64) GuardList {
 public:
  using Entry = std::atomic<const GuardState*>;

  // Fills an entry of this thread's list. Null: it is full, or the thread is about to end.
  static Entry* Add(const GuardState& state) {
    GuardList* const list = own_;
    if (ABSL_PREDICT_FALSE(list == nullptr || !IsFree(list->entries_.front()))) {
      return AddNext(state);
    }
    Entry& entry = list->entries_.front();
    entry.store(&state, std::memory_order_relaxed);
    return &entry;
  }

  // Whether any thread has an entry of `state`. Async-signal-safe.
  static bool Contains(const GuardState& state);

  // Empties the entries of `state`, whose mapping ends: in a child, those of the parent's other
  // threads.
  static void Remove(const GuardState& state);

 private:
  struct AtThreadEnd;

  static bool IsFree(const Entry& entry) {
    return entry.load(std::memory_order_relaxed) == nullptr;
  }
  // The same where the first entry is not free, or there is no list yet.
  static Entry* AddNext(const GuardState& state);
  // This thread's list; null if the thread is about to end.
  static GuardList* Own();
  static GuardList& Claim();

  // They are in one list that only grows, so that it is whole at any moment, in a handler and in a
  // child that is forked. The list of a thread that has ended is used again.
  static std::atomic<GuardList*> first_;
  static inline thread_local GuardList* own_ = nullptr;

  std::array<Entry, 6> entries_ = {};
  GuardList* next_ = nullptr;
  std::atomic<bool> used_{true};
};

}  // namespace someos::internal

#endif  // SOMEOS_API_GUARD_LIST_H_
