#include "someos/backends/epoll/epoll_nest.h"

#include <sys/epoll.h>

#include <cerrno>
#include <utility>

#include "someos/api/errno_status.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/base/system_calls.h"

namespace someos {

absl::StatusOr<EpollNest> EpollNest::Create(const EpollSystem& system, const EpollSet& set,
                                            base::SystemCalls calls) {
  base::OwnDescriptor fd = base::OwnDescriptor::Take(system.create(EPOLL_CLOEXEC), calls);
  if (!fd.valid()) return ErrnoStatus(errno, "fd: epoll_create1");
  EpollNest nest(system, std::move(fd));
  if (const int error = nest.Add(set); error != 0) return ErrnoStatus(error, "fd: epoll_ctl");
  return nest;
}

int EpollNest::Add(const EpollSet& set) const {
  epoll_event event = {};
  event.events = EPOLLIN;
  return system_->control(fd_.get(), EPOLL_CTL_ADD, set.fd(), &event) == 0 ? 0 : errno;
}

}  // namespace someos
