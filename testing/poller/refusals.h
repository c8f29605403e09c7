// What a poller that was made before a fork says in the child.

#ifndef SOMEOS_TESTING_POLLER_REFUSALS_H_
#define SOMEOS_TESTING_POLLER_REFUSALS_H_

#include "someos/api/poller.h"

namespace someos {

// Expects every call but RebuildAfterFork to be refused because of the fork: those that are about a
// descriptor with `fd`, which is open, and Wait with every kind of timeout.
void ExpectRefusedAfterFork(Poller& poller, int fd);

}  // namespace someos

#endif  // SOMEOS_TESTING_POLLER_REFUSALS_H_
