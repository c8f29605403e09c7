// Listening at all addresses of a name.

#ifndef SOMEOS_TOOLS_RELAY_LISTENERS_H_
#define SOMEOS_TOOLS_RELAY_LISTENERS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket_address.h"

namespace someos::relay {

// Listens at each of `addresses` (not empty), once at those that are named twice. Their ports are
// all the same; if that is 0, the system chooses one, which then is that of all.
//
// Addresses that this machine does not have (::1 without IPv6, say) are left out as long as there
// is another one; `left_out` receives a sentence about each. If any other one fails, all do, with
// the error of Listener::Open and the address in its message.
absl::StatusOr<std::vector<Listener>> OpenListeners(absl::Span<const SocketAddress> addresses,
                                                    std::vector<std::string>* left_out);

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_LISTENERS_H_
