// The descriptor with which other event loops wait for an EpollPoller.

#ifndef SOMEOS_BACKENDS_EPOLL_EPOLL_NEST_H_
#define SOMEOS_BACKENDS_EPOLL_EPOLL_NEST_H_

#include <utility>

#include "absl/status/statusor.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/base/system_calls.h"
#include "someos/backends/epoll/epoll_set.h"
#include "someos/backends/epoll/epoll_system.h"

namespace someos {

// An epoll object whose only content is the poller's EpollSet. The poller may have to replace its
// set (EpollRegistrations::DropStale), but another loop has registered a descriptor, and would not
// notice. This one stays.
class EpollNest {
 public:
  // EMFILE, ENFILE, ENOMEM, ENOSPC. `system` must outlive the nest.
  static absl::StatusOr<EpollNest> Create(const EpollSystem& system, const EpollSet& set,
                                          base::SystemCalls calls);

  int fd() const { return fd_.get(); }

  // Makes it contain `set` in addition to what it contains. A set that is closed leaves it. Returns
  // 0 or the errno of epoll_ctl(2).
  int Add(const EpollSet& set) const;

 private:
  EpollNest(const EpollSystem& system, base::OwnDescriptor fd)
      : system_(&system), fd_(std::move(fd)) {}

  const EpollSystem* system_;
  base::OwnDescriptor fd_;
};

}  // namespace someos

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_NEST_H_
