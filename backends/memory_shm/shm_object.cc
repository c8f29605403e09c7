#include "someos/backends/memory_shm/shm_object.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/mapping_base/mapping_system.h"
#include "someos/backends/mapping_base/memory_object.h"

namespace someos::memory_shm {
namespace {

constexpr int kMode = 0600;

// POSIX has shm_open(3) set FD_CLOEXEC itself.
absl::StatusOr<base::OwnDescriptor> OpenObject(absl::string_view operation, const std::string& name,
                                               int flags) {
  int fd;
  do {
    fd = shm_open(name.c_str(), O_RDWR | flags, kMode);
  } while (fd < 0 && errno == EINTR);
  base::OwnDescriptor object = base::OwnDescriptor::Take(fd);
  if (!object.valid()) {
    return ErrnoStatus(errno, absl::StrCat(operation, " shared memory \"", name, "\""));
  }
  return object;
}

// macOS allocates with the size; F_PREALLOCATE is for files.
int Allocate(int fd, uint64_t size, const mapping_base::MappingSystem& system) {
#ifndef __APPLE__
  const int error = system.Allocate(fd, 0, size);
  if (error != EOPNOTSUPP) return error;
#endif
  return system.Truncate(fd, size);
}

}  // namespace

absl::StatusOr<base::OwnDescriptor> Create(const std::string& name, uint64_t size,
                                           const mapping_base::MappingSystem& system) {
  absl::StatusOr<base::OwnDescriptor> object = OpenObject("create", name, O_CREAT | O_EXCL);
  if (!object.ok()) return object.status();
  const int error = Allocate(object->get(), size, system);
  if (error == 0) return object;
  shm_unlink(name.c_str());
  return ErrnoStatus(
      error, absl::StrCat("create shared memory \"", name, "\": allocate ", size, " bytes"));
}

absl::StatusOr<base::OwnDescriptor> CreateAnonymous(uint64_t size,
                                                    const mapping_base::MappingSystem& system) {
  absl::StatusOr<base::OwnDescriptor> object = mapping_base::CreateMemoryObject();
  if (!object.ok()) return object.status();
  const int error = Allocate(object->get(), size, system);
  if (error == 0) return object;
  return ErrnoStatus(
      error, absl::StrCat("create shared memory without a name: allocate ", size, " bytes"));
}

absl::StatusOr<base::OwnDescriptor> Open(const std::string& name) {
  return OpenObject("attach to", name, 0);
}

absl::Status Unlink(const std::string& name) {
  if (shm_unlink(name.c_str()) == 0) return absl::OkStatus();
  return ErrnoStatus(errno, absl::StrCat("unlink shared memory \"", name, "\""));
}

}  // namespace someos::memory_shm
