// What procfs lists of an epoll set: proc(5), /proc/PID/fdinfo.

#ifndef SOMEOS_BACKENDS_EPOLL_EPOLL_LISTING_H_
#define SOMEOS_BACKENDS_EPOLL_EPOLL_LISTING_H_

#include <cstdint>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace someos {

// The files that were in a set when it was listed, by the tags of their registrations. Immutable.
class EpollListing {
 public:
  // A registered file. The kernel has an inode and a device of its own for each file, which need
  // not be those of fstat(2): they can be compared only with those of another listing. Files
  // without an inode, such as eventfds, all have the same.
  struct File {
    uint64_t inode = 0;
    uint64_t device = 0;

    bool SameInode(const File& other) const {
      return inode == other.inode && device == other.device;
    }
  };

  EpollListing() = default;
  // Empty where procfs does not list the files: not mounted, not readable, or Linux older than
  // 4.13. Error messages begin with `operation`: EMFILE, ENFILE (it needs a descriptor for a
  // moment), ENOMEM.
  static absl::StatusOr<EpollListing> Of(absl::string_view operation, int epoll_fd);

  bool empty() const { return files_.empty(); }
  // nullptr if no registration with `tag` is listed.
  const File* Find(uint64_t tag) const;

 private:
  std::unordered_map<uint64_t, File> files_;
};

}  // namespace someos

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_LISTING_H_
