#include "someos/backends/mapping_base/map_path.h"

#include <fcntl.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/api/mapping.h"
#include "someos/backends/base/own_descriptor.h"

namespace someos::mapping_base {
namespace {

base::OwnDescriptor Open(const std::string& path, Access access) {
  const int mode = access == Access::kWrite ? O_RDWR : O_RDONLY;
  int fd;
  do {
    fd = open(path.c_str(), mode | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  } while (fd < 0 && errno == EINTR);
  return base::OwnDescriptor::Take(fd);
}

absl::Status WithPath(const std::string& path, const absl::Status& failure) {
  absl::Status status = PlainStatus(failure.code(), absl::StrCat(path, ": ", failure.message()));
  const int error = ErrnoOf(failure);
  if (error != 0) status.SetPayload(kErrnoPayload, absl::Cord(absl::StrCat(error)));
  return status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Mapping>> MapPathBy(const MappingBackend& backend,
                                                   const std::string& path,
                                                   const MappingOptions& options) {
  const base::OwnDescriptor file = Open(path, options.access);
  if (!file.valid()) return ErrnoStatus(errno, absl::StrCat(path, ": open"));
  absl::StatusOr<std::unique_ptr<Mapping>> mapping =
      backend.map_file(file.get(), std::nullopt, options);
  if (!mapping.ok()) return WithPath(path, mapping.status());
  return mapping;
}

}  // namespace someos::mapping_base
