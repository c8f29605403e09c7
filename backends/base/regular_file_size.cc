#include "someos/backends/base/regular_file_size.h"

#include <sys/stat.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"

namespace someos::base {

absl::StatusOr<std::optional<uint64_t>> RegularFileSize(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0) return ErrnoStatus(errno, absl::StrCat("size of fd ", fd));
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  return static_cast<uint64_t>(status.st_size);
}

}  // namespace someos::base
