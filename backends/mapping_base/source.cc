#include "someos/backends/mapping_base/source.h"

#include <sys/mman.h>

#include <cstddef>

#include "someos/backends/mapping_base/mapping_system.h"

namespace someos::mapping_base {

void* Source::Map(const MappingSystem& system, size_t from, size_t length) const {
  return system.Map(nullptr, length, protection, flags, fd, fd < 0 ? 0 : offset + from);
}

void* Source::MapFixed(const MappingSystem& system, void* address, size_t from,
                       size_t length) const {
  return system.Map(address, length, protection, flags | MAP_FIXED, fd, fd < 0 ? 0 : offset + from);
}

}  // namespace someos::mapping_base
