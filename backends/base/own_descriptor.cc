#include "someos/backends/base/own_descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/kcmp.h"
#include "someos/backends/base/no_cancellation.h"
#include "someos/backends/base/owned_fd.h"

namespace someos::base {
namespace {

// getpid(), asked for once in each generation: a child that is started by posix_spawn has several
// descriptors, and each system call of its start counts.
pid_t ProcessId() {
  static std::atomic<uint64_t> known{0};  // the generation, and the number in its lower half
  const uint64_t generation = uint64_t{ForkGeneration()} << 32;
  const uint64_t last = known.load(std::memory_order_relaxed);
  if ((last ^ generation) >> 32 == 0) return static_cast<pid_t>(last);
  const pid_t process = getpid();
  known.store(generation | static_cast<uint32_t>(process), std::memory_order_relaxed);
  return process;
}

}  // namespace

int AboveStandardStreams(int fd) {
  if (fd < STDIN_FILENO || fd > STDERR_FILENO) return fd;
  const OwnedFd standard(fd);
  const int duplicate = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  // The limit of open descriptors is as low as that.
  if (duplicate < 0 && errno == EINVAL) errno = EMFILE;
  return duplicate;
}

OwnDescriptor OwnDescriptor::Take(int fd, SystemCalls calls) {
  WatchForForks();
  fd = AboveStandardStreams(fd);
  return fd < 0 ? OwnDescriptor() : OwnDescriptor(fd, calls);
}

OwnDescriptor OwnDescriptor::Duplicate() const {
  return Take(fcntl(fd_, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), calls_);
}

void OwnDescriptor::Confirm() {
  file_.fork_generation = ForkGeneration();
  file_.process = ProcessId();
#ifndef __linux__
  struct stat status = {};
  if (fstat(fd_, &status) != 0) return;
  file_.device = status.st_dev;
  file_.inode = status.st_ino;
  file_.changed = status.st_ctime;
#endif
}

bool OwnDescriptor::IsUnchanged() const {
  if (!valid()) return false;
  return InForkGeneration(file_.fork_generation) || IsParents();
}

bool OwnDescriptor::IsReplaced() const {
  if (!valid() || calls_ == SystemCalls::kRequired) return false;
  return getppid() == file_.process && !IsUnchanged();
}

bool OwnDescriptor::IsParents() const {
  if (calls_ == SystemCalls::kRequired || getppid() != file_.process) return false;
#ifdef __linux__
  const pid_t self = getpid();
  const auto number = static_cast<unsigned long>(fd_);
  return Kcmp(file_.process, self, KcmpType::kFileTable, 0, 0) != 0 &&
         Kcmp(file_.process, self, KcmpType::kFile, number, number) == 0;
#else
  struct stat status;
  return fstat(fd_, &status) == 0 && file_.inode != 0 && status.st_ino == file_.inode &&
         status.st_dev == file_.device && status.st_ctime == file_.changed;
#endif
}

void OwnDescriptor::Close() {
  if (!valid()) return;
  const NoCancellation in_destructor;
  const int saved = errno;
  if (IsUnchanged()) close(fd_);
  errno = saved;
  fd_ = -1;
}

}  // namespace someos::base
