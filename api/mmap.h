// The facade: the header that users include. The build decides which backends are linked (see
// //platforms); the functions below list them.
//
// Namespace someos has the Mapping, the same on every backend. Namespace someos::mmap is Python's
// mmap module: Mmap and the constants. api/mmap/README.md maps Python's names to the C++ names.

#ifndef SOMEOS_API_MMAP_H_
#define SOMEOS_API_MMAP_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/linked_mappings.h"
#include "someos/api/mapping.h"
#include "someos/api/mmap/constants.h"
#include "someos/api/mmap/mmap.h"

namespace someos {

// The backends of Mapping linked into this program, the build's default first.
absl::Span<const MappingBackend* const> LinkedMappingBackends();

// The linked backend of this name.
//
// kNotFound: the name is not linked, or unknown; the message lists the linked ones.
absl::StatusOr<const MappingBackend*> FindMappingBackend(absl::string_view name);

// The functions that follow use the default backend.

// Maps `size` bytes of an open file from MappingOptions::offset on, or all from there on if no size
// is given. The descriptor stays the caller's, and may be closed. It must be open for reading and,
// for Access::kWrite, for writing.
//
// EBADF: not open. EACCES: not open for that, or not a file that can be mapped, or to be executed.
// EINVAL: 0 bytes, an empty file, or no size for what is no regular file. kOutOfRange: bytes behind
// the end of a regular file, or more than the address space of this program. ENODEV: the kernel
// does not map such files: see MappingOptions::copy_if_unmappable. EMFILE, ENFILE, ENOMEM, EPERM,
// ENOTSUP: of fcntl(2), mmap(2) and sigaction(2).
absl::StatusOr<std::unique_ptr<Mapping>> MapFile(int fd, std::optional<uint64_t> size,
                                                 const MappingOptions& options = {});

// Maps the file of this name, which must exist, from MappingOptions::offset to its end.
//
// The errno of open(2); as MapFile. The message begins with the path.
absl::StatusOr<std::unique_ptr<Mapping>> MapPath(const std::string& path,
                                                 const MappingOptions& options = {});

// Maps `size` bytes of memory, which are 0.
//
// EINVAL: 0 bytes; sealed, but not shared. kOutOfRange: more than the address space of this
// program. ENOMEM. EMFILE, ENFILE, and others of memfd_create(2) and the like.
absl::StatusOr<std::unique_ptr<Mapping>> MapMemory(uint64_t size,
                                                   const MemoryOptions& options = {});

// Maps as mmap(2) would. For bindings.
//
// EINVAL: a flag like MAP_FIXED; guarded without a descriptor. Otherwise what the kernel says.
absl::StatusOr<std::unique_ptr<Mapping>> MapRaw(const RawMapping& raw);

}  // namespace someos

#endif  // SOMEOS_API_MMAP_H_
