// What a person writes after --listen and --connect.

#ifndef SOMEOS_TOOLS_RELAY_ADDRESS_H_
#define SOMEOS_TOOLS_RELAY_ADDRESS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/tools/relay/socket_address.h"

namespace someos::relay {

struct Address {
  std::string host;   // a name or a number, IPv6 without brackets; "*" for all addresses of this
                      // machine; empty for a Unix socket
  uint16_t port = 0;  // 0: any free one
  std::string path;   // of a Unix socket, or '@' and its abstract name; empty for the others
};

// Reads "host:port", "1.2.3.4:port", "[::1]:port", "*:port", "unix:/path", "unix:@name" or "@name".
//
// kInvalidArgument, with a message that says what is wrong with `text` and how to mend it.
absl::StatusOr<Address> ParseAddress(absl::string_view text);

// All addresses of the host, in the resolver's order; at least one. Blocks while it asks.
//
// kNotFound: the host is unknown. kUnavailable: the resolver could not be asked.
absl::StatusOr<std::vector<SocketAddress>> Resolve(const Address& address);

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_ADDRESS_H_
