#include "someos/api/mmap.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/find_linked.h"
#include "someos/api/linked_mappings.h"
#include "someos/api/mapping.h"
#include "someos/api/mmap/mmap.h"
#include "someos/backends/mapping_base/map_path.h"

#if SOMEOS_LINKS_MAPPING_MREMAP
#include "someos/backends/mapping_mremap/mremap_mapping.h"
#endif
#if SOMEOS_LINKS_MAPPING_RESERVE
#include "someos/backends/mapping_reserve/reserve_mapping.h"
#endif

namespace someos {

absl::Span<const MappingBackend* const> LinkedMappingBackends() {
  static const MappingBackend* const kLinked[] = {
  // In the order of preference.
#if SOMEOS_LINKS_MAPPING_MREMAP
      &MremapMappingBackend(),
#endif
#if SOMEOS_LINKS_MAPPING_RESERVE
      &ReserveMappingBackend(),
#endif
  };
  return kLinked;
}

absl::StatusOr<const MappingBackend*> FindMappingBackend(absl::string_view name) {
  return internal::FindLinked(LinkedMappingBackends(), "mapping", name);
}

absl::StatusOr<std::unique_ptr<Mapping>> MapFile(int fd, std::optional<uint64_t> size,
                                                 const MappingOptions& options) {
  return LinkedMappingBackends().front()->map_file(fd, size, options);
}

absl::StatusOr<std::unique_ptr<Mapping>> MapPath(const std::string& path,
                                                 const MappingOptions& options) {
  return mapping_base::MapPathBy(*LinkedMappingBackends().front(), path, options);
}

absl::StatusOr<std::unique_ptr<Mapping>> MapMemory(uint64_t size, const MemoryOptions& options) {
  return LinkedMappingBackends().front()->map_memory(size, options);
}

absl::StatusOr<std::unique_ptr<Mapping>> MapRaw(const RawMapping& raw) {
  return LinkedMappingBackends().front()->map_raw(raw);
}

absl::StatusOr<mmap::Mmap> mmap::Mmap::Create(int fileno, int64_t length,
                                              const MmapArguments& arguments) {
  return CreateOn(*LinkedMappingBackends().front(), fileno, length, arguments);
}

}  // namespace someos
