// The Mapping inside a reservation of address space, by mmap(2) with MAP_FIXED: for every system.
//
// Deviations from the contract of someos/api/mapping.h:
//  - Without MappingOptions::reserve a mapping that grows beyond its reservation is mapped anew at
//    another address, so that its pages have to be found again, and private memory is copied.
//  - Private pages of a file (RawMapping with MAP_PRIVATE) cannot grow then (EOPNOTSUPP).

#ifndef SOMEOS_BACKENDS_MAPPING_RESERVE_RESERVE_MAPPING_H_
#define SOMEOS_BACKENDS_MAPPING_RESERVE_RESERVE_MAPPING_H_

#include "someos/api/mapping.h"
#include "someos/backends/mapping_base/mechanism.h"

namespace someos {

// This backend, for the facade and for users who depend on //backends/mapping_reserve directly.
const MappingBackend& ReserveMappingBackend();

// The same, for tests that put system calls of their own under it.
const mapping_base::Mechanism& ReserveMechanism();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_MAPPING_RESERVE_RESERVE_MAPPING_H_
