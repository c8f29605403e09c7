// The Mapping over mmap(2) and mremap(2), of Linux: it grows where it is if there is room behind
// it, and otherwise the kernel moves its pages. With MappingOptions::reserve it works as
// mapping_reserve does.
//
// Deviations from the contract of someos/api/mapping.h: none.

#ifndef SOMEOS_BACKENDS_MAPPING_MREMAP_MREMAP_MAPPING_H_
#define SOMEOS_BACKENDS_MAPPING_MREMAP_MREMAP_MAPPING_H_

#include "someos/api/mapping.h"
#include "someos/backends/mapping_base/mechanism.h"

namespace someos {

// This backend, for the facade and for users who depend on //backends/mapping_mremap directly.
const MappingBackend& MremapMappingBackend();

// The same, for tests that put system calls of their own under it.
const mapping_base::Mechanism& MremapMechanism();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_MAPPING_MREMAP_MREMAP_MAPPING_H_
