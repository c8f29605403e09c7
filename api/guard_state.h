// What the Guards of one mapping share with the handler of SIGBUS.

#ifndef SOMEOS_API_GUARD_STATE_H_
#define SOMEOS_API_GUARD_STATE_H_

#include <atomic>
#include <cstdint>

#include "absl/base/optimization.h"
#include "someos/api/guard_list.h"
#include "someos/backends/base/single_threaded.h"

namespace someos::internal {

// A loss: pages of the file that were there are gone; the handler maps zeros in their place.
//
// The handler counts a loss as begun before it maps zeros, and as ended afterwards. So a Guard that
// enters while as many have begun as have ended and been repaired sees no zeros of an earlier loss,
// and one that finds the same number of begun losses when it leaves has seen no zeros at all.
//
// For that, Enter reads the number before all accesses within the Guard, and Leave after them. That
// is free where they are reads, as processors can keep reads in order; only after writes, which may
// still be on their way, Leave needs the one atomic read-modify-write.
class GuardState {
 public:
  // A Guard that is alive.
  struct Entered {
    GuardList::Entry* entry;  // null: counted in crowd_
    uint32_t losses;          // that had begun
  };

  Entered Enter() {
    GuardList::Entry* const entry = GuardList::Add(*this);
    if (ABSL_PREDICT_FALSE(entry == nullptr)) crowd_.fetch_add(1);
    // The accesses within the Guard, at which the handler runs, stay behind.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    return {entry, begun()};
  }

  // Returns how many losses have begun. What was read before and came from a loss is in this
  // number, and so is what was written, if `may_have_written` says that something was.
  uint32_t Leave(const Entered& entered, bool may_have_written) {
    if (ABSL_PREDICT_FALSE(entered.entry == nullptr)) {
      crowd_.fetch_sub(1);
      return begun_.load();
    }
    if (may_have_written && !base::SingleThreaded()) {
      entered.entry->exchange(nullptr);
      return begun_.load();
    }
    KeepReadsInOrder();
    const uint32_t losses = begun();
    entered.entry->store(nullptr, std::memory_order_release);
    return losses;
  }

  // Whether a Guard is alive. Async-signal-safe.
  bool held() const { return crowd_.load() != 0 || GuardList::Contains(*this); }

  uint32_t begun() const { return begun_.load(std::memory_order_acquire); }

  // Whether all losses are over and repaired, `begun` being the number that Enter has returned.
  bool Whole(uint32_t begun) const {
    return Ended(begun) && repaired_.load(std::memory_order_acquire) == begun;
  }
  // Whether no handler is between its two calls.
  bool Ended(uint32_t begun) const { return ended_.load(std::memory_order_acquire) == begun; }

  // The file has been mapped again after `losses`, which had all ended.
  void Repaired(uint32_t losses) { repaired_.store(losses, std::memory_order_release); }

  // For the handler, before and after it maps zeros.
  void LossBegins() { begun_.fetch_add(1); }
  void LossEnds() { ended_.fetch_add(1); }

  // Makes it that of a new mapping.
  void Reset() {
    GuardList::Remove(*this);
    for (std::atomic<uint32_t>* number : {&begun_, &ended_, &repaired_, &crowd_}) {
      number->store(0, std::memory_order_relaxed);
    }
  }

 private:
  // Reads before stay before reads that follow.
  static void KeepReadsInOrder() {
#if defined(__x86_64__) || defined(__i386__)
    // The processor does it. (No thread fence, which ThreadSanitizer does not know.)
    std::atomic_signal_fence(std::memory_order_seq_cst);
#else
    std::atomic_thread_fence(std::memory_order_acquire);
#endif
  }

  static_assert(std::atomic<uint32_t>::is_always_lock_free, "signal handlers use it");

  std::atomic<uint32_t> begun_{0};
  std::atomic<uint32_t> ended_{0};
  std::atomic<uint32_t> repaired_{0};
  // Guards that found no entry in their thread's list.
  std::atomic<uint32_t> crowd_{0};
};

}  // namespace someos::internal

#endif  // SOMEOS_API_GUARD_STATE_H_
