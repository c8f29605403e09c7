#include <vector>

#include "absl/status/statusor.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/passed_listeners.h"

namespace someos::relay {

// Nobody activates programs by sockets there.
absl::StatusOr<std::vector<Listener>> TakePassedListeners() { return std::vector<Listener>(); }

}  // namespace someos::relay
