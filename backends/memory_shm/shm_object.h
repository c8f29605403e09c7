// Memory that processes share, as objects of the system: shm_open(3), memfd_create(2) and the like.

#ifndef SOMEOS_BACKENDS_MEMORY_SHM_SHM_OBJECT_H_
#define SOMEOS_BACKENDS_MEMORY_SHM_SHM_OBJECT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/mapping_base/mapping_system.h"

namespace someos::memory_shm {

// All descriptors are readable, writable and close-on-exec. Names are the system's, with a slash at
// the beginning: "/psm_12345678".

// A new object of `size` bytes, which are 0, for this user alone (mode 0600). Its memory is
// allocated at once where the system can do that (Linux, NetBSD, FreeBSD 13), so that too little of
// it is an error here and no SIGBUS at an access later. If it fails, the name does not exist.
//
// EEXIST: the name exists. EINVAL, ENAMETOOLONG: no name. ENOSPC, ENOMEM, EFBIG: not enough memory.
// EMFILE, ENFILE, EACCES.
absl::StatusOr<base::OwnDescriptor> Create(
    const std::string& name, uint64_t size,
    const mapping_base::MappingSystem& system = mapping_base::RealMappingSystem());

// The same without a name: it vanishes with its last descriptor and mapping. On macOS a file in
// TMPDIR that has been unlinked.
absl::StatusOr<base::OwnDescriptor> CreateAnonymous(
    uint64_t size, const mapping_base::MappingSystem& system = mapping_base::RealMappingSystem());

// An object that exists. ENOENT; others as of Create.
absl::StatusOr<base::OwnDescriptor> Open(const std::string& name);

// Removes the name. The memory stays for those that have it open. ENOENT.
absl::Status Unlink(const std::string& name);

}  // namespace someos::memory_shm

#endif  // SOMEOS_BACKENDS_MEMORY_SHM_SHM_OBJECT_H_
