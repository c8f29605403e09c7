// The state that EpollPoller keeps for each descriptor.

#ifndef SOMEOS_BACKENDS_EPOLL_EPOLL_ENTRY_H_
#define SOMEOS_BACKENDS_EPOLL_EPOLL_ENTRY_H_

#include <atomic>
#include <cstdint>

#include "someos/api/interest.h"
#include "someos/backends/base/mutex.h"

namespace someos {

// The state of a descriptor; all but the generation is packed into one word of its EpollEntry.
struct EpollState {
  // Counts the registrations that this number has had, in steps of kOneGeneration. The kernel
  // returns it with each event, so that a stale event of an earlier registration is recognised.
  uint32_t generation = 0;
  Interest interest = Interest::kNone;
  Trigger trigger = Trigger::kLevel;
  bool registered = false;
  bool fired = false;         // a one-shot that has been reported
  bool always_ready = false;  // a file that epoll refuses because it never blocks
  bool gone = false;          // was closed without Unregister, which has been detected

  static constexpr uint32_t kOneGeneration = 2;  // see EpollEntry::plain_generation

  // The packed form: interest and trigger, then these bits.
  static constexpr uint32_t kRegistered = 1u << 12;
  static constexpr uint32_t kFired = 1u << 13;
  static constexpr uint32_t kAlwaysReady = 1u << 14;
  static constexpr uint32_t kGone = 1u << 15;
  // The rest counts the changes, so that no two successive ones have the same packed form: the
  // waiting thread, which marks a one-shot as fired, must not mark one that was re-armed meanwhile.
  static constexpr uint32_t kOneChange = 1u << 16;
  static constexpr uint32_t kChanges = ~(kOneChange - 1);

  static uint32_t PackInterest(Interest interest, Trigger trigger) {
    return static_cast<uint32_t>(interest) | static_cast<uint32_t>(trigger) << 8;
  }
  static EpollState Unpack(uint32_t generation, uint32_t packed) {
    EpollState state;
    state.generation = generation;
    state.interest = static_cast<Interest>(packed & 0xff);
    state.trigger = static_cast<Trigger>(packed >> 8 & 0xf);
    state.registered = packed & kRegistered;
    state.fired = packed & kFired;
    state.always_ready = packed & kAlwaysReady;
    state.gone = packed & kGone;
    return state;
  }
  uint32_t Pack() const {
    return PackInterest(interest, trigger) | (registered ? kRegistered : 0) | (fired ? kFired : 0) |
           (always_ready ? kAlwaysReady : 0) | (gone ? kGone : 0);
  }

  bool reportable() const { return !fired && interest != Interest::kNone; }
  // Whether an event of this registration can be reported unchanged, by the fast path. IsPlain: the
  // same for a new registration with this interest and trigger.
  bool plain() const {
    return registered && !fired && !always_ready && !gone && IsPlain(interest, trigger);
  }
  static bool IsPlain(Interest interest, Trigger trigger) {
    return interest != Interest::kNone && trigger != Trigger::kOneShot;
  }

  // The value of epoll_event.data for this registration of `fd`, or for a generation.
  uint64_t Tag(int fd) const { return Tag(fd, generation); }
  static uint64_t Tag(int fd, uint64_t generation) {
    return generation << 32 | static_cast<uint32_t>(fd);
  }
};

// One slot of the table. It is written under the lock of the registrations, and read by the waiting
// thread without the lock. The waiting thread writes one thing itself: that a one-shot has fired.
//
// An entry is written before the kernel can report events with its tag. So if the waiting thread
// has an event with that tag, it reads the data of that registration, or later data.
struct EpollEntry {
  static constexpr uint32_t kNotPlain = 1;

  std::atomic<uint64_t> data{0};
  // The generation, with kNotPlain unless the state is plain(). No tag contains an odd generation.
  std::atomic<uint32_t> plain_generation{kNotPlain};
  std::atomic<uint32_t> state{0};

  uint32_t generation() const {
    return plain_generation.load(std::memory_order_acquire) & ~kNotPlain;
  }
  EpollState Load() const {
    return EpollState::Unpack(generation(), state.load(std::memory_order_relaxed));
  }

  // Replaces the whole entry so that a reader never mistakes the data of one registration for that
  // of another.
  void Store(const EpollState& new_state, uint64_t new_data) {
    StorePacked(new_state.generation, new_state.Pack(), new_state.plain(), new_data);
  }
  // The same for a packed state; the caller passes whether it is plain().
  void StorePacked(uint32_t new_generation, uint32_t new_state, bool plain, uint64_t new_data) {
    // Generation and state are invalid while the data changes: a reader that combines the new data
    // with the old generation or state detects the change when it reads that one again.
    const uint32_t changes = NextChange();
    plain_generation.store(new_generation | kNotPlain, std::memory_order_relaxed);
    state.store(0, std::memory_order_relaxed);
    base::SchedulingPoint("EpollEntry.Store", this);
    data.store(new_data, std::memory_order_release);
    base::SchedulingPoint("EpollEntry.Store", this);
    state.store(new_state | changes, std::memory_order_release);
    if (plain) plain_generation.store(new_generation, std::memory_order_release);
  }
  // Keeps the generation, so that stale events of the old registration are still recognised.
  void Forget() {
    plain_generation.store(generation() | kNotPlain, std::memory_order_relaxed);
    state.store(NextChange(), std::memory_order_release);
  }

 private:
  uint32_t NextChange() const {
    return (state.load(std::memory_order_relaxed) + EpollState::kOneChange) & EpollState::kChanges;
  }
};

static_assert(sizeof(EpollEntry) == 16);

}  // namespace someos

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_ENTRY_H_
