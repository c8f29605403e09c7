// A regular file that is open for reading, and may become shorter at any moment.

#ifndef SOMEOS_TOOLS_TAIL_OPEN_FILE_H_
#define SOMEOS_TOOLS_TAIL_OPEN_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace someos::tail {

// Thread-compatible. Owns its descriptor.
class OpenFile {
 public:
  // Not open.
  OpenFile() = default;
  // The errno of open(2); kInvalidArgument: it is no regular file.
  static absl::StatusOr<OpenFile> Open(const std::string& path);

  OpenFile(OpenFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OpenFile& operator=(OpenFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~OpenFile();

  bool is_open() const { return fd_ >= 0; }
  // Whether this is the file of that name now. kNotFound: it is nobody's. Other errors of stat(2).
  absl::StatusOr<bool> HasName(const std::string& path) const;
  absl::StatusOr<uint64_t> Size() const;

  // Copies `size` bytes from `offset` on into `*into`.
  //
  // kDataLoss, kOutOfRange: the file does not have them any more; `*into` is unspecified. Errors of
  // mmap(2).
  absl::Status Read(uint64_t offset, size_t size, std::string* into) const;

 private:
  explicit OpenFile(int fd) : fd_(fd) {}
  // The same, but zeros may be none of the file's.
  absl::Status Copy(uint64_t offset, size_t size, std::string* into) const;

  int fd_ = -1;
};

}  // namespace someos::tail

#endif  // SOMEOS_TOOLS_TAIL_OPEN_FILE_H_
