#include "someos/backends/mapping_reserve/reserve_mapping.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/memory/memory.h"
#include "someos/api/mapping.h"
#include "someos/backends/mapping_base/mapping_system.h"
#include "someos/backends/mapping_base/mechanism.h"
#include "someos/backends/mapping_base/placement.h"
#include "someos/backends/mapping_base/reserved_placement.h"

namespace someos {

const mapping_base::Mechanism& ReserveMechanism() {
  static const mapping_base::Mechanism kMechanism = {
      "reserve",
      [](const mapping_base::MappingSystem& system,
         size_t reserve) -> std::unique_ptr<mapping_base::Placement> {
        return absl::make_unique<mapping_base::ReservedPlacement>(system, reserve);
      }};
  return kMechanism;
}

const MappingBackend& ReserveMappingBackend() {
  static const MappingBackend kBackend = {
      "reserve", "mmap(2) with MAP_FIXED in a reservation",
      [](int fd, std::optional<uint64_t> size, const MappingOptions& options) {
        return MapFileBy(ReserveMechanism(), mapping_base::RealMappingSystem(), fd, size, options);
      },
      [](uint64_t size, const MemoryOptions& options) {
        return MapMemoryBy(ReserveMechanism(), mapping_base::RealMappingSystem(), size, options);
      },
      [](const RawMapping& raw) {
        return MapRawBy(ReserveMechanism(), mapping_base::RealMappingSystem(), raw);
      }};
  return kBackend;
}

}  // namespace someos
