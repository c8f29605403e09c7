#include "someos/api/mmap/mmap.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/mapping.h"
#include "someos/api/mmap/constants.h"
#include "someos/api/python_error.h"

namespace someos::mmap {
namespace {

absl::Status ValueError(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, message);
}

// A Mapping's refusal of a size that cannot be is kOutOfRange; Python's is an OSError.
absl::Status WithErrno(const absl::Status& status, int error) {
  if (!absl::IsOutOfRange(status)) return status;
  return ErrnoStatus(error, status.message());
}

absl::string_view AccessName(int access) {
  for (const Constant& constant : kAccessConstants) {
    if (constant.value == access) return constant.name;
  }
  return "";
}

}  // namespace

Mmap::Mmap(std::unique_ptr<Mapping> mapping, const CheckedArguments& checked,
           const MmapArguments& arguments)
    : mapping_(std::move(mapping)),
      access_(checked.access),
      is_file_(checked.is_file),
      // What can be written can be read, on all processors.
      readable_((checked.prot & (kProtRead | kProtWrite)) != 0),
      trackfd_(arguments.trackfd),
      guarded_(arguments.guarded && checked.is_file),
      offset_(arguments.offset) {}

absl::StatusOr<Mmap> Mmap::CreateOn(const MappingBackend& backend, int fileno, int64_t length,
                                    const MmapArguments& arguments) {
  const absl::StatusOr<CheckedArguments> checked = CheckArguments(fileno, length, arguments);
  if (!checked.ok()) return checked.status();
  // Python passes the offset on also where nothing is mapped from there.
  if (!checked->is_file && static_cast<size_t>(arguments.offset) % PageSize() != 0) {
    return ErrnoStatus(EINVAL, absl::StrCat("map memory at offset ", arguments.offset));
  }
  RawMapping raw;
  raw.fd = checked->is_file ? fileno : -1;
  raw.length = checked->length;
  raw.protection = checked->prot;
  raw.flags = checked->flags;
  raw.offset = static_cast<uint64_t>(arguments.offset);
  raw.keep_descriptor = arguments.trackfd;
  raw.guarded = arguments.guarded && checked->is_file;
  absl::StatusOr<std::unique_ptr<Mapping>> mapping = backend.map_raw(raw);
  if (!mapping.ok()) return WithErrno(mapping.status(), ENOMEM);
  return Mmap(*std::move(mapping), *checked, arguments);
}

Mmap& Mmap::operator=(Mmap&& other) noexcept {
  mapping_ = std::exchange(other.mapping_, nullptr);
  access_ = other.access_;
  is_file_ = other.is_file_;
  readable_ = other.readable_;
  trackfd_ = other.trackfd_;
  guarded_ = other.guarded_;
  offset_ = other.offset_;
  position_ = other.position_;
  return *this;
}

absl::Status Mmap::Check(Use use) const {
  if (closed()) return ValueError("mmap closed or invalid");
  if (use == Use::kRead && !readable_) {
    return PythonTypeError("mmap can't read a memory map without PROT_READ.");
  }
  if (use == Use::kWrite && !IsWritable()) {
    return PythonTypeError("mmap can't modify a readonly memory map.");
  }
  return absl::OkStatus();
}

absl::Status Mmap::Close() {
  if (HasBuffers()) return PythonBufferError("cannot close exported pointers exist");
  mapping_ = nullptr;
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Mmap::Length() const {
  if (absl::Status status = Check(Use::kLook); !status.ok()) return status;
  return static_cast<int64_t>(size());
}

absl::StatusOr<int64_t> Mmap::Size() const {
  if (absl::Status status = Check(Use::kLook); !status.ok()) return status;
  // Memory that can grow may have a descriptor, but no file that a program knows of.
  if (!is_file_) return ErrnoStatus(EBADF, "size");
  const absl::StatusOr<uint64_t> size = mapping_->FileSize();
  if (!size.ok()) return size.status();
  return static_cast<int64_t>(*size);
}

absl::Status Mmap::Flush(int64_t offset, std::optional<int64_t> size) {
  if (absl::Status status = Check(Use::kLook); !status.ok()) return status;
  const int64_t end = static_cast<int64_t>(this->size());
  if (offset < 0 || offset > end || size.value_or(0) < 0 || size.value_or(0) > end - offset) {
    return ValueError("flush values out of range");
  }
  if (access_ == kAccessRead || access_ == kAccessCopy) return absl::OkStatus();
  // Mapping allows any offset; Python's is the kernel's.
  if (static_cast<size_t>(offset) % PageSize() != 0) {
    return ErrnoStatus(EINVAL, absl::StrCat("flush at ", offset));
  }
  return mapping_->Flush(static_cast<uint64_t>(offset),
                         static_cast<uint64_t>(size.value_or(end - offset)));
}

absl::Status Mmap::Madvise(int advice, int64_t start, std::optional<int64_t> length) {
  if (absl::Status status = Check(Use::kLook); !status.ok()) return status;
  const int64_t end = static_cast<int64_t>(size());
  if (start < 0 || start >= end) return ValueError("madvise start out of bounds");
  const int64_t rest = end - start;
  if (length.value_or(rest) < 0) return ValueError("madvise length invalid");
  if (length.value_or(rest) > std::numeric_limits<ptrdiff_t>::max() - start) {
    return PlainStatus(absl::StatusCode::kOutOfRange, "madvise length too large");
  }
  return mapping_->AdviseRaw(advice, static_cast<uint64_t>(start),
                             static_cast<uint64_t>(std::min(length.value_or(rest), rest)));
}

absl::Status Mmap::Resize(int64_t size) {
  if (absl::Status status = Check(Use::kLook); !status.ok()) return status;
  if (HasBuffers()) {
    return PythonBufferError("mmap can't resize with extant buffers exported.");
  }
  if (!trackfd_) return ValueError("mmap can't resize with trackfd=False.");
  if (access_ == kAccessRead || access_ == kAccessCopy) {
    return PythonTypeError("mmap can't resize a readonly or copy-on-write memory map.");
  }
  if (size < 0 || size > std::numeric_limits<ptrdiff_t>::max() - offset_) {
    return ValueError("new size out of range");
  }
  return WithErrno(mapping_->Resize(static_cast<uint64_t>(size)), is_file_ ? EFBIG : ENOMEM);
}

absl::StatusOr<Mmap::Buffer> Mmap::GetBuffer() const {
  if (absl::Status status = Check(Use::kRead); !status.ok()) return status;
  return Buffer(mapping_, IsWritable());
}

std::string Mmap::ToString() const {
  if (closed()) return "<mmap.mmap closed=True>";
  return absl::StrCat("<mmap.mmap closed=False, access=", AccessName(access_), ", length=", size(),
                      ", pos=", position_, ", offset=", offset_, ">");
}

}  // namespace someos::mmap
