#include "someos/testing/mapping/faults/faulty_system.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "someos/backends/mapping_base/mapping_system.h"
#include "someos/testing/faults/fault_plan.h"

namespace someos {
namespace {

using mapping_base::FileFacts;
using mapping_base::MappingSystem;

class FaultySystem final : public MappingSystem {
 public:
  void* Map(void* address, size_t length, int protection, int flags, int fd,
            uint64_t offset) const override {
    if (FaultPlan::Fails("mmap", fd)) return nullptr;
    return MappingSystem::Map(address, length, protection, flags, fd, offset);
  }
  void* Remap(void* address, size_t old_length, size_t new_length) const override {
    if (FaultPlan::Fails("mremap")) return nullptr;
    return MappingSystem::Remap(address, old_length, new_length);
  }
  int Unmap(void* address, size_t length) const override {
    return FaultPlan::Fails("munmap") ? errno : MappingSystem::Unmap(address, length);
  }
  int Truncate(int fd, uint64_t size) const override {
    return FaultPlan::Fails("ftruncate", fd) ? errno : MappingSystem::Truncate(fd, size);
  }
  int Allocate(int fd, uint64_t old_size, uint64_t size) const override {
    if (!FaultPlan::Fails("fallocate", fd)) return MappingSystem::Allocate(fd, old_size, size);
    const int error = errno;
    if (error != EOPNOTSUPP) MappingSystem::Truncate(fd, old_size + (size - old_size) / 2);
    return error;
  }
  int Stat(int fd, FileFacts& facts) const override {
    return FaultPlan::Fails("fstat", fd) ? errno : MappingSystem::Stat(fd, facts);
  }
  int Advise(void* address, size_t length, int advice) const override {
    return FaultPlan::Fails("madvise") ? errno : MappingSystem::Advise(address, length, advice);
  }
  int Synchronize(void* address, size_t length, int flags) const override {
    return FaultPlan::Fails("msync") ? errno : MappingSystem::Synchronize(address, length, flags);
  }
  int FlushDisk(int fd) const override {
    return FaultPlan::Fails("fullfsync", fd) ? errno : MappingSystem::FlushDisk(fd);
  }
  int Duplicate(int fd) const override {
    return FaultPlan::Fails("dup", fd) ? -1 : MappingSystem::Duplicate(fd);
  }
  ptrdiff_t Read(int fd, void* into, size_t size, uint64_t offset) const override {
    return FaultPlan::Fails("pread", fd) ? -1 : MappingSystem::Read(fd, into, size, offset);
  }
  ptrdiff_t CopyMemory(const void* from, void* into, size_t size) const override {
    return FaultPlan::Fails("copy_memory") ? -1 : MappingSystem::CopyMemory(from, into, size);
  }
};

}  // namespace

const MappingSystem& FaultyMappingSystem() {
  static const FaultySystem kFaulty;
  return kFaulty;
}

}  // namespace someos
