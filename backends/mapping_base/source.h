// What is mapped, and how: the arguments of mmap(2) that stay the same when a mapping grows.

#ifndef SOMEOS_BACKENDS_MAPPING_BASE_SOURCE_H_
#define SOMEOS_BACKENDS_MAPPING_BASE_SOURCE_H_

#include <cstddef>
#include <cstdint>

#include "someos/backends/mapping_base/mapping_system.h"

namespace someos::mapping_base {

struct Source {
  int fd = -1;  // -1: anonymous memory
  int protection = 0;
  int flags = 0;
  uint64_t offset = 0;  // in the file; a multiple of the page size
  // The pages are those of the file or of a memory object, and not copies of this process.
  bool shared = false;

  // Maps `length` bytes from `from` on, at an address of the kernel's choice or, by MapFixed, in
  // place of what is at `address`. Null and errno on failure.
  void* Map(const MappingSystem& system, size_t from, size_t length) const;
  void* MapFixed(const MappingSystem& system, void* address, size_t from, size_t length) const;
};

}  // namespace someos::mapping_base

#endif  // SOMEOS_BACKENDS_MAPPING_BASE_SOURCE_H_
