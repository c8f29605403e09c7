// The system call of the poll backend, with fault injection.

#ifndef SOMEOS_BACKENDS_POLL_POLL_FAULTS_H_
#define SOMEOS_BACKENDS_POLL_POLL_FAULTS_H_

#include "someos/backends/poll/poll_system.h"
#include "someos/testing/poller/faults/faulty_backend.h"

namespace someos {

// The kernel's call with the faults of the FaultPlan, which names it "poll".
const PollSystem& FaultyPollSystem();

// The Poller over this call.
const FaultyBackend& FaultyPoll();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_POLL_POLL_FAULTS_H_
