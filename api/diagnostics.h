// A Poller's registrations and counters, for logs, tests and monitoring.

#ifndef SOMEOS_API_DIAGNOSTICS_H_
#define SOMEOS_API_DIAGNOSTICS_H_

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "someos/api/interest.h"

namespace someos {

// A registration as the poller stores it.
struct Registration {
  int fd = -1;
  Interest interest = Interest::kNone;
  Trigger trigger = Trigger::kLevel;
  uint64_t data = 0;

  // "{fd 5: readable|writable, one-shot, data 7}"
  template <typename Sink>
  friend void AbslStringify(Sink& sink, const Registration& registration) {
    sink.Append(absl::StrCat("{fd ", registration.fd, ": ", registration.interest, ", ",
                             registration.trigger, ", data ", registration.data, "}"));
  }
};

// Event counts since the poller was made. They never decrease, and are exact while no Wait is
// running.
struct Counters {
  uint64_t waits = 0;        // calls of Wait that succeeded
  uint64_t events = 0;       // returned by those calls
  uint64_t wakes = 0;        // calls of Wait that found a Wake
  uint64_t spurious = 0;     // times the kernel returned early with nothing for the caller
  uint64_t interrupted = 0;  // times a signal handler interrupted the kernel (EINTR)

  // "waits 5, events 7, wakes 1, spurious 0, interrupted 2"
  template <typename Sink>
  friend void AbslStringify(Sink& sink, const Counters& counters) {
    sink.Append(absl::StrCat("waits ", counters.waits, ", events ", counters.events, ", wakes ",
                             counters.wakes, ", spurious ", counters.spurious, ", interrupted ",
                             counters.interrupted));
  }
};

}  // namespace someos

#endif  // SOMEOS_API_DIAGNOSTICS_H_
