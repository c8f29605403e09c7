// The system call of the select backend, with fault injection.

#ifndef SOMEOS_BACKENDS_SELECT_SELECT_FAULTS_H_
#define SOMEOS_BACKENDS_SELECT_SELECT_FAULTS_H_

#include "someos/backends/select/select_system.h"
#include "someos/testing/poller/faults/faulty_backend.h"

namespace someos {

// The kernel's call with the faults of the FaultPlan, which names it "select".
const SelectSystem& FaultySelectSystem();

// The Poller over this call.
const FaultyBackend& FaultySelect();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_SELECT_SELECT_FAULTS_H_
