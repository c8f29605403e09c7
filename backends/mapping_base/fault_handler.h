// The handler of SIGBUS that puts zeros where a file has lost pages of a guarded mapping.

#ifndef SOMEOS_BACKENDS_MAPPING_BASE_FAULT_HANDLER_H_
#define SOMEOS_BACKENDS_MAPPING_BASE_FAULT_HANDLER_H_

#include "absl/status/status.h"

namespace someos::mapping_base {

// Installs it, once in a process; cheap to repeat. Any thread.
//
// The handler takes a fault only if the kernel reports it for an address in the GuardTable while a
// Guard of that mapping is alive. All else it passes on, as sigaction(2) had it before: to the
// handler that was there, with its mask and flags (but on the alternate stack if there is one), or
// to the default action, which takes place at the instruction that caused the fault.
absl::Status InstallFaultHandler();

}  // namespace someos::mapping_base

#endif  // SOMEOS_BACKENDS_MAPPING_BASE_FAULT_HANDLER_H_
