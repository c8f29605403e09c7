#include "someos/backends/poll/poll_faults.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "absl/status/statusor.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/poll/poll_poller.h"
#include "someos/backends/poller_base/known_files_faults.h"
#include "someos/testing/faults/fault_plan.h"

namespace someos {
namespace {

// Keeps `most` of the events that were found, different ones each time.
int Shorten(pollfd* fds, nfds_t count, int found, int most) {
  static thread_local nfds_t start = 0;
  int kept = 0;
  for (nfds_t i = 0; i < count; ++i) {
    pollfd& one = fds[(start + i) % count];
    if (one.revents == 0) continue;
    if (kept < most) {
      ++kept;
    } else {
      one.revents = 0;
    }
  }
  ++start;
  return std::min(found, most);
}

int PollWithFaults(pollfd* fds, nfds_t count, const base::Deadline& deadline) {
  const FaultPlan::WaitFault fault = FaultPlan::OfWait("poll");
  if (fault.error != 0) {
    errno = fault.error;
    return -1;  // and the results of the last call remain in `fds`
  }
  if (fault.early) {
    for (nfds_t i = 0; i < count; ++i) fds[i].revents = 0;
    return 0;
  }
  int found = PollOrSelectSystem().poll(fds, count, deadline);
  if (found > fault.most) found = Shorten(fds, count, found, fault.most);
  FaultPlan::WaitMade("poll");
  return found;
}

absl::StatusOr<std::unique_ptr<Poller>> CreatePoller(const PollerOptions& options) {
  return PollPoller::Create(options, FaultyPollSystem(), poller_base::FaultyKnownFilesSystem());
}

}  // namespace

const PollSystem& FaultyPollSystem() {
  static const PollSystem* const kFaulty =
      new PollSystem{PollWithFaults, RealPollSystem().resolution};
  return *kFaulty;
}

const FaultyBackend& FaultyPoll() {
  static const FaultyBackend* const kBackend = new FaultyBackend{
      &PollBackend(),
      CreatePoller,
      /*creations=*/{},
      /*registrations=*/{},
      /*modifications=*/{},
      /*unregistrations=*/{},
      /*waits=*/{{"poll", EFAULT}, {"poll", EINTR, true}, {"poll", EINVAL}, {"poll", ENOMEM}},
      /*wait_calls=*/{"poll"},
      /*repeats_events=*/false,
      /*absorbed=*/poller_base::KnownFilesFaults(),
  };
  return *kBackend;
}

}  // namespace someos
