// What a backend consists of: a name, and a way to place mappings. The rest is the same for all.

#ifndef SOMEOS_BACKENDS_MAPPING_BASE_MECHANISM_H_
#define SOMEOS_BACKENDS_MAPPING_BASE_MECHANISM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/mapping.h"
#include "someos/backends/mapping_base/mapping_system.h"
#include "someos/backends/mapping_base/placement.h"

namespace someos::mapping_base {

struct Mechanism {
  absl::string_view name;  // the backend's, with static lifetime
  // A place for a mapping that has `reserve` bytes of address space, 0: as many as it needs.
  std::unique_ptr<Placement> (*place)(const MappingSystem& system, size_t reserve);
};

// The functions of MappingBackend, by the system calls of `system`, which must outlive the mapping.
absl::StatusOr<std::unique_ptr<Mapping>> MapFileBy(const Mechanism& mechanism,
                                                   const MappingSystem& system, int fd,
                                                   std::optional<uint64_t> size,
                                                   const MappingOptions& options);
absl::StatusOr<std::unique_ptr<Mapping>> MapMemoryBy(const Mechanism& mechanism,
                                                     const MappingSystem& system, uint64_t size,
                                                     const MemoryOptions& options);
absl::StatusOr<std::unique_ptr<Mapping>> MapRawBy(const Mechanism& mechanism,
                                                  const MappingSystem& system,
                                                  const RawMapping& raw);

// The backend that consists of `mechanism`, over the kernel's own system calls. `implementation` is
// as in MappingBackend.
template <const Mechanism& (*mechanism)()>
MappingBackend BackendOf(absl::string_view implementation) {
  return {mechanism().name, implementation,
          [](int fd, std::optional<uint64_t> size, const MappingOptions& options) {
            return MapFileBy(mechanism(), RealMappingSystem(), fd, size, options);
          },
          [](uint64_t size, const MemoryOptions& options) {
            return MapMemoryBy(mechanism(), RealMappingSystem(), size, options);
          },
          [](const RawMapping& raw) { return MapRawBy(mechanism(), RealMappingSystem(), raw); }};
}

}  // namespace someos::mapping_base

#endif  // SOMEOS_BACKENDS_MAPPING_BASE_MECHANISM_H_
