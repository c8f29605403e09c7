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
  // Edge-triggered, so that every signal is one event and the channel need never be drained.
  const int error =
      set.Add(wake_channel.fd(), Interest::kReadable, Trigger::kEdge, WakeTag(wake_channel));
  if (error != 0) return ErrnoStatus(error, absl::StrCat(operation, ": epoll_ctl"));
  return set;
}

bool EpollSet::MayHold(int fd, const poller_base::WakeChannel& wake_channel) const {
  // The kernel looks for the file before it adds one, and has no question without an answer that
  // changes something.
  switch (ControlMask(EPOLL_CTL_ADD, fd, kProbeMask, WakeTag(wake_channel))) {
    case 0:
      Remove(fd);
      return false;
    case EPERM:  // of a kind that no set takes
      return false;
    default:
      return true;
  }
}

}  // namespace someos
