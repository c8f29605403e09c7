#include "someos/backends/kqueue/kqueue_faults.h"

#include <time.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/backend.h"
#include "someos/api/errno_status.h"
#include "someos/api/poller.h"
#include "someos/backends/kqueue/kqueue_poller.h"
#include "someos/testing/faults/fault_plan.h"

namespace someos {
namespace {

constexpr absl::string_view kAdd = "kevent ADD";
constexpr absl::string_view kDelete = "kevent DELETE";
constexpr absl::string_view kEnable = "kevent ENABLE";
constexpr absl::string_view kWait = "kevent";

class FaultyQueue final : public KernelQueue {
 public:
  explicit FaultyQueue(std::unique_ptr<KernelQueue> real) : real_(std::move(real)) {}

  int Kevent(const struct kevent* changes, int change_count, struct kevent* events, int event_count,
             const timespec* timeout) override {
    // One by one; without room for events, this is equivalent to all at once.
    for (int i = 0; event_count == 0 && i < change_count; ++i) {
      if (Fails(changes[i]) || real_->Kevent(&changes[i], 1, nullptr, 0, nullptr) < 0) return -1;
    }
    if (event_count == 0) return 0;
    if (change_count > 0) {
      if (Fails(changes[0])) return -1;
      const timespec now = {};
      const int result = real_->Kevent(changes, change_count, events, event_count, &now);
      if (result != 0) return result;
      // The wait, if there is one, follows now, with its own name for the FaultPlan.
    }
    const FaultPlan::WaitFault fault = FaultPlan::OfWait(kWait);
    if (fault.error != 0) {
      errno = fault.error;
      return -1;
    }
    if (fault.early) return 0;
    return RealWait(events, event_count, timeout, fault);
  }

  int fd() const override { return real_->fd(); }
  void Close() override { real_->Close(); }

 private:
  static bool Fails(const struct kevent& change) {
    const absl::string_view name = change.flags & EV_ADD      ? kAdd
                                   : change.flags & EV_DELETE ? kDelete
                                                              : kEnable;
    return FaultPlan::Fails(name, static_cast<int>(change.ident));
  }

  int RealWait(struct kevent* events, int event_count, const timespec* timeout,
               const FaultPlan::WaitFault& fault) {
    static thread_local struct kevent last = {};
    int repeated = 0;
    if (fault.repeat) events[repeated++] = last;
    const int room = std::min(event_count - repeated, fault.most);
    int count = 0;
    if (repeated == 0) {
      count = real_->Wait(events, room, timeout);
    } else if (room > 0) {
      const timespec now = {};
      count = std::max(real_->Wait(events + repeated, room, &now), 0);
    }
    if (count > 0) last = events[repeated + count - 1];
    FaultPlan::WaitMade(kWait);
    return repeated + count;
  }

  const std::unique_ptr<KernelQueue> real_;
};

absl::StatusOr<std::unique_ptr<Poller>> CreatePoller(const PollerOptions& options) {
  return KqueuePoller::Create(options, NewFaultyQueue);
}

std::vector<Fault> EveryChangeFault(absl::string_view call, bool absorbed = false) {
  std::vector<Fault> faults;
  // Not EINTR: a kevent() without room for events does not wait.
  for (const int error : {EACCES, EBADF, EFAULT, EINVAL, ENOENT, ENOMEM, ESRCH}) {
    faults.push_back({call, error, absorbed});
  }
  return faults;
}

std::vector<Fault> CreationFaults() {
  std::vector<Fault> faults = EveryChangeFault(kAdd);
  for (const int error : {EMFILE, ENFILE, ENOMEM}) faults.push_back({"kqueue", error});
  return faults;
}

std::vector<Fault> ModificationFaults() {
  std::vector<Fault> faults = EveryChangeFault(kAdd);
  // Absorbed if the same call has removed filters.
  for (Fault& fault : faults) fault.perhaps_absorbed = true;
  for (const Fault& fault : EveryChangeFault(kDelete, /*absorbed=*/true)) faults.push_back(fault);
  for (const Fault& fault : EveryChangeFault(kEnable)) faults.push_back(fault);
  return faults;
}

}  // namespace

absl::StatusOr<std::unique_ptr<KernelQueue>> NewFaultyQueue() {
  if (FaultPlan::Fails("kqueue")) return ErrnoStatus(errno, "create a kqueue");
  absl::StatusOr<std::unique_ptr<KernelQueue>> real = NewKernelQueue();
  if (!real.ok()) return real.status();
  return std::make_unique<FaultyQueue>(*std::move(real));
}

const FaultyBackend& FaultyKqueue() {
  static const FaultyBackend* const kBackend = new FaultyBackend{
      &KqueueBackend(),
      CreatePoller,
      CreationFaults(),
      /*registrations=*/EveryChangeFault(kAdd),
      ModificationFaults(),
      /*unregistrations=*/EveryChangeFault(kDelete, /*absorbed=*/true),
      /*waits=*/{{kWait, EBADF}, {kWait, EFAULT}, {kWait, EINTR, true}, {kWait, EINVAL}},
      /*wait_calls=*/{kWait},
      /*repeats_events=*/true,
  };
  return *kBackend;
}

}  // namespace someos
