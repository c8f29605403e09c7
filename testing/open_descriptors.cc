#include "someos/testing/open_descriptors.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <thread>

#include "absl/time/time.h"
#include "someos/testing/clocks.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

// No test opens descriptors beyond this number, however high the limit is.
constexpr rlim_t kHighest = 1 << 16;

rlimit DescriptorLimit() {
  rlimit limit = {};
  MustSucceed(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  return limit;
}

}  // namespace

std::set<int> OpenDescriptors() {
  std::set<int> open;
  const int end = static_cast<int>(std::min(DescriptorLimit().rlim_cur, kHighest));
  for (int fd = 0; fd < end; ++fd) {
    if (fcntl(fd, F_GETFD) != -1) open.insert(fd);
  }
  return open;
}

std::set<int> LeftOpen(const std::set<int>& before) {
  const absl::Duration end = MonotonicNow() + absl::Seconds(10);
  while (true) {
    std::set<int> left;
    for (const int fd : OpenDescriptors()) {
      if (before.count(fd) == 0) left.insert(fd);
    }
    if (left.empty() || MonotonicNow() > end) return left;
    std::this_thread::yield();
  }
}

bool IsCloseOnExec(int fd) { return (MustSucceed(fcntl(fd, F_GETFD), "fcntl") & FD_CLOEXEC) != 0; }

int RaiseDescriptorLimit(int wanted) {
  const auto raised = static_cast<rlim_t>(wanted);
  const rlimit limit = DescriptorLimit();
  if (limit.rlim_cur < raised) {
    const rlimit both = {raised, std::max(raised, limit.rlim_max)};
    if (setrlimit(RLIMIT_NOFILE, &both) != 0) {
      const rlimit soft = {limit.rlim_max, limit.rlim_max};
      MustSucceed(setrlimit(RLIMIT_NOFILE, &soft), "setrlimit");
    }
  }
  // Not rlim_cur: FreeBSD lets it be higher than kern.maxfilesperproc, which holds, too
  // (kern_descrip.c, getmaxfd), and by default it is.
  return std::min(getdtablesize(), static_cast<int>(kHighest));
}

}  // namespace someos
