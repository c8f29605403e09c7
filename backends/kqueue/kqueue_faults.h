// The kernel queue of the kqueue backend, with faults.

#ifndef SOMEOS_BACKENDS_KQUEUE_KQUEUE_FAULTS_H_
#define SOMEOS_BACKENDS_KQUEUE_KQUEUE_FAULTS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "someos/backends/kqueue/kernel_queue.h"
#include "someos/testing/poller/faults/faulty_backend.h"

namespace someos {

// A new queue of the running system that does as the FaultPlan has it. It names the making
// "kqueue", the changes of a kevent() (the first of them, if there is room for events) "kevent
// ADD", "kevent DELETE" or "kevent ENABLE", and the wait that comes after them "kevent".
absl::StatusOr<std::unique_ptr<KernelQueue>> NewFaultyQueue();

// The Poller over such queues.
const FaultyBackend& FaultyKqueue();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_KQUEUE_KQUEUE_FAULTS_H_
