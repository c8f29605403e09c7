#include "someos/backends/worker_process/parent_process.h"

#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"

namespace someos::worker_process {

ParentProcess::ParentProcess() : id_(getppid()) {}

bool ParentProcess::ended() const { return getppid() != id_; }

absl::StatusOr<std::string> ParentProcess::program() const {
  const std::string link = absl::StrCat("/proc/", id_, "/exe");
  std::string path(PATH_MAX, '\0');
  const ssize_t size = readlink(link.c_str(), &path[0], path.size());
  if (size < 0) return ErrnoStatus(errno, absl::StrCat("readlink ", link));
  path.resize(static_cast<size_t>(size));
  return path;
}

}  // namespace someos::worker_process
