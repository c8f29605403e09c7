#include "someos/backends/worker_process/this_program.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"

namespace someos::worker_process {

int64_t ThisProcessId() { return getpid(); }

bool AreSameFile(const std::string& a, const std::string& b) {
  struct stat of_a;
  struct stat of_b;
  return stat(a.c_str(), &of_a) == 0 && stat(b.c_str(), &of_b) == 0 && of_a.st_dev == of_b.st_dev &&
         of_a.st_ino == of_b.st_ino;
}

absl::Status ExecuteInstead(const std::string& path, std::vector<std::string> arguments) {
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(&argument[0]);
  pointers.push_back(nullptr);
  execv(path.c_str(), pointers.data());
  return ErrnoStatus(errno, absl::StrCat("execute ", path));
}

absl::Status SetCloseOnExec(int fd) {
  const int flags = fcntl(fd, F_GETFD);
  if (flags < 0 || fcntl(fd, F_SETFD, flags | FD_CLOEXEC) != 0) {
    return ErrnoStatus(errno, absl::StrCat("set close-on-exec of fd ", fd));
  }
  return absl::OkStatus();
}

}  // namespace someos::worker_process
