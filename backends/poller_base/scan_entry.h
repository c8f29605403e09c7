// The state that a ScanningPoller keeps for each descriptor.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_SCAN_ENTRY_H_
#define SOMEOS_BACKENDS_POLLER_BASE_SCAN_ENTRY_H_

#include <cstdint>

#include "someos/api/interest.h"

namespace someos::poller_base {

struct ScanEntry {
  enum class State : uint8_t {
    kUnregistered,
    kArmed,
    kFired,  // a one-shot that has been reported
    kDead,   // reported as kInvalid
  };

  // How often the kernel reports a condition of the file; see TellsOnce. Asked when it first
  // matters.
  enum class Telling : uint8_t { kUnknown, kOnce, kAlways };

  uint64_t data = 0;
  Interest interest = Interest::kNone;
  Trigger trigger = Trigger::kLevel;
  State state = State::kUnregistered;
  Telling telling = Telling::kUnknown;
  // Where the watch set has the descriptor, if the mechanism needs to know; its only user. Here
  // because it would take four bytes more anywhere else.
  int place = 0;

  // Replaces all but the place: what the watch set contains does not change with this.
  void Replace(ScanEntry next) {
    next.place = place;
    *this = next;
  }

  bool registered() const { return state != State::kUnregistered; }
  // Whether events of it are reported: it is neither paused nor inactive.
  bool reportable() const { return state == State::kArmed && interest != Interest::kNone; }
};

static_assert(sizeof(ScanEntry) == 16);

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_SCAN_ENTRY_H_
