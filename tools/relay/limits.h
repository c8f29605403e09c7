// How much a relay lets its peers have.

#ifndef SOMEOS_TOOLS_RELAY_LIMITS_H_
#define SOMEOS_TOOLS_RELAY_LIMITS_H_

#include <cstddef>

#include "absl/time/time.h"

namespace someos::relay {

struct Limits {
  // Connections at once; a client beyond them is closed with a reset. 0: as many as there are
  // descriptors for.
  size_t max_connections = 0;
  // The room for one read, and so the most that one direction of a connection ever holds back. The
  // default stays in a processor's second-level cache between the read and the write. Where large
  // transfers are spliced, up to four times as much waits in a pipe of the kernel instead.
  size_t buffer_bytes = 64 * 1024;
  // A connection is reset when neither data nor the end of a stream has passed in either direction
  // for this long. That holds while it is connecting and after Stop(), too.
  absl::Duration idle_timeout = absl::InfiniteDuration();
  // How long an attempt to connect to the server may take. Then the server's next address is tried;
  // after the last one the client is closed with a reset. Finite.
  absl::Duration connect_timeout = absl::Seconds(10);
  // A connection of which one peer has failed is reset when the other one has taken nothing of what
  // is still to be delivered to it for this long. Finite.
  absl::Duration delivery_timeout = absl::Seconds(1);
  // How long the relay, once stopped, goes on delivering what it has read. Connections that are
  // open after that are reset. Finite.
  absl::Duration drain_timeout = absl::Seconds(1);
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_LIMITS_H_
