#include "someos/backends/mapping_mremap/mremap_mapping.h"

#include <cstddef>
#include <memory>

#include "absl/memory/memory.h"
#include "someos/api/mapping.h"
#include "someos/backends/mapping_base/mapping_system.h"
#include "someos/backends/mapping_base/mechanism.h"
#include "someos/backends/mapping_base/placement.h"
#include "someos/backends/mapping_base/reserved_placement.h"
#include "someos/backends/mapping_mremap/mremap_placement.h"

namespace someos {

const mapping_base::Mechanism& MremapMechanism() {
  static const mapping_base::Mechanism kMechanism = {
      "mremap",
      [](const mapping_base::MappingSystem& system,
         size_t reserve) -> std::unique_ptr<mapping_base::Placement> {
        if (reserve == 0) return absl::make_unique<MremapPlacement>(system);
        return absl::make_unique<mapping_base::ReservedPlacement>(system, reserve);
      }};
  return kMechanism;
}

const MappingBackend& MremapMappingBackend() {
  static const MappingBackend kBackend =
      mapping_base::BackendOf<MremapMechanism>("mmap(2) and mremap(2)");
  return kBackend;
}

}  // namespace someos
