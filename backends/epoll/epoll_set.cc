#include "someos/backends/epoll/epoll_set.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/base/system_calls.h"

namespace someos {

absl::StatusOr<EpollSet> EpollSet::Create(absl::string_view operation, const EpollSystem& system,
                                          const poller_base::WakeChannel& wake_channel,
                                          base::SystemCalls calls) {
  base::OwnDescriptor fd = base::OwnDescriptor::Take(system.create(EPOLL_CLOEXEC), calls);
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat(operation, ": epoll_create1"));
  EpollSet set(system, std::move(fd));
  // Edge-triggered, so that each signal causes one event and an eventfd need never be drained.
  const int error =
      set.Add(wake_channel.fd(), Interest::kReadable, Trigger::kEdge, WakeTag(wake_channel));
  if (error != 0) return ErrnoStatus(error, absl::StrCat(operation, ": epoll_ctl"));
  return set;
}

void EpollSet::Reserve(int freed) {
  if (second_.valid()) return;
  base::OwnDescriptor lowest = fd_.Duplicate();
  second_ = lowest.valid() && lowest.get() == freed ? lowest.Duplicate() : std::move(lowest);
}

bool EpollSet::GiveUpNumber() {
  if (!second_.valid()) return false;
  if (second_.get() > fd_.get()) std::swap(fd_, second_);
  second_ = base::OwnDescriptor();
  return true;
}

}  // namespace someos
