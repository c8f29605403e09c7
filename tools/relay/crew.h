// What the loops of one relay have in common.

#ifndef SOMEOS_TOOLS_RELAY_CREW_H_
#define SOMEOS_TOOLS_RELAY_CREW_H_

#include <atomic>
#include <cstddef>
#include <functional>

#include "absl/status/status.h"
#include "someos/tools/relay/socket.h"

namespace someos::relay {

// Outlives the loops.
struct Crew {
  // Connections that are open now, in all loops.
  std::atomic<size_t> connections{0};
  // What is said once, however many loops there are.
  std::atomic<bool> refusal_reported{false};
  std::atomic<bool> limit_reported{false};
  std::atomic<bool> expiry_reported{false};

  // For the loop that accepts: gives a client to another loop, whose turn it is, and returns true;
  // or leaves it, because it is this loop's turn or the other one is not ready for it.
  std::function<bool(Socket* client)> hand_out = [](Socket*) { return false; };
  // For the others: gives a client back for which no connection can be begun now.
  std::function<void(Socket client, absl::Status why)> give_back;
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_CREW_H_
