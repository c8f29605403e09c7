// Many clients at once, in one thread on one Poller.

#ifndef SOMEOS_TOOLS_RELAY_DEMO_LOAD_H_
#define SOMEOS_TOOLS_RELAY_DEMO_LOAD_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/poller.h"
#include "someos/tools/relay/demo/client.h"
#include "someos/tools/relay/socket_address.h"

namespace someos::relay {

struct LoadResult {
  int connections = 0;    // that were open at the same time
  uint64_t messages = 0;  // that came back whole
  uint64_t bytes = 0;     // that came back right
  int errors = 0;         // clients whose conversation broke off
  absl::Status first_error;
  absl::Duration elapsed;  // from the first message to the last
};

// Connects `clients` clients to `server`, and when all are connected lets each have its
// conversation. Clients that fail are counted and left out from then on.
//
// An error means that the poller failed, or that nothing has moved for half a minute.
absl::StatusOr<LoadResult> RunClients(Poller& poller, const SocketAddress& server, int clients,
                                      const Conversation& conversation);

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_DEMO_LOAD_H_
