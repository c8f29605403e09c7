#include "someos/api/mmap/arguments.h"

#include <cstddef>
#include <limits>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/backends/mapping_base/mapping_system.h"

namespace someos::mmap {
namespace {

constexpr uint64_t kMaxLength = std::numeric_limits<ptrdiff_t>::max();

absl::Status ValueError(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, message);
}

absl::Status OverflowError(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kOutOfRange, message);
}

absl::Status CheckNumbers(int64_t length, int64_t offset) {
  if (length < 0) return OverflowError("memory mapped length must be positive");
  if (static_cast<uint64_t>(length) > kMaxLength) {  // on 32-bit systems
    return OverflowError("Python int too large to convert to C ssize_t");
  }
  if (offset < 0) return OverflowError("memory mapped offset must be positive");
  return absl::OkStatus();
}

// The access that `prot` amounts to.
int AccessOf(int prot) {
  if ((prot & kProtWrite) == 0) return kAccessRead;
  return (prot & kProtRead) != 0 ? kAccessDefault : kAccessWrite;
}

// Everything but the length and what is mapped.
absl::StatusOr<CheckedArguments> CheckAccess(const MmapArguments& arguments) {
  constexpr MmapArguments kDefaults;
  if (arguments.access != kAccessDefault &&
      (arguments.flags != kDefaults.flags || arguments.prot != kDefaults.prot)) {
    return ValueError("mmap can't specify both access and flags, prot.");
  }
  if (arguments.guarded && !arguments.trackfd) {
    return ValueError("mmap can't guard a mapping with trackfd=False.");
  }
  switch (arguments.access) {
    case kAccessDefault:
      return CheckedArguments{0, arguments.flags, arguments.prot, AccessOf(arguments.prot), true};
    case kAccessRead:
      return CheckedArguments{0, kMapShared, kProtRead, kAccessRead, true};
    case kAccessWrite:
      return CheckedArguments{0, kMapShared, kProtRead | kProtWrite, kAccessWrite, true};
    case kAccessCopy:
      return CheckedArguments{0, kMapPrivate, kProtRead | kProtWrite, kAccessCopy, true};
    default:
      return ValueError("mmap invalid access parameter.");
  }
}

// How much of a regular file of `size` bytes is mapped.
absl::StatusOr<uint64_t> LengthOf(uint64_t size, uint64_t length, uint64_t offset) {
  if (length != 0) {
    if (offset > size || size - offset < length) {
      return ValueError("mmap length is greater than file size");
    }
    return length;
  }
  if (size == 0) return ValueError("cannot mmap an empty file");
  if (offset >= size) return ValueError("mmap offset is greater than file size");
  if (size - offset > kMaxLength) return ValueError("mmap length is too large");
  return size - offset;
}

}  // namespace

absl::StatusOr<CheckedArguments> CheckArguments(int fileno, int64_t length,
                                                const MmapArguments& arguments) {
  const absl::Status numbers = CheckNumbers(length, arguments.offset);
  if (!numbers.ok()) return numbers;
  absl::StatusOr<CheckedArguments> checked = CheckAccess(arguments);
  if (!checked.ok()) return checked;
  checked->length = static_cast<size_t>(length);
  if (fileno == -1) checked->flags |= kMapAnon;
  // Python keeps the descriptor also if the flags say that nothing of its file is mapped, and its
  // resize() then truncates that file.
  checked->is_file = (checked->flags & kMapAnon) == 0;
  if (fileno == -1) return checked;
  mapping_base::FileFacts file;
  const int error = mapping_base::RealMappingSystem().Stat(fileno, file);
  if (error != 0) return ErrnoStatus(error, absl::StrCat("size of fd ", fileno));
  if (!file.regular) return checked;  // the kernel decides
  const absl::StatusOr<uint64_t> mapped =
      LengthOf(file.size, static_cast<uint64_t>(length), static_cast<uint64_t>(arguments.offset));
  if (!mapped.ok()) return mapped.status();
  checked->length = static_cast<size_t>(*mapped);
  return checked;
}

}  // namespace someos::mmap
