#include "someos/backends/mapping_reserve/reserve_mapping.h"

#include <cstddef>
#include <memory>

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
  static const MappingBackend kBackend =
      mapping_base::BackendOf<ReserveMechanism>("mmap(2) with MAP_FIXED in a reservation");
  return kBackend;
}

}  // namespace someos
