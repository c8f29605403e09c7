// A Mapping of what the kernel will not map: the contents of the file, read into memory once.

#ifndef SOMEOS_BACKENDS_MAPPING_BASE_FILE_COPY_H_
#define SOMEOS_BACKENDS_MAPPING_BASE_FILE_COPY_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/mapping.h"
#include "someos/backends/mapping_base/mapping_system.h"
#include "someos/backends/mapping_base/request.h"

namespace someos::mapping_base {

// Reads the bytes of the request, or up to the end of the file if its size is 0. `name` is the
// backend's.
//
// The errno of read(2). kOutOfRange: the file ends before.
absl::StatusOr<std::unique_ptr<Mapping>> CopyFile(const MappingSystem& system, Request request,
                                                  absl::string_view name);

}  // namespace someos::mapping_base

#endif  // SOMEOS_BACKENDS_MAPPING_BASE_FILE_COPY_H_
