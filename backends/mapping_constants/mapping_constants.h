// The constants of Python's mmap module: kMapShared for its MAP_SHARED, kProtRead for PROT_READ,
// kMadvWillneed for MADV_WILLNEED, kAccessRead for ACCESS_READ.
//
// All that are the system's are in mapping_constants.inc, one line for each. This header generates
// both the constants and their table from that list. A constant exists if the system's <sys/mman.h>
// has its macro; FindConstant("MAP_POPULATE") of mmap.h checks this
// at compile time.
//
// Sources: mmap(2), madvise(2); the Python library's page "mmap".

#ifndef SOMEOS_BACKENDS_MAPPING_CONSTANTS_MAPPING_CONSTANTS_H_
#define SOMEOS_BACKENDS_MAPPING_CONSTANTS_MAPPING_CONSTANTS_H_

#include <sys/mman.h>

#include <cstdint>

#include "someos/api/constant.h"

namespace someos::mmap {

// What a mapping is for; the numbers are Python's.
inline constexpr int kAccessDefault = 0;  // as flags and prot say
inline constexpr int kAccessRead = 1;     // shared, cannot be written
inline constexpr int kAccessWrite = 2;    // shared; what is written goes to the file
inline constexpr int kAccessCopy = 3;     // private; what is written stays in memory

#define SOMEOS_MMAP(name, MACRO) inline constexpr int name = MACRO;
#include "someos/backends/mapping_constants/mapping_constants.inc"
#undef SOMEOS_MMAP

inline constexpr Constant kAccessConstants[] = {
    {"ACCESS_DEFAULT", kAccessDefault},
    {"ACCESS_READ", kAccessRead},
    {"ACCESS_WRITE", kAccessWrite},
    {"ACCESS_COPY", kAccessCopy},
};

// The others by Python's names. PAGESIZE and ALLOCATIONGRANULARITY are known at run time
// only: PageSize().
inline constexpr Constant kSystemConstants[] = {
#define SOMEOS_MMAP(name, MACRO) {#MACRO, name},
#include "someos/backends/mapping_constants/mapping_constants.inc"
#undef SOMEOS_MMAP
};

}  // namespace someos::mmap

#endif  // SOMEOS_BACKENDS_MAPPING_CONSTANTS_MAPPING_CONSTANTS_H_
