// Detects whether a descriptor number still names the same file as before.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_FILE_IDENTITY_H_
#define SOMEOS_BACKENDS_POLLER_BASE_FILE_IDENTITY_H_

#include <sys/stat.h>

#include <cstdint>
#include <optional>

#include "someos/backends/base/system_calls.h"

namespace someos::poller_base {

// Digests of what the kernel reports about the file behind a descriptor.
//
// Different digests mean different files. Equal digests need not mean the same file: all timerfds
// of Linux share one inode, and on OpenBSD and NetBSD pipes have no inode, only the time of their
// creation, with a resolution of a hundredth of a second.
struct FileDigest {
  uint32_t file = 0;  // of what fstat(2) reports
  // What tells a new file from a deleted one whose inode number it got (Linux). 0: unknown.
  uint32_t birth = 0;       // of the time when the file was made, as precise as the system's clock
  uint32_t generation = 0;  // of the file's handle, which contains a number of the inode's reuse
};

struct FileIdentity {
  FileDigest digest;
  mode_t mode = 0;
  bool by_ports = false;  // digest.file is SocketPorts, of a socket without an inode

  // Whether this is, as far as can be determined, the file that had this digest. What is unknown of
  // one of them matches everything. The number that distinguishes Linux's eventfds cannot be read
  // while the process has no free descriptors; a digest computed then matches any eventfd, timerfd
  // and the like. Likewise, the digest of a socket without an inode that had no port, or no peer
  // yet, matches any port or peer.
  bool SameAs(const FileDigest& other) const;

  // Regular files and directories, which are always ready, and which neither epoll nor kqueue
  // reports as poll(2) does.
  bool always_ready() const { return S_ISREG(mode) || S_ISDIR(mode); }

  // Pipes, FIFOs and sockets, which can be waited for on every system.
  bool may_block() const;

  // On Linux, neither waits for the server of a network file system, which may not answer.
  // With kRequired they may, and learn nothing but what fstat(2) reports: neither birth nor
  // generation, nor the number of an eventfd.
  //
  // nullopt, with errno set to EBADF, if `fd` is not open, or open as a path only (O_PATH).
  static std::optional<FileIdentity> Of(int fd, base::SystemCalls calls = base::SystemCalls::kAll);
  // The same in a single system call: without the generation, and a path only is not noticed.
  static std::optional<FileIdentity> QuickOf(int fd,
                                             base::SystemCalls calls = base::SystemCalls::kAll);

  // Compares `found`, which Of() has just returned, with the file that had `digest`: 0 if they are
  // the same, ENOENT if not, or the errno of a failed Of().
  static int Mismatch(const std::optional<FileIdentity>& found, const FileDigest& digest);
};

// Distinguishes sockets that have no inode, such as TCP sockets on the BSDs: the local port in the
// upper half, the peer's port in the lower half; 0 for a port that the socket does not have (yet,
// or any more).
uint32_t SocketPorts(int fd);

// Whether two values of SocketPorts may belong to the same socket at different times.
bool PortsAgree(uint32_t some, uint32_t others);

namespace internal {

// Eventfds, timerfds and the like share one inode, which has no file type
// (findings/linux_anonymous_inodes.sh). Each eventfd has an id. The lower half of such a digest is
// derived from the id, or is kNoId if there is none, or kIdUnknown if it could not be read.
inline constexpr uint32_t kAnonymousMask = 0xffff;
inline constexpr uint32_t kIdUnknown = 0;
inline constexpr uint32_t kNoId = 1;
inline bool IsAnonymous(mode_t mode) { return (mode & S_IFMT) == 0; }

}  // namespace internal

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_FILE_IDENTITY_H_
