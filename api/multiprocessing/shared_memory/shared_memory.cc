#include "someos/api/multiprocessing/shared_memory/shared_memory.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/mapping.h"
#include "someos/api/mmap.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/base/random_bytes.h"
#include "someos/backends/memory_shm/shm_object.h"

namespace someos::multiprocessing {
namespace {

constexpr size_t kRandomBytesOfName = 4;

absl::Status ValueError(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, message);
}

absl::Status CheckSize(int64_t size) {
  if (size < 0) return ValueError("'size' must be a positive integer");
  if (size == 0) return ValueError("'size' must be a positive number different from zero");
  return absl::OkStatus();
}

absl::Status CheckName(absl::string_view name) {
  return absl::StrContains(name, '\0') ? ValueError("embedded null character") : absl::OkStatus();
}

std::string WithSlash(absl::string_view name) { return absl::StrCat("/", name); }

// Of a name that nobody has used.
absl::StatusOr<base::OwnDescriptor> CreateWithNewName(uint64_t size, std::string& name) {
  while (true) {
    const absl::StatusOr<std::string> random = base::RandomBytes(kRandomBytesOfName);
    if (!random.ok()) return random.status();
    name = absl::StrCat("psm_", absl::BytesToHexString(*random));
    absl::StatusOr<base::OwnDescriptor> object = memory_shm::Create(WithSlash(name), size);
    if (object.ok() || ErrnoOf(object.status()) != EEXIST) return object;
  }
}

}  // namespace

absl::StatusOr<SharedMemory> SharedMemory::Create(int64_t size, std::optional<std::string> name,
                                                  const SharedMemoryOptions& options) {
  if (const absl::Status status = CheckSize(size); !status.ok()) return status;
  if (const absl::Status status = CheckName(name.value_or("")); !status.ok()) return status;
  std::string new_name;
  const absl::StatusOr<base::OwnDescriptor> object =
      name.has_value() ? memory_shm::Create(WithSlash(*name), size)
                       : CreateWithNewName(size, new_name);
  if (!object.ok()) return object.status();
  absl::StatusOr<SharedMemory> memory = Map(object->get(), name.value_or(new_name), options);
  if (!memory.ok()) {
    static_cast<void>(memory_shm::Unlink(WithSlash(name.value_or(new_name))));
  } else if (options.track) {
    memory->Track();
  }
  return memory;
}

absl::StatusOr<SharedMemory> SharedMemory::Attach(absl::string_view name,
                                                  const SharedMemoryOptions& options) {
  if (const absl::Status status = CheckName(name); !status.ok()) return status;
  const absl::StatusOr<base::OwnDescriptor> object = memory_shm::Open(WithSlash(name));
  if (!object.ok()) return object.status();
  return Map(object->get(), std::string(name), options);
}

absl::StatusOr<SharedMemory> SharedMemory::CreateAnonymous(int64_t size,
                                                           const SharedMemoryOptions& options) {
  if (const absl::Status status = CheckSize(size); !status.ok()) return status;
  const absl::StatusOr<base::OwnDescriptor> object = memory_shm::CreateAnonymous(size);
  if (!object.ok()) return object.status();
  return Map(object->get(), "", options);
}

absl::StatusOr<SharedMemory> SharedMemory::OfDescriptor(int fd,
                                                        const SharedMemoryOptions& options) {
  return Map(fd, "", options);
}

absl::StatusOr<SharedMemory> SharedMemory::Map(int fd, std::string name,
                                               const SharedMemoryOptions& options) {
  MappingOptions mapping_options;
  mapping_options.guarded = options.guarded;
  absl::StatusOr<std::unique_ptr<Mapping>> mapping = MapFile(fd, std::nullopt, mapping_options);
  if (!mapping.ok()) return mapping.status();
  return SharedMemory(*std::move(mapping), std::move(name));
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : mapping_(std::move(other.mapping_)),
      name_(std::exchange(other.name_, {})),
      size_(other.size_),
      tracked_in_(std::exchange(other.tracked_in_, 0)) {}

SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
  if (this == &other) return *this;
  End();
  mapping_ = std::move(other.mapping_);
  name_ = std::exchange(other.name_, {});
  size_ = other.size_;
  tracked_in_ = std::exchange(other.tracked_in_, 0);
  return *this;
}

SharedMemory::~SharedMemory() { End(); }

void SharedMemory::Track() {
  base::WatchForForks();
  tracked_in_ = base::ForkGeneration();
}

void SharedMemory::End() {
  mapping_.reset();
  if (tracked_in_ == 0 || tracked_in_ != base::ForkGeneration()) return;
  const int saved = errno;
  // Whoever has unlinked it before has done what was wanted.
  static_cast<void>(memory_shm::Unlink(WithSlash(name_)));
  errno = saved;
}

absl::Status SharedMemory::Unlink() {
  if (name_.empty()) return absl::OkStatus();
  tracked_in_ = 0;
  return memory_shm::Unlink(WithSlash(name_));
}

}  // namespace someos::multiprocessing
