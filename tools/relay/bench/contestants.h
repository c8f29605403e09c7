// The relays that are compared, each a process of its own.

#ifndef SOMEOS_TOOLS_RELAY_BENCH_CONTESTANTS_H_
#define SOMEOS_TOOLS_RELAY_BENCH_CONTESTANTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/tools/relay/bench/relay_under_test.h"
#include "someos/tools/relay/socket_address.h"

namespace someos::relay {

struct Contestant {
  std::string name;
  RelayUnderTest relay;
  std::vector<absl::Duration> per_message = {};  // processor time, one of each round
  std::vector<absl::Duration> times = {};        // that messages took to come back, of all rounds
};

// What is compared with the raw relay and this project's on each backend.
struct OtherRelays {
  int connections = 0;    // a backend that cannot hold so many is left out, which is said
  int threads = 0;        // also this project's on its default backend with so many, if not 0
  std::string parts;      // also haproxy and nginx, if this directory of theirs is not empty
  std::string directory;  // for the files that these write
};

// Starts them all, to relay to `server`: the raw one is the first.
absl::StatusOr<std::vector<Contestant>> StartContestants(const SocketAddress& server,
                                                         const OtherRelays& others);

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_BENCH_CONTESTANTS_H_
