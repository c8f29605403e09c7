// Files without a name that are in memory: what shared memory that can grow or be sent is made of.

#ifndef SOMEOS_BACKENDS_MAPPING_BASE_MEMORY_OBJECT_H_
#define SOMEOS_BACKENDS_MAPPING_BASE_MEMORY_OBJECT_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/backends/base/own_descriptor.h"

namespace someos::mapping_base {

// Whether SealSize works on this system.
inline constexpr bool kHasSeals =
#ifdef __linux__
    true;
#else
    false;
#endif

// A new, empty one, readable and writable, close-on-exec, which vanishes with its last descriptor
// and mapping: memfd_create (Linux), SHM_ANON (FreeBSD, DragonFly BSD), shm_mkstemp (OpenBSD),
// shm_open (NetBSD). On macOS, whose memory objects cannot change their size, a file in TMPDIR.
absl::StatusOr<base::OwnDescriptor> CreateMemoryObject();

// Has nobody make it smaller any more, nor larger unless `can_grow`.
//
// kUnimplemented: !kHasSeals.
absl::Status SealSize(int fd, bool can_grow);

}  // namespace someos::mapping_base

#endif  // SOMEOS_BACKENDS_MAPPING_BASE_MEMORY_OBJECT_H_
