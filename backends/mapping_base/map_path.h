// Opening a file and mapping it.

#ifndef SOMEOS_BACKENDS_MAPPING_BASE_MAP_PATH_H_
#define SOMEOS_BACKENDS_MAPPING_BASE_MAP_PATH_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "someos/api/mapping.h"

namespace someos::mapping_base {

// MapPath of mmap.h, by this backend. Opening never waits, as that of a FIFO would, and never makes
// a terminal the controlling one.
absl::StatusOr<std::unique_ptr<Mapping>> MapPathBy(const MappingBackend& backend,
                                                   const std::string& path,
                                                   const MappingOptions& options);

}  // namespace someos::mapping_base

#endif  // SOMEOS_BACKENDS_MAPPING_BASE_MAP_PATH_H_
