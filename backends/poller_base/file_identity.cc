#include "someos/backends/poller_base/file_identity.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace someos::poller_base {

using base::SystemCalls;
using internal::IsAnonymous;
using internal::kAnonymousMask;
using internal::kIdUnknown;
using internal::kNoId;

namespace {

// The finalizer of a 64-bit mixing function; spreads consecutive inode numbers.
uint64_t Mix(uint64_t value) {
  value ^= value >> 33;
  value *= 0xff51afd7ed558ccdu;
  value ^= value >> 33;
  return value;
}

// Never 0.
uint32_t Fold(uint64_t mixed) {
  const auto folded = static_cast<uint32_t>(mixed ^ (mixed >> 32));
  return folded == 0 ? 1 : folded;
}

// Only these have a meaningful st_rdev. For other files, FFS on the BSDs stores the address of the
// first block there, which a write changes (OpenBSD's ufs_vnops.c).
bool IsDevice(mode_t mode) { return S_ISCHR(mode) || S_ISBLK(mode); }

// Whether `fd` was opened with O_PATH: it can be neither read nor written nor waited for. Linux's
// calls that would do so treat it as closed, except for select(2).
bool NamesPathOnly([[maybe_unused]] int fd) {
#ifdef __linux__
  const int flags = fcntl(fd, F_GETFL);
  return flags != -1 && (flags & O_PATH) != 0;
#else
  return false;
#endif
}

#if defined(__linux__) && defined(SYS_statx) && defined(STATX_BTIME)
// statx(2) (Linux 4.11; by number, because older C libraries have no function for it). AT_STATX_-
// DONT_SYNC makes it answer from what the kernel has, without asking a server.
bool ReadStatx(int fd, struct stat& status, uint32_t& birth) {
  constexpr unsigned kWanted = STATX_TYPE | STATX_INO | STATX_BTIME;
  struct statx found;
  if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, kWanted, &found) != 0) {
    return false;
  }
  status = {};
  status.st_dev = makedev(found.stx_dev_major, found.stx_dev_minor);
  status.st_rdev = makedev(found.stx_rdev_major, found.stx_rdev_minor);
  status.st_ino = static_cast<ino_t>(found.stx_ino);
  status.st_mode = found.stx_mode;
  if (found.stx_mask & STATX_BTIME) {
    birth = Fold(Mix(static_cast<uint64_t>(found.stx_btime.tv_sec)) ^ found.stx_btime.tv_nsec);
  }
  return true;
}
#else
bool ReadStatx(int /*fd*/, struct stat& /*status*/, uint32_t& /*birth*/) {
  errno = ENOSYS;
  return false;
}
#endif

// Reads what identifies a file into `status`, and its birth if the system has it.
bool ReadStatus(int fd, SystemCalls calls, struct stat& status, uint32_t& birth) {
  if (calls == SystemCalls::kAll) {
    if (ReadStatx(fd, status, birth)) return true;
    if (errno == EBADF) return false;
  }
  return fstat(fd, &status) == 0;  // or an older kernel, or a sandbox
}

// A digest of what name_to_handle_at(2) returns; 0 if it returns nothing.
uint32_t HandleDigest([[maybe_unused]] int fd) {
#ifdef __linux__
  // AT_HANDLE_FID (Linux 6.5): file systems that cannot open handles make some as well.
  for (const int flags : {AT_EMPTY_PATH | 0x200, AT_EMPTY_PATH}) {
    alignas(file_handle) unsigned char room[sizeof(file_handle) + MAX_HANDLE_SZ] = {};
    auto* const handle = reinterpret_cast<file_handle*>(room);
    handle->handle_bytes = MAX_HANDLE_SZ;
    int mount_id;
    if (name_to_handle_at(fd, "", handle, &mount_id, flags) != 0) continue;
    auto mixed = Mix(static_cast<uint64_t>(handle->handle_type));
    const unsigned char* const bytes = room + offsetof(file_handle, f_handle);
    for (unsigned i = 0; i < handle->handle_bytes; ++i) mixed = Mix(mixed ^ bytes[i]);
    return Fold(mixed);
  }
#endif
  return 0;
}

#ifdef __linux__
// The id is available only from procfs (Linux 5.2).
uint32_t AnonymousId(int fd) {
  constexpr uint32_t kFirstId = kNoId + 1;
  char path[64];
  // Not /proc/self: the thread may have another table of descriptors than the process's first one.
  std::snprintf(path, sizeof(path), "/proc/thread-self/fdinfo/%d", fd);
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

bool FileIdentity::may_block() const { return S_ISFIFO(mode) || S_ISSOCK(mode); }

std::optional<FileIdentity> FileIdentity::QuickOf(int fd, SystemCalls calls) {
  struct stat status;
  FileDigest digest;
  if (!ReadStatus(fd, calls, status, digest.birth)) return std::nullopt;
  if (S_ISSOCK(status.st_mode) && status.st_ino == 0) {
    digest.file = SocketPorts(fd);
    return FileIdentity{digest, status.st_mode, /*by_ports=*/true};
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
  digest.file = Fold(mixed);
  if (IsAnonymous(status.st_mode)) {
    const uint32_t id = calls == SystemCalls::kAll ? AnonymousId(fd) : kIdUnknown;
    digest.file = (digest.file & ~kAnonymousMask) | id;
  }
  return FileIdentity{digest, status.st_mode};
}

std::optional<FileIdentity> FileIdentity::Of(int fd, SystemCalls calls) {
  std::optional<FileIdentity> identity = QuickOf(fd, calls);
  if (!identity.has_value()) return identity;
  if (NamesPathOnly(fd)) {
    errno = EBADF;
    return std::nullopt;
  }
  if (calls == SystemCalls::kAll && (identity->always_ready() || S_ISFIFO(identity->mode))) {
    identity->digest.generation = HandleDigest(fd);
  }
  return identity;
}

}  // namespace someos::poller_base
