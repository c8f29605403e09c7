// The system calls that mappings make, as a seam for tests.

#ifndef SOMEOS_BACKENDS_MAPPING_BASE_MAPPING_SYSTEM_H_
#define SOMEOS_BACKENDS_MAPPING_BASE_MAPPING_SYSTEM_H_

#include <cstddef>
#include <cstdint>

namespace someos::mapping_base {

// What fstat(2) says of a file.
struct FileFacts {
  uint64_t size = 0;
  bool regular = false;  // a regular file, also a memory object
};

// The kernel's own calls. Tests derive from it. Each returns 0 or a pointer on success; otherwise
// an errno or null, as it says. Sizes of files have 64 bits on every system.
//
// The handler of SIGBUS does not use it: what it calls must be safe in a signal handler.
class MappingSystem {
 public:
  MappingSystem() = default;
  MappingSystem(const MappingSystem&) = delete;
  MappingSystem& operator=(const MappingSystem&) = delete;

  // mmap(2). Null and errno on failure. `offset` is a multiple of the page size.
  virtual void* Map(void* address, size_t length, int protection, int flags, int fd,
                    uint64_t offset) const;
  // mremap(2) with MREMAP_MAYMOVE. Null and errno on failure; ENOSYS where there is no such call.
  virtual void* Remap(void* address, size_t old_length, size_t new_length) const;

  // These return an errno.
  virtual int Unmap(void* address, size_t length) const;
  virtual int Truncate(int fd, uint64_t size) const;
  // Makes the file `size` long and allocates what is new, from `old_size` on. EOPNOTSUPP if system
  // or file system cannot, then nothing has changed; after other errors the file may be longer.
  virtual int Allocate(int fd, uint64_t old_size, uint64_t size) const;
  virtual int Stat(int fd, FileFacts& facts) const;
  virtual int Advise(void* address, size_t length, int advice) const;
  // msync(2), whose flags are MS_SYNC or MS_ASYNC.
  virtual int Synchronize(void* address, size_t length, int flags) const;
  // Makes the disk write what it has in its own memory; F_FULLFSYNC (macOS), elsewhere nothing.
  virtual int FlushDisk(int fd) const;

  // A duplicate that is close-on-exec; -1 and errno on failure.
  virtual int Duplicate(int fd) const;
  // pread(2): -1 and errno on failure.
  virtual ptrdiff_t Read(int fd, void* into, size_t size, uint64_t offset) const;
  // Copies memory of this process, up to what is not there. -1 and errno: EFAULT at once, or ENOSYS
  // where there is no such call.
  virtual ptrdiff_t CopyMemory(const void* from, void* into, size_t size) const;

 protected:
  ~MappingSystem() = default;
};

// Those of the kernel.
const MappingSystem& RealMappingSystem();

}  // namespace someos::mapping_base

#endif  // SOMEOS_BACKENDS_MAPPING_BASE_MAPPING_SYSTEM_H_
