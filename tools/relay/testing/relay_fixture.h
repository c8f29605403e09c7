// What the tests of the relay share: a server, relays to it, clients.

#ifndef SOMEOS_TOOLS_RELAY_TESTING_RELAY_FIXTURE_H_
#define SOMEOS_TOOLS_RELAY_TESTING_RELAY_FIXTURE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "someos/api/backend.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/testing/peer.h"
#include "someos/tools/relay/testing/running_relay.h"
#include "someos/tools/relay/testing/scripted_poller.h"

namespace someos::relay {

// The two peers of one relayed connection.
struct Peers {
  Peer client;
  Peer upstream;
};

// The addresses of a relay and of its server, in every combination of families that matters and
// that this machine has.
struct Families {
  const char* listen;
  const char* connect;
};
std::vector<Families> AllFamilies();

// A request and its answer.
void RoundTrip(Peer& client, Peer& upstream);

// On one backend.
class RelayTest : public ::testing::TestWithParam<const Backend*> {
 protected:
  RelayTest();

  static const Backend& backend() { return *GetParam(); }

  static Limits WithMaxConnections(size_t connections) {
    Limits limits;
    limits.max_connections = connections;
    return limits;
  }

  // A relay to server().
  std::unique_ptr<RunningRelay> StartRelay(const Limits& limits = Limits(), WaitFunction wait = {});

  PeerServer& server() { return server_; }

  // A new client of `relay`, which relays to server().
  Peers Connect(const RunningRelay& relay);
  // The same, once a request has had its answer.
  Peers ConnectAndTalk(const RunningRelay& relay);

 private:
  PeerServer server_;
};

// Every linked backend, and the default one alone: for INSTANTIATE_TEST_SUITE_P, with BackendName.
std::vector<const Backend*> EveryBackend();
std::vector<const Backend*> DefaultBackendAlone();
std::string BackendName(const ::testing::TestParamInfo<const Backend*>& info);

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_TESTING_RELAY_FIXTURE_H_
