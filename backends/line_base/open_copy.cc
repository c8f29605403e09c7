#include "someos/backends/line_base/open_copy.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

namespace someos::line_base {

std::FILE* OpenCopy(int fd, const char* mode) {
  // Never the number of a standard stream, if one is closed: a child or a message would go there.
  const int copy = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (copy < 0) return nullptr;
  std::FILE* const file = fdopen(copy, mode);
  if (file == nullptr) close(copy);
  return file;
}

}  // namespace someos::line_base
