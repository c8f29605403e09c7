// The system call of the poll backend, with faults.

#ifndef SOMEOS_BACKENDS_POLL_POLL_FAULTS_H_
#define SOMEOS_BACKENDS_POLL_POLL_FAULTS_H_

#include "someos/backends/poll/poll_system.h"
#include "someos/testing/poller/faults/faulty_backend.h"

namespace someos {

// The kernel's, as the FaultPlan has it, by the name "poll".
const PollSystem& FaultyPollSystem();

// The Poller over it.
const FaultyBackend& FaultyPoll();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_POLL_POLL_FAULTS_H_
