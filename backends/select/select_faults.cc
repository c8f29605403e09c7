#include "someos/backends/select/select_faults.h"

#include <sys/select.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "absl/status/statusor.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/backends/poller_base/known_files_faults.h"
#include "someos/backends/select/select_poller.h"
#include "someos/testing/faults/fault_plan.h"

namespace someos {
namespace {

// Keeps `most` of the results, different ones each time.
int Shorten(int count, fd_set* const (&sets)[3], int found, int most) {
  static thread_local int start = 0;
  int kept = 0;
  for (int i = 0; i < count; ++i) {
    const int fd = (start + i) % count;
    for (fd_set* const set : sets) {
      if (set == nullptr || !FD_ISSET(fd, set)) continue;
      if (kept < most) {
        ++kept;
      } else {
        FD_CLR(fd, set);
      }
    }
  }
  ++start;
  return std::min(found, most);
}

int SelectWithFaults(int count, fd_set* read, fd_set* write, fd_set* except,
                     const timespec* timeout) {
  const FaultPlan::WaitFault fault = FaultPlan::OfWait("select");
  if (fault.error != 0) {
    errno = fault.error;
    return -1;
  }
  if (fault.early) return 0;  // with the sets unchanged, like a kernel that does not clear them
  int found = RealSelectSystem().select(count, read, write, except, timeout);
  if (found > fault.most) found = Shorten(count, {read, write, except}, found, fault.most);
  FaultPlan::WaitMade("select");
  return found;
}

constexpr SelectSystem kFaulty = {SelectWithFaults};

absl::StatusOr<std::unique_ptr<Poller>> CreatePoller(const PollerOptions& options) {
  return SelectPoller::Create(options, kFaulty, poller_base::FaultyKnownFilesSystem());
}

}  // namespace

const SelectSystem& FaultySelectSystem() { return kFaulty; }

const FaultyBackend& FaultySelect() {
  static const FaultyBackend* const kBackend = new FaultyBackend{
      &SelectBackend(),
      CreatePoller,
      /*creations=*/{},
      /*registrations=*/{},
      /*modifications=*/{},
      /*unregistrations=*/{},
      // EBADF makes the poller look for the closed descriptor. Here there is none, so it continues.
      /*waits=*/
      {{"select", EBADF, true}, {"select", EINTR, true}, {"select", EINVAL}, {"select", ENOMEM}},
      /*wait_calls=*/{"select"},
      /*repeats_events=*/false,
      /*absorbed=*/poller_base::KnownFilesFaults(),
  };
  return *kBackend;
}

}  // namespace someos
