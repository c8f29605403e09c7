// The system calls of mappings, with fault injection.

#ifndef SOMEOS_TESTING_MAPPING_FAULTS_FAULTY_SYSTEM_H_
#define SOMEOS_TESTING_MAPPING_FAULTS_FAULTY_SYSTEM_H_

#include "someos/backends/mapping_base/mapping_system.h"

namespace someos {

// The kernel's calls with the faults of the FaultPlan, which names them "mmap", "mremap", "munmap",
// "ftruncate", "fallocate", "fstat", "madvise", "msync", "fullfsync", "dup", "pread" and
// "copy_memory". A fallocate that fails has made the file longer by half of what it should have.
const mapping_base::MappingSystem& FaultyMappingSystem();

}  // namespace someos

#endif  // SOMEOS_TESTING_MAPPING_FAULTS_FAULTY_SYSTEM_H_
