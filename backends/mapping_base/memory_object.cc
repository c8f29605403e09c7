#include "someos/backends/mapping_base/memory_object.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/own_descriptor.h"

#ifdef __linux__
#include <linux/memfd.h>
#include <sys/syscall.h>
#endif

namespace someos::mapping_base {
namespace {

// Each returns a descriptor, or -1 and errno.
#if defined(__linux__)
int Create() {
  constexpr unsigned int kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  // By its number: C libraries before glibc 2.27 have no function for it.
  const auto fd = static_cast<int>(syscall(SYS_memfd_create, "someos", kFlags));
  if (fd >= 0 || errno != EACCES) return fd;
  // The administrator allows only those that cannot be executed (vm.memfd_noexec, Linux 6.3).
  constexpr unsigned int kNoExecSeal = 8;
  return static_cast<int>(syscall(SYS_memfd_create, "someos", kFlags | kNoExecSeal));
}
#elif defined(SHM_ANON)
int Create() { return shm_open(SHM_ANON, O_RDWR | O_CLOEXEC, 0600); }
#elif defined(__OpenBSD__)
int Create() {
  char path[] = "/tmp/someos.XXXXXXXXXX";
  const int fd = shm_mkstemp(path);
  if (fd < 0) return -1;
  shm_unlink(path);
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  return fd;
}
#elif defined(__APPLE__)
int Create() {
  const char* const directory = std::getenv("TMPDIR");
  std::string path = absl::StrCat(directory == nullptr ? "/tmp" : directory, "/someos.XXXXXXXXXX");
  const int fd = mkostemp(path.data(), O_CLOEXEC);
  if (fd >= 0) unlink(path.c_str());
  return fd;
}
#else
int Create() {
  constexpr int kAttempts = 100;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const std::string name = absl::StrCat("/someos.", getpid(), ".", arc4random());
    const int fd = shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd < 0 && errno == EEXIST) continue;
    if (fd < 0) return -1;
    shm_unlink(name.c_str());
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
  }
  return -1;
}
#endif

}  // namespace

absl::StatusOr<base::OwnDescriptor> CreateMemoryObject() {
  base::OwnDescriptor object = base::OwnDescriptor::Take(Create());
  if (!object.valid()) return ErrnoStatus(errno, "create a memory object");
  return object;
}

absl::Status SealSize(int fd, bool can_grow) {
#ifdef F_ADD_SEALS
  const int seals = F_SEAL_SHRINK | F_SEAL_SEAL | (can_grow ? 0 : F_SEAL_GROW);
  if (fcntl(fd, F_ADD_SEALS, seals) == 0) return absl::OkStatus();
  return ErrnoStatus(errno, "seal memory");
#else
  static_cast<void>(fd);
  static_cast<void>(can_grow);
  return PlainStatus(absl::StatusCode::kUnimplemented, "seal memory: this system has no seals");
#endif
}

}  // namespace someos::mapping_base
