#include "someos/backends/epoll/epoll_listing.h"

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/backends/poller_base/shortage.h"

namespace someos {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

absl::StatusOr<EpollListing> EpollListing::Of(absl::string_view operation, int epoll_fd) {
  EpollListing listing;
  // Not /proc/self: the thread may have another table of descriptors than the process's first one.
  const std::string path = absl::StrCat("/proc/thread-self/fdinfo/", epoll_fd);
  // "e" is O_CLOEXEC.
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "re"));
  if (file == nullptr) {
    if (poller_base::IsShortage(errno)) {
      return ErrnoStatus(errno, absl::StrCat(operation, ": open ", path));
    }
    return listing;
  }
  char line[256];
  while (std::fgets(line, sizeof(line), file.get()) != nullptr) {
    uint64_t tag;
    File found;
    if (std::sscanf(line,
                    "tfd: %*d events: %*x data: %" SCNx64 " pos:%*d ino:%" SCNx64 " sdev:%" SCNx64,
                    &tag, &found.inode, &found.device) != 3) {
      continue;
    }
    listing.files_.emplace(tag, found);
  }
  return listing;
}

const EpollListing::File* EpollListing::Find(uint64_t tag) const {
  const auto found = files_.find(tag);
  return found == files_.end() ? nullptr : &found->second;
}

}  // namespace someos
