#include "someos/backends/poller_base/file_identity.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace someos::poller_base {
namespace {

// The finalizer of a 64-bit mixing function; spreads consecutive inode numbers.
uint64_t Mix(uint64_t value) {
  value ^= value >> 33;
  value *= 0xff51afd7ed558ccdu;
  value ^= value >> 33;
  return value;
}

// Eventfds, timerfds and the like share one inode, which has no file type
// (findings/linux_anonymous_inodes.sh). Each eventfd has an id. The lower half of such a digest is
// derived from the id, or is kNoId if there is none, or kIdUnknown if it could not be read.
constexpr uint32_t kAnonymousMask = 0xffff;
constexpr uint32_t kIdUnknown = 0;
constexpr uint32_t kNoId = 1;

// Only these have a meaningful st_rdev. For other files, FFS on the BSDs stores the address of the
// first block there, which a write changes (OpenBSD's ufs_vnops.c).
bool IsDevice(mode_t mode) { return S_ISCHR(mode) || S_ISBLK(mode); }

bool IsAnonymous(mode_t mode) { return (mode & S_IFMT) == 0; }

// Whether `fd` was opened with O_PATH: it can be neither read nor written nor waited for. Linux's
// calls that would do so treat it as closed, except for select(2).
bool NamesPathOnly([[maybe_unused]] int fd) {
#ifdef __linux__
  return (fcntl(fd, F_GETFL) & O_PATH) != 0;
#else
  return false;
#endif
}

#ifdef __linux__
// The id is available only from procfs (Linux 5.2).
uint32_t AnonymousId(int fd) {
  constexpr uint32_t kFirstId = kNoId + 1;
  char path[64];
  std::snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
  const int info = open(path, O_RDONLY | O_CLOEXEC);
  if (info < 0) return kIdUnknown;  // no free descriptors, or no procfs
  char text[512];
  const ssize_t size = read(info, text, sizeof(text) - 1);
  close(info);
  text[std::max<ssize_t>(size, 0)] = '\0';
  constexpr char kKey[] = "eventfd-id:";
  const char* const found = std::strstr(text, kKey);
  if (found == nullptr) return kNoId;
  const uint64_t id = std::strtoull(found + sizeof(kKey) - 1, nullptr, 10);
  return kFirstId + static_cast<uint32_t>(id % (kAnonymousMask + 1 - kFirstId));
}
#else
uint32_t AnonymousId(int) { return kNoId; }
#endif

// The creation time of a pipe without an inode: sys_pipe.c of OpenBSD and NetBSD sets st_ctim once,
// to the time of the last clock tick; there are about a hundred ticks per second.
uint64_t CreationTime([[maybe_unused]] const struct stat& status) {
#if defined(__OpenBSD__) || defined(__NetBSD__)
  return Mix(static_cast<uint64_t>(status.st_ctim.tv_sec)) ^
         static_cast<uint64_t>(status.st_ctim.tv_nsec);
#else
  return 0;
#endif
}

using NameCall = int (*)(int, sockaddr*, socklen_t*);

// The port in the address that getsockname(2) or getpeername(2) returns for `fd`; 0 if there is
// none.
uint16_t PortOf(NameCall name_of, int fd) {
  sockaddr_storage name = {};
  socklen_t size = sizeof(name);
  if (name_of(fd, reinterpret_cast<sockaddr*>(&name), &size) != 0) return 0;
  if (name.ss_family == AF_INET) return reinterpret_cast<const sockaddr_in&>(name).sin_port;
  if (name.ss_family == AF_INET6) return reinterpret_cast<const sockaddr_in6&>(name).sin6_port;
  return 0;
}

}  // namespace

uint32_t SocketPorts(int fd) {
  const uint32_t local = PortOf(getsockname, fd);
  return local << 16 | PortOf(getpeername, fd);
}

bool PortsAgree(uint32_t some, uint32_t others) {
  const auto agree = [](uint32_t a, uint32_t b) { return a == b || a == 0 || b == 0; };
  return agree(some >> 16, others >> 16) && agree(some & 0xffff, others & 0xffff);
}

std::optional<FileIdentity> FileIdentity::Of(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0) return std::nullopt;
  if (NamesPathOnly(fd)) {
    errno = EBADF;
    return std::nullopt;
  }
  if (S_ISSOCK(status.st_mode) && status.st_ino == 0) {
    return FileIdentity{SocketPorts(fd), status.st_mode, /*by_ports=*/true};
  }
  uint64_t mixed = Mix(static_cast<uint64_t>(status.st_dev));
  mixed = Mix(mixed ^ static_cast<uint64_t>(status.st_ino));
  if (IsDevice(status.st_mode)) mixed = Mix(mixed ^ static_cast<uint64_t>(status.st_rdev));
  mixed = Mix(mixed ^ (status.st_mode & S_IFMT));
  if (S_ISFIFO(status.st_mode)) {
    // On Linux the two ends of a pipe share one inode.
    mixed = Mix(mixed ^ static_cast<uint64_t>(fcntl(fd, F_GETFL) & O_ACCMODE));
    if (status.st_ino == 0) mixed = Mix(mixed ^ CreationTime(status));
  }
  uint32_t digest = static_cast<uint32_t>(mixed ^ (mixed >> 32));
  if (IsAnonymous(status.st_mode)) digest = (digest & ~kAnonymousMask) | AnonymousId(fd);
  return FileIdentity{digest, status.st_mode};
}

int FileIdentity::Mismatch(const std::optional<FileIdentity>& found, uint32_t digest) {
  if (!found.has_value()) return errno;
  return found->SameAs(digest) ? 0 : ENOENT;
}

bool FileIdentity::SameAs(uint32_t other_digest) const {
  if (digest == other_digest) return true;
  if (by_ports) return PortsAgree(digest, other_digest);
  if (!IsAnonymous(mode) || ((digest ^ other_digest) & ~kAnonymousMask) != 0) return false;
  return (digest & kAnonymousMask) == kIdUnknown || (other_digest & kAnonymousMask) == kIdUnknown;
}

}  // namespace someos::poller_base
