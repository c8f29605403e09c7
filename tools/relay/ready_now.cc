#include "someos/tools/relay/ready_now.h"

#include <poll.h>

namespace someos::relay {

Readiness ReadyNow(int fd, Interest interest) {
  if (interest == Interest::kNone) return Readiness::kNone;
  pollfd entry = {fd, 0, 0};
  if (HasAny(interest, Interest::kReadable)) entry.events |= POLLIN;
  if (HasAny(interest, Interest::kWritable)) entry.events |= POLLOUT;
  if (poll(&entry, 1, /*timeout=*/0) <= 0) return Readiness::kNone;
  return static_cast<Readiness>(entry.revents);  // the values are those of poll()
}

}  // namespace someos::relay
