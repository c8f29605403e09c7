// The state that EpollPoller keeps for each descriptor.

#ifndef SOMEOS_BACKENDS_EPOLL_EPOLL_ENTRY_H_
#define SOMEOS_BACKENDS_EPOLL_EPOLL_ENTRY_H_

#include <atomic>
#include <cstdint>

#include "someos/api/interest.h"

namespace someos {

// The state of a descriptor; it is packed into one word of its EpollEntry.
struct EpollState {
  // Counts the registrations that this number has had. The kernel returns it with each event, so
  // that a stale event of an earlier registration is recognised.
  uint32_t generation = 0;
  Interest interest = Interest::kNone;
  Trigger trigger = Trigger::kLevel;
  bool registered = false;
  bool fired = false;         // a one-shot that has been reported
  bool always_ready = false;  // a file that epoll refuses because it never blocks
  bool gone = false;          // was closed without Unregister, which has been detected

  // The packed form: the generation, then interest and trigger, then these bits.
  static constexpr uint64_t kRegistered = uint64_t{1} << 48;
  static constexpr uint64_t kFired = uint64_t{1} << 49;
  static constexpr uint64_t kAlwaysReady = uint64_t{1} << 50;
  static constexpr uint64_t kGone = uint64_t{1} << 51;
  // The rest counts the changes, so that no two successive ones have the same packed form: the
  // waiting thread, which marks a one-shot as fired, must not mark one that was re-armed meanwhile.
  static constexpr uint64_t kOneChange = uint64_t{1} << 52;
  static constexpr uint64_t kChanges = ~(kOneChange - 1);

  static uint64_t PackInterest(Interest interest, Trigger trigger) {
    return static_cast<uint64_t>(interest) << 32 | static_cast<uint64_t>(trigger) << 40;
  }
  static EpollState Unpack(uint64_t packed) {
    EpollState state;
    state.generation = static_cast<uint32_t>(packed);
    state.interest = static_cast<Interest>(packed >> 32 & 0xff);
    state.trigger = static_cast<Trigger>(packed >> 40 & 0xff);
    state.registered = packed & kRegistered;
    state.fired = packed & kFired;
    state.always_ready = packed & kAlwaysReady;
    state.gone = packed & kGone;
    return state;
  }
  uint64_t Pack() const {
    return PackInterest(interest, trigger) | generation | (registered ? kRegistered : 0) |
           (fired ? kFired : 0) | (always_ready ? kAlwaysReady : 0) | (gone ? kGone : 0);
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

  // The value of epoll_event.data for this registration of `fd`, or for a packed state.
  uint64_t Tag(int fd) const { return Tag(fd, generation); }
  static uint64_t Tag(int fd, uint64_t packed) { return packed << 32 | static_cast<uint32_t>(fd); }
};

// One slot of the table. It is written under the lock of the registrations, and read by the waiting
// thread without the lock. The waiting thread writes one thing itself: that a one-shot has fired.
//
// An entry is written before the kernel can report events with its tag. So if the waiting thread
// has an event with that tag, it reads the data of that registration, or later data.
struct EpollEntry {
  // Not the tag of any registration: no descriptor has this number.
  static constexpr uint64_t kNoTag = UINT64_MAX;

  std::atomic<uint64_t> plain_tag{kNoTag};  // the tag if the state is plain()
  std::atomic<uint64_t> data{0};
  std::atomic<uint64_t> state{0};

  EpollState Load() const { return EpollState::Unpack(state.load(std::memory_order_relaxed)); }

  // Replaces the whole entry so that a reader never mistakes the data of one registration for that
  // of another.
  void Store(int fd, const EpollState& new_state, uint64_t new_data) {
    StorePacked(fd, new_state.Pack(), new_state.plain(), new_data);
  }
  // The same for a packed state; the caller passes whether it is plain().
  void StorePacked(int fd, uint64_t new_state, bool plain, uint64_t new_data) {
    // Tag and state are invalid while the data changes: a reader that combines the new data with
    // the old tag or state detects the change when it reads that tag or state again.
    const uint64_t changes =
        (state.load(std::memory_order_relaxed) + EpollState::kOneChange) & EpollState::kChanges;
    plain_tag.store(kNoTag, std::memory_order_relaxed);
    state.store(0, std::memory_order_relaxed);
    data.store(new_data, std::memory_order_release);
    state.store(new_state | changes, std::memory_order_release);
    if (plain) plain_tag.store(EpollState::Tag(fd, new_state), std::memory_order_release);
  }
  // Keeps the generation, so that stale events of the old registration are still recognised.
  void Forget() {
    plain_tag.store(kNoTag, std::memory_order_relaxed);
    const uint32_t generation = static_cast<uint32_t>(state.load(std::memory_order_relaxed));
    state.store(generation, std::memory_order_release);
  }
};

}  // namespace someos

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_ENTRY_H_
