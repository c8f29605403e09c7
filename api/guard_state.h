// What the Guards of one mapping share with the handler of SIGBUS.

#ifndef SOMEOS_API_GUARD_STATE_H_
#define SOMEOS_API_GUARD_STATE_H_

#include <atomic>
#include <cstdint>

#include "someos/backends/base/single_threaded.h"

namespace someos::internal {

// A loss: pages of the file that were there are gone; the handler maps zeros in their place.
//
// The handler counts a loss as begun before it maps zeros, and as ended afterwards. So a Guard that
// enters while as many have begun as have ended and been repaired sees no zeros of an earlier loss,
// and one that finds the same number of begun losses when it leaves has seen no zeros at all.
//
// The Guards that are alive and the losses that have begun are in one word, so that entering and
// leaving are one atomic operation each, which counts and compares at once. While the program has
// a single thread they are plain additions, at a fifth of the cost. The handler cannot come between
// their load and store, which touch no mapping.
class GuardState {
 public:
  // Counts a Guard. Returns how many losses had begun.
  uint32_t Enter() { return Begun(Add(1)); }

  // Takes back a Guard. Returns how many losses have begun. What was read before and came from a
  // loss is in this number: the loss was counted before.
  uint32_t Leave() { return Begun(Add(uint64_t{0} - 1)); }

  bool held() const { return static_cast<uint32_t>(word_.load(std::memory_order_acquire)) != 0; }

  uint32_t begun() const { return Begun(word_.load(std::memory_order_acquire)); }

  // Whether all losses are over and repaired, `begun` being the number that Enter has returned.
  bool Whole(uint32_t begun) const {
    return Ended(begun) && repaired_.load(std::memory_order_acquire) == begun;
  }
  // Whether no handler is between its two calls.
  bool Ended(uint32_t begun) const { return ended_.load(std::memory_order_acquire) == begun; }

  // The file has been mapped again after `losses`, which had all ended.
  void Repaired(uint32_t losses) { repaired_.store(losses, std::memory_order_release); }

  // For the handler, before and after it maps zeros.
  void LossBegins() { word_.fetch_add(kOneLoss); }
  void LossEnds() { ended_.fetch_add(1); }

  // Makes it that of a new mapping.
  void Reset() {
    word_.store(0, std::memory_order_relaxed);
    ended_.store(0, std::memory_order_relaxed);
    repaired_.store(0, std::memory_order_relaxed);
  }

 private:
  static constexpr uint64_t kOneLoss = uint64_t{1} << 32;
  static constexpr uint32_t Begun(uint64_t word) { return static_cast<uint32_t>(word >> 32); }

  // Returns what was there before.
  uint64_t Add(uint64_t change) {
    if (!base::SingleThreaded()) return word_.fetch_add(change, std::memory_order_acq_rel);
    // The accesses within the Guard, at which the handler runs, stay on their side.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    const uint64_t before = word_.load(std::memory_order_relaxed);
    word_.store(before + change, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    return before;
  }

  static_assert(std::atomic<uint64_t>::is_always_lock_free, "signal handlers use it");

  std::atomic<uint64_t> word_{0};  // upper half: losses that have begun; lower half: Guards
  std::atomic<uint32_t> ended_{0};
  std::atomic<uint32_t> repaired_{0};
};

}  // namespace someos::internal

#endif  // SOMEOS_API_GUARD_STATE_H_
