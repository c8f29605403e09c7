// The system call of the select backend, with faults.

#ifndef SOMEOS_BACKENDS_SELECT_SELECT_FAULTS_H_
#define SOMEOS_BACKENDS_SELECT_SELECT_FAULTS_H_

#include "someos/backends/select/select_system.h"
#include "someos/testing/poller/faults/faulty_backend.h"

namespace someos {

// The kernel's, as the FaultPlan has it, by the name "select".
const SelectSystem& FaultySelectSystem();

// The Poller over it.
const FaultyBackend& FaultySelect();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_SELECT_SELECT_FAULTS_H_
