#include "someos/api/mmap.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
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
  for (const MappingBackend* backend : LinkedMappingBackends()) {
    if (backend->name == name) return backend;
  }
  const std::string linked = absl::StrJoin(
      LinkedMappingBackends(), ", ",
      [](std::string* out, const MappingBackend* backend) { absl::StrAppend(out, backend->name); });
  return PlainStatus(absl::StatusCode::kNotFound,
                     absl::StrCat("no mapping \"", name, "\" in this build; linked: ", linked));
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
