#include "someos/backends/connection_socket/await.h"

#include <poll.h>

#include <cerrno>

#include "absl/container/inlined_vector.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/poll_until.h"
#include "someos/backends/connection_socket/stream.h"

namespace someos::connection_socket {

Transfer AwaitAny(absl::Span<const Awaited> awaited, base::Deadline& deadline) {
  absl::InlinedVector<pollfd, 4> entries;
  entries.reserve(awaited.size());
  for (const Awaited& one : awaited) {
    const int events = one.direction == Direction::kRead ? POLLIN : POLLOUT;
    entries.push_back({one.fd, static_cast<short>(events), 0});
  }
  // Starts it, or reads the clock again: who sends a byte now and then must not make each wait as
  // long as the first one.
  (void)deadline.Passed();
  while (true) {
    const int found =
        base::PollUntil(entries.data(), static_cast<nfds_t>(entries.size()), deadline);
    // POLLNVAL is left to the call that follows, whose errno it is.
    if (found > 0) return Transfer::Bytes(0);
    if (found < 0 && errno != EINTR) return Transfer::Failed(errno);
    if (deadline.Passed()) {
      const int clock_error = deadline.clock_error();
      return clock_error != 0 ? Transfer::Failed(clock_error) : Transfer::TimedOut();
    }
  }
}

bool Pause(base::Deadline& deadline) {
  if (!deadline.infinite() && deadline.Passed()) return true;
  absl::SleepFor(absl::Milliseconds(5));
  return false;
}

absl::Duration Remaining(base::Deadline& deadline) {
  if (deadline.infinite()) return absl::InfiniteDuration();
  if (deadline.Passed()) return absl::ZeroDuration();
  return absl::DurationFromTimespec(deadline.AsTimespec());
}

}  // namespace someos::connection_socket
