#include "someos/backends/epoll/epoll_set.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"

namespace someos {

absl::StatusOr<EpollSet> EpollSet::Create(absl::string_view operation, const EpollSystem& system,
                                          const poller_base::WakeChannel& wake_channel) {
  base::OwnedFd fd(system.create(EPOLL_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat(operation, ": epoll_create1"));
  EpollSet set(system, std::move(fd));
  // Edge-triggered, so that each signal causes one event and the channel need never be drained.
  const int error =
      set.Add(wake_channel.fd(), Interest::kReadable, Trigger::kEdge, WakeTag(wake_channel));
  if (error != 0) return ErrnoStatus(error, absl::StrCat(operation, ": epoll_ctl"));
  return set;
}

bool EpollSet::MayHold(int fd, const poller_base::WakeChannel& wake_channel) const {
  // Tries to add the file: if it is already there, the kernel answers EEXIST. There is no query
  // that does not change anything.
  switch (ControlMask(EPOLL_CTL_ADD, fd, kProbeMask, WakeTag(wake_channel))) {
    case 0:
      Remove(fd);
      return false;
    case EPERM:  // a kind of file that epoll refuses
      return false;
    default:
      return true;
  }
}

}  // namespace someos
