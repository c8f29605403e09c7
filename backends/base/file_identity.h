// Telling whether a descriptor number still names the file it named before.

#ifndef SOMEOS_BACKENDS_BASE_FILE_IDENTITY_H_
#define SOMEOS_BACKENDS_BASE_FILE_IDENTITY_H_

#include <sys/stat.h>

#include <cstdint>
#include <optional>

namespace someos::base {

// A digest of what fstat(2) says about the file behind a descriptor.
//
// Two digests that differ belong to different files. Equal ones need not be the same file: Linux's
// timerfds share one inode, FreeBSD gives TCP sockets none.
struct FileIdentity {
  uint32_t digest = 0;
  mode_t mode = 0;

  // Whether this is, as far as can be told, the file that had this digest. What tells Linux's
  // eventfds apart cannot be read while the process is out of descriptors; a digest of such a time
  // passes for that of any eventfd, timerfd and the like.
  bool SameAs(uint32_t other_digest) const;

  // Regular files and directories, which are always ready and which no kernel queue takes.
  bool always_ready() const { return S_ISREG(mode) || S_ISDIR(mode); }

  // nullopt with errno set (EBADF) if `fd` is not open.
  static std::optional<FileIdentity> Of(int fd);
};

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_FILE_IDENTITY_H_
