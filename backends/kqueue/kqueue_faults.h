// The kernel queue of the kqueue backend, with fault injection.

#ifndef SOMEOS_BACKENDS_KQUEUE_KQUEUE_FAULTS_H_
#define SOMEOS_BACKENDS_KQUEUE_KQUEUE_FAULTS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "someos/backends/kqueue/kernel_queue.h"
#include "someos/testing/poller/faults/faulty_backend.h"

namespace someos {

// Creates a queue of the running system with the faults of the FaultPlan. The plan names the
// creation "kqueue", the changes of a kevent() (only the first one, if there is room for events)
// "kevent ADD", "kevent DELETE" or "kevent ENABLE", and the wait after them "kevent".
absl::StatusOr<std::unique_ptr<KernelQueue>> NewFaultyQueue();

// The Poller over such queues.
const FaultyBackend& FaultyKqueue();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_KQUEUE_KQUEUE_FAULTS_H_
