#include "someos/tools/tail/open_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/api/mmap.h"

namespace someos::tail {

absl::StatusOr<OpenFile> OpenFile::Open(const std::string& path) {
  // Non-blocking for the open itself: a FIFO without a writer would block it.
  OpenFile file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status;
  if (!file.is_open() || fstat(file.fd_, &status) != 0) return ErrnoStatus(errno, path);
  if (!S_ISREG(status.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": not a regular file"));
  }
  return file;
}

OpenFile::~OpenFile() {
  if (is_open()) close(fd_);
}

absl::StatusOr<bool> OpenFile::HasName(const std::string& path) const {
  struct stat named;
  struct stat own;
  if (stat(path.c_str(), &named) != 0) return ErrnoStatus(errno, path);
  if (fstat(fd_, &own) != 0) return ErrnoStatus(errno, path);
  return named.st_dev == own.st_dev && named.st_ino == own.st_ino;
}

absl::StatusOr<uint64_t> OpenFile::Size() const {
  struct stat status;
  if (fstat(fd_, &status) != 0) return ErrnoStatus(errno, "fstat");
  return static_cast<uint64_t>(status.st_size);
}

absl::Status OpenFile::Copy(uint64_t offset, size_t size, std::string* into) const {
  MappingOptions options;
  options.access = Access::kRead;
  options.offset = offset;
  options.guarded = true;
  const absl::StatusOr<std::unique_ptr<Mapping>> mapping = MapFile(fd_, size, options);
  if (!mapping.ok()) return mapping.status();
  absl::StatusOr<Mapping::Guard> guard = (*mapping)->Enter();
  if (!guard.ok()) return guard.status();
  into->assign(guard->view().data(), guard->view().size());
  if (absl::Status status = guard->Done(); !status.ok()) return status;
  // In the last page of a file, what is behind its end reads as zeros, and no guard notices.
  const absl::StatusOr<uint64_t> size_now = Size();
  if (!size_now.ok()) return size_now.status();
  if (*size_now < offset + size) return absl::DataLossError("the file has become shorter");
  return absl::OkStatus();
}

absl::Status OpenFile::Read(uint64_t offset, size_t size, std::string* into) const {
  if (absl::Status status = Copy(offset, size, into); !status.ok()) return status;
  if (!absl::StrContains(*into, '\0')) return absl::OkStatus();
  // The file may have been cut off inside of this range, and be longer again already: then these
  // zeros, too, are no longer there.
  std::string again;
  if (absl::Status status = Copy(offset, size, &again); !status.ok()) return status;
  return again == *into ? absl::OkStatus() : absl::DataLossError("the file has been changed");
}

}  // namespace someos::tail
