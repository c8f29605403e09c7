// Telling whether a descriptor number still names the file it named before.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_FILE_IDENTITY_H_
#define SOMEOS_BACKENDS_POLLER_BASE_FILE_IDENTITY_H_

#include <sys/stat.h>

#include <cstdint>
#include <optional>

namespace someos::poller_base {

// A digest of what fstat(2) says about the file behind a descriptor.
//
// Two digests that differ belong to different files. Equal ones need not be the same file: Linux's
// timerfds share one inode, and OpenBSD and NetBSD give pipes none, only the time, to a hundredth
// of a second, at which they were made.
struct FileIdentity {
  uint32_t digest = 0;
  mode_t mode = 0;
  bool by_ports = false;  // the digest is that of a socket without an inode: see SocketPorts

  // Whether this is, as far as can be told, the file that had this digest. What tells Linux's
  // eventfds apart cannot be read while the process is out of descriptors; a digest of such a time
  // passes for that of any eventfd, timerfd and the like. So does that of a socket of a time when
  // it had no port, or no peer yet.
  bool SameAs(uint32_t other_digest) const;

  // Regular files and directories, which are always ready and which no kernel queue takes.
  bool always_ready() const { return S_ISREG(mode) || S_ISDIR(mode); }

  // nullopt with errno set (EBADF) if `fd` is not open.
  static std::optional<FileIdentity> Of(int fd);

  // Why `found`, as Of() has just returned it, is not the file that had `digest`: ENOENT, or the
  // errno of Of(). 0 if it is.
  static int Mismatch(const std::optional<FileIdentity>& found, uint32_t digest);
};

// What tells sockets apart that have no inode, as TCP's on the BSDs: the local port in the upper
// half, the peer's in the lower one; 0 for one that the socket has not got (yet, or any more).
uint32_t SocketPorts(int fd);

// Whether two values of SocketPorts may be of one socket, at two moments of its life.
bool PortsAgree(uint32_t some, uint32_t others);

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_FILE_IDENTITY_H_
