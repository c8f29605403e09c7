#include "someos/testing/same_inode.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <optional>
#include <utility>
#include <vector>

#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

// Where systems mount file systems.
constexpr const char* kPlaces[] = {"/",    "/dev", "/dev/pts", "/dev/shm", "/proc",
                                   "/run", "/sys", "/tmp",     "/usr"};

bool DifferByDeviceAlone(int a, int b) {
  struct stat first, second;
  MustSucceed(fstat(a, &first), "fstat");
  MustSucceed(fstat(b, &second), "fstat");
  return first.st_ino == second.st_ino && first.st_dev != second.st_dev;
}

}  // namespace

std::optional<SameInode> FindSameInode() {
  std::vector<ScopedFd> directories;
  for (const char* const place : kPlaces) {
    ScopedFd directory(open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() < 0) continue;
    for (ScopedFd& other : directories) {
      if (DifferByDeviceAlone(other.get(), directory.get())) {
        return SameInode{std::move(other), std::move(directory)};
      }
    }
    directories.push_back(std::move(directory));
  }
  return std::nullopt;
}

}  // namespace someos
