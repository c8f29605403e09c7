#include "someos/tools/relay/bench/contestants.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/backend.h"
#include "someos/api/select.h"
#include "someos/tools/relay/address.h"
#include "someos/tools/relay/listener.h"

namespace someos::relay {
namespace {

// Two descriptors below FD_SETSIZE each, and some for the relay.
constexpr int kMostOnSelect = 500;

std::string Program(const char* variable) {
  const char* const program = getenv(variable);
  return program == nullptr ? "" : program;
}

absl::Status Add(const std::string& name, const std::vector<std::string>& arguments,
                 std::vector<Contestant>& contestants) {
  absl::StatusOr<RelayUnderTest> relay = RelayUnderTest::Start(arguments);
  if (!relay.ok()) {
    return absl::Status(relay.status().code(), absl::StrCat(name, ": ", relay.status().message()));
  }
  contestants.push_back({name, *std::move(relay)});
  return absl::OkStatus();
}

std::vector<std::string> OwnRelay(const SocketAddress& server, const std::string& option) {
  return {Program("RELAY"), "--listen=127.0.0.1:0", absl::StrCat("--connect=", server.ToString()),
          option};
}

// A port of loopback that was free a moment ago.
absl::StatusOr<std::string> FreePort() {
  const absl::StatusOr<Address> any = ParseAddress("127.0.0.1:0");
  if (!any.ok()) return any.status();
  const absl::StatusOr<std::vector<SocketAddress>> addresses = Resolve(*any);
  if (!addresses.ok()) return addresses.status();
  const absl::StatusOr<Listener> listener = Listener::Open(addresses->front());
  if (!listener.ok()) return listener.status();
  const std::string address = listener->address().ToString();
  return address.substr(address.rfind(':') + 1);
}

absl::Status AddOther(const std::string& name, const SocketAddress& server,
                      const OtherRelays& others, std::vector<Contestant>& contestants) {
  const absl::StatusOr<std::string> port = FreePort();
  if (!port.ok()) return port.status();
  return Add(
      name,
      {Program("OTHER_RELAY"), name, others.parts, others.directory, *port, server.ToString()},
      contestants);
}

}  // namespace

absl::StatusOr<std::vector<Contestant>> StartContestants(const SocketAddress& server,
                                                         const OtherRelays& others) {
  std::vector<Contestant> contestants;
  absl::Status status = Add("raw epoll", {Program("RAW_RELAY"), server.ToString()}, contestants);
  for (const Backend* backend : LinkedBackends()) {
    if (backend->name == "kqueue") continue;  // over libkqueue, an emulation
    if (backend->name == "select" && others.connections > kMostOnSelect) {
      fprintf(stderr, "relay_bench: skipped: select, with more than %d connections\n",
              kMostOnSelect);
      continue;
    }
    const std::string option = absl::StrCat("--poller=", backend->name);
    status.Update(Add(std::string(backend->name), OwnRelay(server, option), contestants));
  }
  if (others.threads > 0) {
    const std::string option = absl::StrCat("--threads=", others.threads);
    status.Update(
        Add(absl::StrCat(others.threads, " threads"), OwnRelay(server, option), contestants));
  }
  if (!others.parts.empty()) {
    for (const char* name : {"haproxy", "nginx"}) {
      status.Update(AddOther(name, server, others, contestants));
    }
  }
  if (!status.ok()) return status;
  return contestants;
}

}  // namespace someos::relay
