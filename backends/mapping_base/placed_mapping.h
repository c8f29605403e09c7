// The Mapping of all backends: everything but the choice of addresses, which is a Placement's.

#ifndef SOMEOS_BACKENDS_MAPPING_BASE_PLACED_MAPPING_H_
#define SOMEOS_BACKENDS_MAPPING_BASE_PLACED_MAPPING_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/mapping.h"
#include "someos/backends/mapping_base/advice.h"
#include "someos/backends/mapping_base/guard_table.h"
#include "someos/backends/mapping_base/mapping_system.h"
#include "someos/backends/mapping_base/placement.h"
#include "someos/backends/mapping_base/request.h"

namespace someos::mapping_base {

class PlacedMapping final : public Mapping {
 public:
  // Maps what is requested at a place of `placement`, or reads it if it cannot be mapped and may be
  // copied. `name` is the backend's and has static lifetime, as `system` has.
  static absl::StatusOr<std::unique_ptr<Mapping>> Create(const MappingSystem& system,
                                                         Request request,
                                                         std::unique_ptr<Placement> placement,
                                                         absl::string_view name);
  ~PlacedMapping() override;

  absl::Status CopyOut(uint64_t from, absl::Span<char> into) const override;
  absl::Status Advise(Advice advice, uint64_t offset, uint64_t size) const override;
  absl::Status AdviseRaw(int advice, uint64_t offset, uint64_t size) const override;
  absl::Status Resize(uint64_t size) override;
  absl::StatusOr<uint64_t> FileSize() const override;
  int descriptor() const override { return request_.descriptor.get(); }
  absl::string_view name() const override { return name_; }
  MappingCapabilities capabilities() const override;

 private:
  PlacedMapping(const MappingSystem& system, Request request, std::unique_ptr<Placement> placement,
                absl::string_view name);

  absl::Status StartGuarding();
  absl::Status CopyOutByOtherMeans(uint64_t from, absl::Span<char> into) const;
  // Takes over what the placement has become, with `size` bytes of it for the user.
  void Adopt(size_t size);

  // What a range of the user's bytes covers, in whole pages.
  struct Pages {
    char* begin;
    size_t length;
  };
  Pages Touched(uint64_t offset, uint64_t size) const;
  Pages Within(uint64_t offset, uint64_t size) const;
  Backing backing() const;

  // The parts of Resize. Where the file would end if the mapping had `size` bytes.
  uint64_t FileEnd(size_t size) const { return request_.source.offset + request_.slack + size; }
  absl::Status CheckResize(uint64_t size) const;
  absl::Status ResizeFile(size_t size);
  absl::Status ResizeMemory(size_t size);
  // Makes the file end where a mapping of `size` bytes does: shorter, or longer by a hole.
  absl::Status MoveFileEnd(size_t size);
  // Makes the file as long as it was before it was extended, and returns `failure`, the reason.
  absl::Status TakeBack(uint64_t old_end, uint64_t new_end, const absl::Status& failure);
  // Give the placement room for `size` bytes; and no more than that, which ends a Resize.
  absl::Status GrowPlacement(size_t size);
  void ShrinkPlacement(size_t size);
  absl::Status Error(int error, absl::string_view operation) const;

  absl::Status DoFlush(uint64_t offset, uint64_t size, Sync how) const override;
  absl::Status Repair(uint32_t losses) const override;
  absl::Status Loss() const override;

  const MappingSystem& system_;
  Request request_;
  const std::unique_ptr<Placement> placement_;
  const absl::string_view name_;
  GuardEntry* guard_entry_ = nullptr;  // null: not guarded
  bool allocates_;                     // until the file system says that it cannot
};

}  // namespace someos::mapping_base

#endif  // SOMEOS_BACKENDS_MAPPING_BASE_PLACED_MAPPING_H_
