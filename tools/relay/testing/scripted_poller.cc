#include "someos/tools/relay/testing/scripted_poller.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/forwarding_poller.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/api/wait_outcome.h"
#include "someos/testing/faults/fault_plan.h"

namespace someos::relay {

ScriptedPoller::ScriptedPoller(std::unique_ptr<Poller> poller, WaitFunction wait)
    : ScriptedPoller(*poller, &poller, std::move(wait)) {}

ScriptedPoller::ScriptedPoller(Poller& real, std::unique_ptr<Poller>* poller, WaitFunction wait)
    : ForwardingPoller(std::move(*poller)), real_(real), wait_(std::move(wait)) {}

absl::Status ScriptedPoller::DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) {
  if (FaultPlan::Fails("register", fd)) return ErrnoStatus(errno, "register");
  return ForwardingPoller::DoRegister(fd, interest, data, trigger);
}

absl::Status ScriptedPoller::DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) {
  if (FaultPlan::Fails("modify", fd)) return ErrnoStatus(errno, "modify");
  return ForwardingPoller::DoModify(fd, interest, data, trigger);
}

WaitOutcome ScriptedPoller::DoWait(absl::Span<Event> events, absl::Duration timeout) {
  return wait_(real_, events, timeout);
}

}  // namespace someos::relay
