// A relay in a thread of the test.

#ifndef SOMEOS_TOOLS_RELAY_TESTING_RUNNING_RELAY_H_
#define SOMEOS_TOOLS_RELAY_TESTING_RUNNING_RELAY_H_

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/relay_loop.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/statistics.h"
#include "someos/tools/relay/testing/peer.h"

namespace someos::relay {

class RunningRelay {
 public:
  RunningRelay(const Backend& backend, std::vector<SocketAddress> upstream,
               absl::string_view listen = "127.0.0.1:0", const Limits& limits = Limits());
  // Stops it if it still runs.
  ~RunningRelay();

  const SocketAddress& address() const { return address_; }

  RelayLoop& loop() { return loop_; }

  // What it has counted up to now.
  Statistics Now();

  // The first statistics for which `condition` holds.
  Statistics AwaitUntil(const std::function<bool(const Statistics&)>& condition);

  // ... with no connection open.
  Statistics AwaitIdle();

  // Stops it, and returns what it has counted.
  Statistics Stop();

 private:
  std::unique_ptr<Poller> poller_;
  Listener listener_;
  SocketAddress address_;
  std::optional<std::promise<Statistics>> report_;
  RelayLoop loop_;
  absl::Status status_;
  std::thread thread_;
};

// A request and its answer.
void RoundTrip(Peer& client, Peer& server);

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_TESTING_RUNNING_RELAY_H_
