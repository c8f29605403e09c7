// A mapping inside a reservation of address space, which grows by mapping further pages of the file
// behind those that are there (MAP_FIXED).

#ifndef SOMEOS_BACKENDS_MAPPING_BASE_RESERVED_PLACEMENT_H_
#define SOMEOS_BACKENDS_MAPPING_BASE_RESERVED_PLACEMENT_H_

#include <cstddef>

#include "someos/backends/mapping_base/mapping_system.h"
#include "someos/backends/mapping_base/placement.h"
#include "someos/backends/mapping_base/source.h"

namespace someos::mapping_base {

class ReservedPlacement final : public Placement {
 public:
  // With `reserve` 0 it has no reservation at first. When it grows, it moves to one with room for
  // twice of what it had, and so on. Otherwise it has one of `reserve` bytes and stays there.
  ReservedPlacement(const MappingSystem& system, size_t reserve)
      : Placement(system), pinned_(reserve != 0), reserved_(reserve) {}
  ~ReservedPlacement() override;

  int Map(const Source& source, size_t length) override;
  int Grow(const Source& source, size_t length) override;
  void Shrink(size_t length) override;
  size_t most() const override;
  bool may_move() const override { return !pinned_; }

 private:
  // Maps `length` bytes of `source` at the beginning of a new reservation of `reserve` bytes. Null
  // and errno on failure.
  void* MapReserved(const Source& source, size_t length, size_t reserve) const;
  int GrowInside(const Source& source, size_t length);
  int Move(const Source& source, size_t length);

  const bool pinned_;
  size_t reserved_;  // bytes that are this mapping's, from begin() on
};

}  // namespace someos::mapping_base

#endif  // SOMEOS_BACKENDS_MAPPING_BASE_RESERVED_PLACEMENT_H_
