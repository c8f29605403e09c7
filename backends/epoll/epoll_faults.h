// The system calls of the epoll backend, with fault injection.

#ifndef SOMEOS_BACKENDS_EPOLL_EPOLL_FAULTS_H_
#define SOMEOS_BACKENDS_EPOLL_EPOLL_FAULTS_H_

#include "someos/backends/epoll/epoll_system.h"
#include "someos/testing/poller/faults/faulty_backend.h"

namespace someos {

// The kernel's calls with the faults of the FaultPlan, which names them "epoll_create1", "epoll_ctl
// ADD", "epoll_ctl MOD", "epoll_ctl DEL", "epoll_wait" and "epoll_pwait2".
const EpollSystem& FaultyEpollSystem();

// The Poller over these calls.
const FaultyBackend& FaultyEpoll();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_FAULTS_H_
