// A mapping that the kernel makes longer and moves to where it has room: mremap(2).

#ifndef SOMEOS_BACKENDS_MAPPING_MREMAP_MREMAP_PLACEMENT_H_
#define SOMEOS_BACKENDS_MAPPING_MREMAP_MREMAP_PLACEMENT_H_

#include <cstddef>

#include "someos/backends/mapping_base/mapping_system.h"
#include "someos/backends/mapping_base/page_geometry.h"
#include "someos/backends/mapping_base/placement.h"
#include "someos/backends/mapping_base/source.h"

namespace someos {

class MremapPlacement final : public mapping_base::Placement {
 public:
  explicit MremapPlacement(const mapping_base::MappingSystem& system) : Placement(system) {}
  ~MremapPlacement() override;

  int Map(const mapping_base::Source& source, size_t length) override;
  int Grow(const mapping_base::Source& source, size_t length) override;
  void Shrink(size_t length) override;
  size_t most() const override { return mapping_base::MostBytes(); }
  bool may_move() const override { return true; }

 private:
  // Maps the source once more, at another address, and gives up the old one.
  int MapAnew(const mapping_base::Source& source, size_t length);
};

}  // namespace someos

#endif  // SOMEOS_BACKENDS_MAPPING_MREMAP_MREMAP_PLACEMENT_H_
