#include "someos/backends/poll/poll_system.h"

#include <poll.h>

#include <cerrno>

#include "someos/backends/base/deadline.h"
#include "someos/backends/base/poll_by_select.h"
#include "someos/backends/base/poll_until.h"

namespace someos {
namespace {

int PollOrSelect(pollfd* fds, nfds_t count, const base::Deadline& deadline) {
  const int found = base::PollUntil(fds, count, deadline);
#ifdef __linux__
  if (found < 0 && errno == EINVAL) return base::PollBySelect(fds, count, deadline);
#endif
  return found;
}

}  // namespace

const PollSystem& RealPollSystem() {
  static const PollSystem kReal = {base::PollUntil, base::PollResolution()};
  return kReal;
}

const PollSystem& PollOrSelectSystem() {
  static const PollSystem kReal = {PollOrSelect, base::PollResolution()};
  return kReal;
}

}  // namespace someos
