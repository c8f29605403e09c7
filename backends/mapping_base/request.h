// What a user has asked for, in terms of mmap(2): the options of MapFile, MapMemory and MapRaw
// brought into one form, and checked.

#ifndef SOMEOS_BACKENDS_MAPPING_BASE_REQUEST_H_
#define SOMEOS_BACKENDS_MAPPING_BASE_REQUEST_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/mapping_options.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/mapping_base/mapping_system.h"
#include "someos/backends/mapping_base/source.h"

namespace someos::mapping_base {

// Whether `populate` fills page tables before the mapping is made; otherwise it is advised only.
bool PopulatesAtOnce();

struct Request {
  std::string object;   // "fd 5" or "memory", for messages
  bool memory = false;  // no file is behind it, but perhaps a memory object
  // The mapping's own descriptor, of a memory object; that of a file is duplicated later.
  base::OwnDescriptor descriptor;
  Source source;
  size_t slack = 0;  // bytes of the first page before the first of the mapping
  size_t size = 0;   // bytes that the user asked for, without the slack
  bool keep_descriptor = false;
  bool guarded = false;
  bool writable = false;
  // Why Resize cannot work; empty if it can.
  absl::string_view not_resizable;
  bool sparse = false;
  bool copy_if_unmappable = false;
  bool copy = false;             // to be read, not mapped; `size` 0 is up to the end of the file
  bool advise_populate = false;  // to be populated by advice after it is mapped
  size_t reserve = 0;            // in whole pages
};

absl::StatusOr<Request> FileRequest(const MappingSystem& system, int fd,
                                    std::optional<uint64_t> size, const MappingOptions& options);
absl::StatusOr<Request> MemoryRequest(const MappingSystem& system, uint64_t size,
                                      const MemoryOptions& options);
absl::StatusOr<Request> RawRequest(const MappingSystem& system, const RawMapping& raw);

}  // namespace someos::mapping_base

#endif  // SOMEOS_BACKENDS_MAPPING_BASE_REQUEST_H_
