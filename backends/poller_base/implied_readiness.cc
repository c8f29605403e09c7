#include "someos/backends/poller_base/implied_readiness.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>

namespace someos::poller_base {
namespace {

constexpr Readiness kBoth = Readiness::kReadable | Readiness::kWritable;

// Whether the socket may have messages in its error queue. The queue shares its memory account with
// the data to read, so this is exact if there is no such data, that is, if it matters whether an
// error makes the socket readable.
bool MayHaveQueuedErrors([[maybe_unused]] int socket) {
#ifdef SO_MEMINFO
  // As linux/sock_diag.h has it: the first number is SK_MEMINFO_RMEM_ALLOC.
  uint32_t memory[16] = {};
  socklen_t size = sizeof(memory);
  return getsockopt(socket, SOL_SOCKET, SO_MEMINFO, memory, &size) == 0 && memory[0] > 0;
#else
  return false;
#endif
}

Readiness ImpliedFor(int fd, Readiness found) {
  struct stat status;
  if (fstat(fd, &status) != 0) return kBoth;  // closed: no call on it blocks
  if (S_ISFIFO(status.st_mode)) return kBoth;
  const bool hangup = HasAny(found, Readiness::kHangup);
  if (S_ISSOCK(status.st_mode)) {
    return hangup || !MayHaveQueuedErrors(fd) ? kBoth : Readiness::kNone;
  }
  // A device that is gone; those that have no room report a hang-up without an error.
  if (S_ISCHR(status.st_mode) && HasAny(found, Readiness::kError)) return kBoth;
  return Readiness::kReadable;
}

}  // namespace

Readiness ImpliedReadiness(int fd, Readiness found) {
  const int saved = errno;
  const Readiness implied = ImpliedFor(fd, found);
  errno = saved;
  return implied;
}

}  // namespace someos::poller_base
