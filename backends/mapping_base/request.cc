#include "someos/backends/mapping_base/request.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/mapping_options.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/mapping_base/mapping_system.h"
#include "someos/backends/mapping_base/memory_object.h"
#include "someos/backends/mapping_base/page_geometry.h"

namespace someos::mapping_base {
namespace {

// Fills page tables before mmap(2) returns.
#if defined(MAP_POPULATE)
constexpr int kPopulate = MAP_POPULATE;
#elif defined(MAP_PREFAULT_READ)
constexpr int kPopulate = MAP_PREFAULT_READ;
#else
constexpr int kPopulate = 0;
#endif

// Flags with which the kernel would put the mapping where something else may be.
constexpr int kPlaced = MAP_FIXED
#ifdef MAP_FIXED_NOREPLACE
                        | MAP_FIXED_NOREPLACE
#endif
#ifdef MAP_TRYFIXED
                        | MAP_TRYFIXED
#endif
#ifdef MAP_GROWSDOWN
                        | MAP_GROWSDOWN
#endif
    ;

std::string Map(absl::string_view object) { return absl::StrCat("map ", object); }

absl::Status OutOfRange(absl::string_view object, absl::string_view why) {
  return PlainStatus(absl::StatusCode::kOutOfRange, absl::StrCat(Map(object), ": ", why));
}

absl::Status Invalid(absl::string_view object, absl::string_view why) {
  absl::Status status = PlainStatus(absl::StatusCode::kInvalidArgument,
                                    absl::StrCat(Map(object), ": ", why, " (EINVAL)"));
  status.SetPayload(kErrnoPayload, absl::Cord(absl::StrCat(EINVAL)));
  return status;
}

absl::Status CheckAddressable(absl::string_view object, uint64_t bytes) {
  if (bytes <= MostBytes()) return absl::OkStatus();
  return OutOfRange(object, absl::StrCat(bytes, " bytes are more than the address space of this ",
                                         "program, ", 8 * sizeof(void*), " bits, can hold"));
}

int Protection(Access access, bool executable) {
  return PROT_READ | (access == Access::kRead ? 0 : PROT_WRITE) | (executable ? PROT_EXEC : 0);
}

// An empty file or, as files in /proc say, one whose size nobody knows before it is read.
bool IsOfUnknownSize(const FileFacts& facts) { return facts.regular && facts.size == 0; }

// The size of the mapping: `size`, or what the file has from the offset on.
absl::StatusOr<uint64_t> FileRange(const Request& request, const FileFacts& facts,
                                   std::optional<uint64_t> size, const MappingOptions& options) {
  const absl::string_view object = request.object;
  if (size.has_value() && *size == 0) return Invalid(object, "0 bytes");
  if (!facts.regular) {
    if (size.has_value()) return *size;
    return Invalid(object, "no size is given, and only regular files have one");
  }
  if (request.copy) return size.value_or(0);
  if (facts.size == 0 && !size.has_value()) return Invalid(object, "the file is empty");
  if (options.offset >= facts.size) {
    return OutOfRange(object, absl::StrCat("offset ", options.offset, " is not before the end of ",
                                           "the file, which has ", facts.size, " bytes"));
  }
  const uint64_t rest = facts.size - options.offset;
  if (size.value_or(rest) > rest) {
    return OutOfRange(object,
                      absl::StrCat(*size, " bytes at offset ", options.offset, " reach ",
                                   "beyond the end of the file, which has ", facts.size, " bytes"));
  }
  return size.value_or(rest);
}

absl::Status SetReserve(Request& request, uint64_t reserve) {
  absl::Status status = CheckAddressable(request.object, reserve);
  if (!status.ok() || reserve == 0) return status;
  if (reserve < request.size) {
    return OutOfRange(request.object, absl::StrCat("a reservation of ", reserve, " bytes for ",
                                                   request.size, " bytes"));
  }
  // MostBytes() leaves room for the slack and for rounding up, unless it is all of it.
  request.reserve = RoundUp(static_cast<size_t>(reserve));
  if (request.slack != 0) request.reserve += PageSize();
  return status;
}

void SetPopulate(Request& request, bool populate) {
  if (!populate) return;
  request.source.flags |= kPopulate;
  request.advise_populate = kPopulate == 0;
}

absl::string_view WhyNotResizable(const MappingOptions& options) {
  if (options.access == Access::kRead) return "the mapping is read-only";
  if (options.access == Access::kCopy) return "the mapping is copy-on-write";
  if (!options.keep_descriptor) return "no descriptor was kept";
  return "";
}

// What is to be done with the file, apart from its range.
absl::Status SetMode(Request& request, const MappingOptions& options) {
  if (options.guarded && !options.keep_descriptor) {
    return Invalid(request.object, "a guarded mapping needs keep_descriptor");
  }
  if (options.copy_if_unmappable && options.access == Access::kWrite) {
    return Invalid(request.object, "copy_if_unmappable is for kRead and kCopy");
  }
  request.source.shared = options.access != Access::kCopy;
  request.source.flags = request.source.shared ? MAP_SHARED : MAP_PRIVATE;
  request.source.protection = Protection(options.access, options.executable);
  SetPopulate(request, options.populate);
  request.keep_descriptor = options.keep_descriptor;
  request.guarded = options.guarded;
  request.writable = options.access != Access::kRead;
  request.not_resizable = WhyNotResizable(options);
  request.sparse = options.sparse;
  request.copy_if_unmappable = options.copy_if_unmappable;
  return absl::OkStatus();
}

// The `bytes` from the offset on, in whole pages of the file.
absl::Status SetRange(Request& request, uint64_t bytes, const MappingOptions& options) {
  if (options.offset > kMostFileBytes || bytes > kMostFileBytes - options.offset) {
    return OutOfRange(request.object, "files have no more than 2^63-1 bytes");
  }
  request.source.offset = RoundDown(options.offset);
  request.slack = static_cast<size_t>(options.offset - request.source.offset);
  absl::Status status = CheckAddressable(request.object, bytes + request.slack);
  if (!status.ok()) return status;
  request.size = static_cast<size_t>(bytes);
  return SetReserve(request, options.reserve);
}

}  // namespace

bool PopulatesAtOnce() { return kPopulate != 0; }

absl::StatusOr<Request> FileRequest(const MappingSystem& system, int fd,
                                    std::optional<uint64_t> size, const MappingOptions& options) {
  Request request;
  request.object = absl::StrCat("fd ", fd);
  if (fd < 0) return ErrnoStatus(EBADF, Map(request.object));
  request.source.fd = fd;
  absl::Status status = SetMode(request, options);
  if (!status.ok()) return status;
  FileFacts facts;
  const int error = system.Stat(fd, facts);
  if (error != 0) return ErrnoStatus(error, Map(request.object));
  if (!facts.regular && request.not_resizable.empty()) {
    request.not_resizable = "it is not a regular file";
  }
  request.copy = options.copy_if_unmappable && IsOfUnknownSize(facts);
  const absl::StatusOr<uint64_t> bytes = FileRange(request, facts, size, options);
  status = bytes.ok() ? SetRange(request, *bytes, options) : bytes.status();
  return status.ok() ? absl::StatusOr<Request>(std::move(request)) : status;
}

namespace {

// Has the shared memory of a request come from a memory object.
absl::Status BackByObject(const MappingSystem& system, Request& request,
                          const MemoryOptions& options) {
  absl::StatusOr<base::OwnDescriptor> object = CreateMemoryObject();
  if (!object.ok()) return object.status();
  const int error = system.Truncate(object->get(), request.size);
  if (error != 0) return ErrnoStatus(error, Map(request.object));
  if (options.sealed) {
    absl::Status sealed = SealSize(object->get(), options.can_grow);
    if (!sealed.ok()) return sealed;
  }
  request.descriptor = *std::move(object);
  request.source.fd = request.descriptor.get();
  request.source.flags = MAP_SHARED;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Request> MemoryRequest(const MappingSystem& system, uint64_t size,
                                      const MemoryOptions& options) {
  Request request;
  request.object = "memory";
  request.memory = true;
  if (size == 0) return Invalid(request.object, "0 bytes");
  if (options.sealed && !options.shared) return Invalid(request.object, "sealed, but not shared");
  absl::Status status = CheckAddressable(request.object, size);
  if (!status.ok()) return status;
  request.size = static_cast<size_t>(size);
  status = SetReserve(request, options.reserve);
  if (!status.ok()) return status;
  request.source.shared = options.shared;
  request.source.protection = Protection(Access::kWrite, options.executable);
  request.source.flags = MAP_ANON | (options.shared ? MAP_SHARED : MAP_PRIVATE);
  if (options.shared && (options.can_grow || options.sealed)) {
    status = BackByObject(system, request, options);
    if (!status.ok()) return status;
  }
  SetPopulate(request, options.populate);
  request.writable = true;
  request.sparse = true;  // memory is never allocated beforehand
  if (!options.can_grow) request.not_resizable = "the memory was made without can_grow";
  return request;
}

absl::StatusOr<Request> RawRequest(const MappingSystem& system, const RawMapping& raw) {
  Request request;
  request.memory = raw.fd == -1;
  request.object = request.memory ? "memory" : absl::StrCat("fd ", raw.fd);
  if ((raw.flags & kPlaced) != 0) return Invalid(request.object, "a flag that asks for an address");
  if (raw.length == 0) return ErrnoStatus(EINVAL, Map(request.object));
  absl::Status status = CheckAddressable(request.object, raw.length);
  if (!status.ok()) return status;
  request.size = static_cast<size_t>(raw.length);
  request.source.fd = raw.fd;
  request.source.offset = raw.offset;
  request.source.protection = raw.protection;
  request.source.flags = raw.flags;
  request.source.shared = (raw.flags & (MAP_SHARED | MAP_PRIVATE)) != MAP_PRIVATE;
  request.keep_descriptor = !request.memory && raw.keep_descriptor;
  request.guarded = raw.guarded;
  request.writable = (raw.protection & PROT_WRITE) != 0;
  if (!request.writable) request.not_resizable = "the mapping is read-only";
  if (!request.memory && !raw.keep_descriptor) request.not_resizable = "no descriptor was kept";
  if (request.guarded && !request.keep_descriptor) {
    return Invalid(request.object, "a guarded mapping needs a file and keep_descriptor");
  }
  if (!request.memory) return request;
  request.source.flags |= MAP_ANON;
  request.source.offset = 0;
  request.sparse = true;
  if (!request.source.shared || !request.writable) return request;
  // So that it can grow.
  const int flags = request.source.flags & ~MAP_ANON;
  status = BackByObject(system, request, {});
  request.source.flags = flags;
  return status.ok() ? absl::StatusOr<Request>(std::move(request)) : status;
}

}  // namespace someos::mapping_base
