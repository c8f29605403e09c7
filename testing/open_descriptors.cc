#include "someos/testing/open_descriptors.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "someos/testing/system_call.h"

namespace someos {
namespace {

// No test opens descriptors beyond this number, however high the limit is.
constexpr rlim_t kHighest = 1 << 16;

}  // namespace

std::set<int> OpenDescriptors() {
  rlimit limit = {};
  MustSucceed(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  std::set<int> open;
  const int end = static_cast<int>(std::min(limit.rlim_cur, kHighest));
  for (int fd = 0; fd < end; ++fd) {
    if (fcntl(fd, F_GETFD) != -1) open.insert(fd);
  }
  return open;
}

bool IsCloseOnExec(int fd) { return (MustSucceed(fcntl(fd, F_GETFD), "fcntl") & FD_CLOEXEC) != 0; }

int RaiseDescriptorLimit(int wanted) {
  rlimit limit = {};
  MustSucceed(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  const rlim_t raised = std::min(static_cast<rlim_t>(wanted), limit.rlim_max);
  if (limit.rlim_cur < raised) {
    const rlimit request = {raised, limit.rlim_max};
    (void)setrlimit(RLIMIT_NOFILE, &request);
  }
  // Not rlim_cur: FreeBSD lets it be higher than kern.maxfilesperproc, which holds, too
  // (kern_descrip.c, getmaxfd), and by default it is.
  return std::min(getdtablesize(), static_cast<int>(kHighest));
}

}  // namespace someos
