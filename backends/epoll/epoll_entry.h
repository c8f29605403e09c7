// What EpollPoller keeps of each descriptor.

#ifndef SOMEOS_BACKENDS_EPOLL_EPOLL_ENTRY_H_
#define SOMEOS_BACKENDS_EPOLL_EPOLL_ENTRY_H_

#include <atomic>
#include <cstdint>

#include "someos/api/interest.h"

namespace someos {

// What the poller knows about a descriptor, packed into one word of its EpollEntry.
struct EpollState {
  // Counts the registrations that this number has had. It travels through the kernel with each
  // event, so that an event of an earlier registration is recognised.
  uint32_t generation = 0;
  Interest interest = Interest::kNone;
  Trigger trigger = Trigger::kLevel;
  bool registered = false;
  bool fired = false;         // a one-shot that has been reported
  bool always_ready = false;  // a file that epoll refuses because it never blocks
  bool gone = false;          // closed without Unregister, and found out

  // Packed: the generation, then interest and trigger, then these.
  static constexpr uint64_t kRegistered = uint64_t{1} << 48;
  static constexpr uint64_t kFired = uint64_t{1} << 49;
  static constexpr uint64_t kAlwaysReady = uint64_t{1} << 50;
  static constexpr uint64_t kGone = uint64_t{1} << 51;

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
  // Whether an event of this registration is reported as it comes, without a second thought; and
  // whether that of a new one with this interest and trigger is.
  bool plain() const {
    return registered && !fired && !always_ready && !gone && IsPlain(interest, trigger);
  }
  static bool IsPlain(Interest interest, Trigger trigger) {
    return interest != Interest::kNone && trigger != Trigger::kOneShot;
  }

  // What epoll_event.data holds for this registration of `fd`; and for that of a packed state.
  uint64_t Tag(int fd) const { return Tag(fd, generation); }
  static uint64_t Tag(int fd, uint64_t packed) { return packed << 32 | static_cast<uint32_t>(fd); }
};

// One slot of the table. Written under the lock of the registrations, read by the waiting thread
// without it; the waiter writes one thing itself, that a one-shot has fired.
//
// An entry is written before the kernel can report under its tag, so a waiter that has an event
// with that tag reads the data that belong to it, or later ones.
struct EpollEntry {
  // No registration's tag: no descriptor has this number.
  static constexpr uint64_t kNoTag = UINT64_MAX;

  std::atomic<uint64_t> plain_tag{kNoTag};  // the tag if the state is plain()
  std::atomic<uint64_t> data{0};
  std::atomic<uint64_t> state{0};

  EpollState Load() const { return EpollState::Unpack(state.load(std::memory_order_relaxed)); }

  // Replaces all, so that a reader never takes the data of one registration for another's.
  void Store(int fd, const EpollState& new_state, uint64_t new_data) {
    StorePacked(fd, new_state.Pack(), new_state.plain(), new_data);
  }
  // The same of a packed state, of which the caller says whether it is plain().
  void StorePacked(int fd, uint64_t new_state, bool plain, uint64_t new_data) {
    // Invalid while the data change: a reader that meets the new data under the old tag or state
    // sees, when it looks at that once more, that it has changed.
    plain_tag.store(kNoTag, std::memory_order_relaxed);
    state.store(0, std::memory_order_relaxed);
    data.store(new_data, std::memory_order_release);
    state.store(new_state, std::memory_order_release);
    if (plain) plain_tag.store(EpollState::Tag(fd, new_state), std::memory_order_release);
  }
  // Keeps the generation, so that events of what was here remain recognisable.
  void Forget() {
    plain_tag.store(kNoTag, std::memory_order_relaxed);
    const uint32_t generation = static_cast<uint32_t>(state.load(std::memory_order_relaxed));
    state.store(generation, std::memory_order_release);
  }
};

}  // namespace someos

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_ENTRY_H_
