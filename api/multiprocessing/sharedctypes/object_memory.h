// The memory of an object that processes share.

#ifndef SOMEOS_API_MULTIPROCESSING_SHAREDCTYPES_OBJECT_MEMORY_H_
#define SOMEOS_API_MULTIPROCESSING_SHAREDCTYPES_OBJECT_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"

namespace someos::multiprocessing {

struct SharedObjectOptions {
  // A name for its memory, as SharedMemory::Create takes it, for programs that are started anew;
  // without one it has none, and is inherited by fork or passed on by its descriptor.
  std::optional<std::string> name;
  // As of SharedMemory.
  SharedMemoryOptions memory;
};

namespace internal {

// New memory of `size` bytes, or of one if that is 0; they are 0.
absl::StatusOr<SharedMemory> CreateObjectMemory(uint64_t size, const SharedObjectOptions& options);

// kInvalidArgument "the object is not within its memory", or not aligned.
absl::Status CheckObjectMemory(const SharedMemory& memory, uint64_t offset, uint64_t size,
                               size_t alignment);

// `count` objects of `size` bytes; the greatest number if it is too great for any memory.
uint64_t BytesOf(uint64_t count, size_t size);

}  // namespace internal
}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_SHAREDCTYPES_OBJECT_MEMORY_H_
