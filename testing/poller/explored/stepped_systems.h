// The system calls of pollers that are explored: each is a scheduling point, and a wait leaves the
// waiting to the scheduler.

#ifndef SOMEOS_TESTING_POLLER_EXPLORED_STEPPED_SYSTEMS_H_
#define SOMEOS_TESTING_POLLER_EXPLORED_STEPPED_SYSTEMS_H_

#include "someos/backends/epoll/epoll_system.h"
#include "someos/backends/poll/poll_system.h"
#include "someos/backends/select/select_system.h"

namespace someos {

// The kernel's own, but never called to block: a wait looks with a timeout of zero and, if it finds
// nothing, lets the other threads of the schedule go on until there is something to find, or its
// timeout passes on the schedule's clock. For threads of a schedule alone.
const EpollSystem& SteppedEpollSystem();
const PollSystem& SteppedPollSystem();
const SelectSystem& SteppedSelectSystem();

}  // namespace someos

#endif  // SOMEOS_TESTING_POLLER_EXPLORED_STEPPED_SYSTEMS_H_
