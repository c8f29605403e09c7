// What all parts of a soak work on.

#ifndef SOMEOS_TESTING_POLLER_SOAK_SHARED_H_
#define SOMEOS_TESTING_POLLER_SOAK_SHARED_H_

#include <cerrno>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "someos/api/poller.h"
#include "someos/testing/poller/soak/ledger.h"
#include "someos/testing/poller/soak/wait_progress.h"

namespace someos::soak {

struct Shared {
  Poller* poller;
  Ledger ledger;
  WaitProgress progress;

  // Held for reading around every use of the poller but Wait, and around opening and closing; for
  // writing around fork(), before which the poller's contract wants all calls but Wait to end.
  absl::Mutex gate;

  // Held for writing by who wants to be the only one to call Wake, for reading by the others.
  absl::Mutex wakers;

  // Whether a child may use the poller.
  bool children_rebuild;
  // Whether descriptors may be closed without Unregister.
  bool closes_behind;

  // How long something may take that must come, before it counts as lost.
  absl::Duration patience;
};

// Errors by which the system refuses now what it may grant later. They are counted, and what was
// refused is left out or tried again.
constexpr bool IsRefusal(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM ||
         error == ENOSPC || error == EADDRNOTAVAIL || error == ECONNABORTED;
}

}  // namespace someos::soak

#endif  // SOMEOS_TESTING_POLLER_SOAK_SHARED_H_
