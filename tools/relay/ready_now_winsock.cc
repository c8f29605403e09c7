#include "someos/backends/base/winsock.h"
#include "someos/tools/relay/ready_now.h"

namespace someos::relay {

Readiness ReadyNow(int fd, Interest interest) {
  if (interest == Interest::kNone) return Readiness::kNone;
  WSAPOLLFD entry = {base::SocketOf(fd), 0, 0};
  if (HasAny(interest, Interest::kReadable)) entry.events |= POLLRDNORM;
  if (HasAny(interest, Interest::kWritable)) entry.events |= POLLWRNORM;
  if (WSAPoll(&entry, 1, /*timeout=*/0) <= 0) return Readiness::kNone;
  Readiness ready = Readiness::kNone;
  if (entry.revents & POLLRDNORM) ready |= Readiness::kReadable;
  if (entry.revents & POLLWRNORM) ready |= Readiness::kWritable;
  if (entry.revents & POLLERR) ready |= Readiness::kError;
  if (entry.revents & POLLHUP) ready |= Readiness::kHangup;
  if (entry.revents & POLLNVAL) ready |= Readiness::kInvalid;
  return ready;
}

}  // namespace someos::relay
