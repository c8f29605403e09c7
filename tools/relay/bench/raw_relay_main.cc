// raw_relay ADDRESS: relays what connects to a port of loopback, which its first line names, to
// ADDRESS.

#include <cstdio>
#include <vector>

#include "absl/status/statusor.h"
#include "someos/tools/relay/address.h"
#include "someos/tools/relay/bench/raw_relay_loop.h"
#include "someos/tools/relay/descriptor_limit.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket_address.h"

namespace someos::relay {
namespace {

absl::StatusOr<std::vector<SocketAddress>> ParseAndResolve(const char* text) {
  const absl::StatusOr<Address> address = ParseAddress(text);
  if (!address.ok()) return address.status();
  return Resolve(*address);
}

int Main(const char* upstream_text) {
  RaiseDescriptorLimit();
  const auto upstream = ParseAndResolve(upstream_text);
  const auto here = ParseAndResolve("127.0.0.1:0");
  if (!upstream.ok() || !here.ok()) return 2;
  const absl::StatusOr<Listener> listener = Listener::Open(here->front());
  if (!listener.ok()) return 1;
  printf("raw_relay: listening on %s, connecting to %s\n", listener->address().ToString().c_str(),
         upstream_text);
  fflush(stdout);
  RawRelayLoop(listener->fd(), upstream->front()).Run();
}

}  // namespace
}  // namespace someos::relay

int main(int argc, char** argv) { return argc == 2 ? someos::relay::Main(argv[1]) : 2; }
