#include "someos/backends/mapping_base/mapping_system.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/uio.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "absl/base/dynamic_annotations.h"

namespace someos::mapping_base {
namespace {

// BUILD.bazel defines _FILE_OFFSET_BITS for 32-bit processors.
static_assert(sizeof(off_t) == sizeof(uint64_t));

int ErrnoOfCall(int result) { return result == 0 ? 0 : errno; }

// The bytes are those of the file, whoever reads them: mapping it again where it was mapped is no
// write that a reader in another thread could be racing with.
class NotAWrite {
 public:
  NotAWrite() { ABSL_ANNOTATE_IGNORE_READS_AND_WRITES_BEGIN(); }
  NotAWrite(const NotAWrite&) = delete;
  NotAWrite& operator=(const NotAWrite&) = delete;
  ~NotAWrite() { ABSL_ANNOTATE_IGNORE_READS_AND_WRITES_END(); }
};

}  // namespace

void* MappingSystem::Map(void* address, size_t length, int protection, int flags, int fd,
                         uint64_t offset) const {
  const NotAWrite for_thread_sanitizer;
  void* const mapped = ::mmap(address, length, protection, flags, fd, static_cast<off_t>(offset));
  return mapped == MAP_FAILED ? nullptr : mapped;
}

void* MappingSystem::Remap(void* address, size_t old_length, size_t new_length) const {
#ifdef __linux__
  void* const mapped = mremap(address, old_length, new_length, MREMAP_MAYMOVE);
  return mapped == MAP_FAILED ? nullptr : mapped;
#else
  static_cast<void>(address);
  static_cast<void>(old_length);
  static_cast<void>(new_length);
  errno = ENOSYS;
  return nullptr;
#endif
}

int MappingSystem::Unmap(void* address, size_t length) const {
  return ErrnoOfCall(munmap(address, length));
}

int MappingSystem::Truncate(int fd, uint64_t size) const {
  int error;
  do {
    error = ErrnoOfCall(ftruncate(fd, static_cast<off_t>(size)));
  } while (error == EINTR);
  return error;
}

#if defined(__linux__) || defined(__FreeBSD__) || defined(__NetBSD__)

// Returns an errno; EOPNOTSUPP if the file system cannot allocate.
static int AllocateOnce(int fd, off_t from, off_t more) {
#ifdef __linux__
  // Not posix_fallocate(3), which writes zeros itself where the file system cannot allocate.
  const int error = ErrnoOfCall(fallocate(fd, 0, from, more));
  return error == ENOSYS || error == ENODEV ? EOPNOTSUPP : error;
#else
  const int error = posix_fallocate(fd, from, more);
  return error == EINVAL || error == ENODEV ? EOPNOTSUPP : error;  // EINVAL: ZFS
#endif
}

// After a signal: Linux takes back what it has allocated then, so that a large call would never
// come to its end in a program with a timer whose signals come often.
static int AllocateInSteps(int fd, off_t from, off_t more) {
  constexpr off_t kStep = off_t{4} << 20;
  while (more > 0) {
    const off_t step = std::min(more, kStep);
    int error;
    do {
      error = AllocateOnce(fd, from, step);
    } while (error == EINTR);
    if (error != 0) return error;
    from += step;
    more -= step;
  }
  return 0;
}

#endif

int MappingSystem::Allocate(int fd, uint64_t old_size, uint64_t size) const {
  const auto from = static_cast<off_t>(old_size);
  const auto more = static_cast<off_t>(size - old_size);
#if defined(__linux__) || defined(__FreeBSD__) || defined(__NetBSD__)
  int error = AllocateOnce(fd, from, more);
  if (error == EINTR) {
    error = AllocateInSteps(fd, from, more);
    if (error != 0) static_cast<void>(Truncate(fd, old_size));
  }
  return error;
#elif defined(__APPLE__)
  fstore_t wanted = {F_ALLOCATEALL, F_PEOFPOSMODE, 0, more, 0};
  static_cast<void>(from);
  if (fcntl(fd, F_PREALLOCATE, &wanted) != 0) return errno == ENOTSUP ? EOPNOTSUPP : errno;
  return Truncate(fd, size);
#else
  static_cast<void>(fd);
  static_cast<void>(from);
  static_cast<void>(more);
  return EOPNOTSUPP;
#endif
}

int MappingSystem::Stat(int fd, FileFacts& facts) const {
  struct stat status;
  if (fstat(fd, &status) != 0) return errno;
  facts.size = static_cast<uint64_t>(status.st_size);
  facts.regular = S_ISREG(status.st_mode);
  return 0;
}

int MappingSystem::Advise(void* address, size_t length, int advice) const {
  return ErrnoOfCall(madvise(address, length, advice));
}

int MappingSystem::Synchronize(void* address, size_t length, int flags) const {
  int error;
  do {
    error = ErrnoOfCall(msync(address, length, flags));
  } while (error == EINTR);
  return error;
}

int MappingSystem::FlushDisk(int fd) const {
#ifdef F_FULLFSYNC
  // Some file systems do not have it; for these fsync(2) is all there is.
  if (fcntl(fd, F_FULLFSYNC) == 0) return 0;
  return ErrnoOfCall(fsync(fd));
#else
  static_cast<void>(fd);
  return 0;
#endif
}

int MappingSystem::Duplicate(int fd) const { return fcntl(fd, F_DUPFD_CLOEXEC, 3); }

ptrdiff_t MappingSystem::Read(int fd, void* into, size_t size, uint64_t offset) const {
  ptrdiff_t count;
  do {
    count = pread(fd, into, size, static_cast<off_t>(offset));
  } while (count < 0 && errno == EINTR);
  return count;
}

ptrdiff_t MappingSystem::CopyMemory(const void* from, void* into, size_t size) const {
#ifdef __linux__
  const iovec destination = {into, size};
  const iovec source = {const_cast<void*>(from), size};
  return process_vm_readv(getpid(), &destination, 1, &source, 1, 0);
#else
  static_cast<void>(from);
  static_cast<void>(into);
  static_cast<void>(size);
  errno = ENOSYS;
  return -1;
#endif
}

const MappingSystem& RealMappingSystem() {
  class Real final : public MappingSystem {};
  static const Real kReal;
  return kReal;
}

}  // namespace someos::mapping_base
