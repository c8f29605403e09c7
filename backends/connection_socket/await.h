// Waiting for one of several descriptors.

#ifndef SOMEOS_BACKENDS_CONNECTION_SOCKET_AWAIT_H_
#define SOMEOS_BACKENDS_CONNECTION_SOCKET_AWAIT_H_

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/connection_socket/stream.h"

namespace someos::connection_socket {

struct Awaited {
  int fd;
  Direction direction;
};

// Waits until something can be done with one of them, or it has failed: kBytes with a count of 0.
// Otherwise kTimedOut or kFailed.
Transfer AwaitAny(absl::Span<const Awaited> awaited, base::Deadline& deadline);

// Waits a few milliseconds, for what no descriptor tells. Returns whether the deadline has passed.
bool Pause(base::Deadline& deadline);

// The time until a deadline that has begun.
absl::Duration Remaining(base::Deadline& deadline);

}  // namespace someos::connection_socket

#endif  // SOMEOS_BACKENDS_CONNECTION_SOCKET_AWAIT_H_
