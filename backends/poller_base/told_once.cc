#include "someos/backends/poller_base/told_once.h"

#include <sys/stat.h>

#ifdef __linux__
#include <linux/perf_event.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstdint>
#endif

namespace someos::poller_base {
namespace {

bool IsPerfEvent([[maybe_unused]] int fd) {
#if defined(__linux__) && defined(PERF_EVENT_IOC_ID)
  const int saved = errno;
  uint64_t id;
  const bool result = ioctl(fd, PERF_EVENT_IOC_ID, &id) == 0;
  errno = saved;
  return result;
#else
  return false;
#endif
}

}  // namespace

bool TellsOnce(int fd, mode_t mode, base::SystemCalls calls) {
  if (S_ISREG(mode)) return true;
  if (calls == base::SystemCalls::kRequired) return false;
  // Linux's perf events, like eventfds, have no type in their mode. Others are not asked, because
  // the request could mean something else to them.
  return (mode & S_IFMT) == 0 && IsPerfEvent(fd);
}

}  // namespace someos::poller_base
