// Which addresses belong to guarded mappings: a table that a signal handler can read at any time.

#ifndef SOMEOS_BACKENDS_MAPPING_BASE_GUARD_TABLE_H_
#define SOMEOS_BACKENDS_MAPPING_BASE_GUARD_TABLE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "someos/api/guard_state.h"

namespace someos::mapping_base {

// The entry of one mapping. Entries are never freed, but used again: a handler may be reading one
// while its mapping ends.
class alignas(64) GuardEntry {
 public:
  // Pages that are mapped with this protection, from the first byte to before the last.
  struct Range {
    uintptr_t begin = 0;
    uintptr_t end = 0;
    int protection = 0;

    bool Contains(uintptr_t address) const { return begin <= address && address < end; }
  };

  internal::GuardState& state() { return state_; }

  // Sets the range, which is empty while there is no mapping. One thread at a time.
  void SetRange(const Range& range);

  // The range, also in a signal handler. Empty if it is being set: then no Guard is alive.
  Range range() const;

  // Where zeros begin, which reach to the end of the range; SIZE_MAX if there are none.
  uintptr_t zeros() const { return zeros_.load(std::memory_order_acquire); }
  // They begin at `address`, or before.
  void AddZeros(uintptr_t address);
  // Returns where they began, and that there are none any more.
  uintptr_t TakeZeros() { return zeros_.exchange(SIZE_MAX); }

  // Counts faults in zeros since the last TakeZeros.
  uint32_t CountRepeatedFault() { return repeated_faults_.fetch_add(1) + 1; }
  void ClearRepeatedFaults() { repeated_faults_.store(0); }

 private:
  friend class GuardTable;

  internal::GuardState state_;
  // A sequence lock: odd while the three that follow are being written.
  std::atomic<uint32_t> version_{0};
  std::atomic<uintptr_t> begin_{0};
  std::atomic<uintptr_t> end_{0};
  std::atomic<int> protection_{0};

  std::atomic<uintptr_t> zeros_{SIZE_MAX};
  std::atomic<uint32_t> repeated_faults_{0};
  std::atomic<bool> used_{false};
};

// The table of a process. It has no lock, so that it is whole in a child that is forked at any
// moment, and in a handler. It grows, and never shrinks.
class GuardTable {
 public:
  // An entry for a new mapping, with an empty range.
  static GuardEntry& Claim();
  // Gives it back when the mapping has ended.
  static void Release(GuardEntry& entry);
  // The entry whose range contains `address`, or null. Async-signal-safe.
  static GuardEntry* Find(uintptr_t address);
};

}  // namespace someos::mapping_base

#endif  // SOMEOS_BACKENDS_MAPPING_BASE_GUARD_TABLE_H_
