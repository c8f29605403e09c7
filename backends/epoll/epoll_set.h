// An epoll object of the kernel, as EpollPoller uses it.

#ifndef SOMEOS_BACKENDS_EPOLL_EPOLL_SET_H_
#define SOMEOS_BACKENDS_EPOLL_EPOLL_SET_H_

#include <sys/epoll.h>

#include <cerrno>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/interest.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/base/system_calls.h"
#include "someos/backends/epoll/epoll_mask.h"
#include "someos/backends/epoll/epoll_system.h"
#include "someos/backends/poller_base/wake_channel.h"

namespace someos {

// Owns the object, which is close-on-exec. The changes return 0 or the errno of epoll_ctl(2), and
// are thread-safe.
class EpollSet {
 public:
  // Creates a set that watches `wake_channel` for signals and reports them with WakeTag. Error
  // messages begin with `operation`. EMFILE, ENFILE, ENOMEM, ENOSPC. `system` must outlive the set.
  static absl::StatusOr<EpollSet> Create(absl::string_view operation, const EpollSystem& system,
                                         const poller_base::WakeChannel& wake_channel,
                                         base::SystemCalls calls = base::SystemCalls::kAll);

  // The tag of the wake channel. No registration has it, because no two open descriptors have the
  // same number; nor has a channel of another set. Even, as all tags (EpollEntry).
  static uint64_t WakeTag(const poller_base::WakeChannel& wake_channel) {
    return uint64_t{wake_channel.serial()} << 33 | static_cast<uint32_t>(wake_channel.fd());
  }

  int fd() const { return fd_.get(); }

  // Whether `fd` >= 0 is a number of the set, which may have a second one:
  bool Owns(int fd) const { return fd == fd_.get() || fd == second_.get(); }
  // Gives the set a second number, if it has one only and there is one left. (That may be the
  // number of a registration whose file is closed.) It is not `freed`, which the user of the
  // library has just closed, and may be about to give to another file by dup2(2).
  void Reserve(int freed);
  // If the set has two numbers, closes one for the caller to open something else, and returns true.
  // Changes fd(). It is the lower number, since the limit may be below the higher one.
  bool GiveUpNumber();

  // In a forked child: whether fd() is known to be this set still (OwnDescriptor::IsUnchanged), and
  // that it is known now.
  bool IsUnchanged() const { return fd_.IsUnchanged(); }
  void Confirm() { fd_.Confirm(); }

  // Events are reported with `tag` as their data.
  int Add(int fd, Interest interest, Trigger trigger, uint64_t tag) const {
    return Control(EPOLL_CTL_ADD, fd, interest, trigger, tag);
  }
  int Modify(int fd, Interest interest, Trigger trigger, uint64_t tag) const {
    return Control(EPOLL_CTL_MOD, fd, interest, trigger, tag);
  }
  int Remove(int fd) const {
    epoll_event unused = {};
    return system_->control(fd_.get(), EPOLL_CTL_DEL, fd, &unused) == 0 ? 0 : errno;
  }

 private:
  EpollSet(const EpollSystem& system, base::OwnDescriptor fd)
      : system_(&system), fd_(std::move(fd)) {}

  int Control(int operation, int fd, Interest interest, Trigger trigger, uint64_t tag) const {
    epoll_event event;
    event.events = EpollMask(interest, trigger);
    event.data.u64 = tag;
    return system_->control(fd_.get(), operation, fd, &event) == 0 ? 0 : ErrorOf(fd);
  }
  // Of a call that the kernel has refused. If `fd` has become a number of the set itself, which it
  // refuses with EINVAL, it does not name the file that was registered.
  int ErrorOf(int fd) const { return errno == EINVAL && Owns(fd) ? ENOENT : errno; }

  const EpollSystem* system_;
  base::OwnDescriptor fd_;
  base::OwnDescriptor second_;  // invalid, or for the same set
};

}  // namespace someos

#endif  // SOMEOS_BACKENDS_EPOLL_EPOLL_SET_H_
