// The system calls of KnownFiles, with fault injection.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_KNOWN_FILES_FAULTS_H_
#define SOMEOS_BACKENDS_POLLER_BASE_KNOWN_FILES_FAULTS_H_

#include <vector>

#include "someos/backends/poller_base/known_files_system.h"
#include "someos/testing/faults/fault.h"

namespace someos::poller_base {

// The kernel's calls with the faults of the FaultPlan, which names them "epoll_create1", "epoll_ctl
// ADD", "epoll_ctl DEL" and "kcmp".
const KnownFilesSystem& FaultyKnownFilesSystem();

// The faults for which KnownFiles has a fallback. None on systems without epoll.
std::vector<Fault> KnownFilesFaults();

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_KNOWN_FILES_FAULTS_H_
