#include "someos/tools/relay/demo/demo.h"

#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/poller.h"
#include "someos/api/select.h"
#include "someos/tools/relay/address.h"
#include "someos/tools/relay/demo/client.h"
#include "someos/tools/relay/demo/echo_server.h"
#include "someos/tools/relay/demo/load.h"
#include "someos/tools/relay/demo/room.h"
#include "someos/tools/relay/limits.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/relay_loop.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/statistics.h"

namespace someos::relay {
namespace {

constexpr Conversation kConversation = {/*messages=*/100, /*largest=*/2048, /*final=*/64 * 1024};

// Of one connection in this process: the client's, two of the relay and the echo server's.
constexpr int kDescriptorsPerClient = 4;

absl::StatusOr<Listener> ListenOnLoopback() {
  const absl::StatusOr<Address> address = ParseAddress("127.0.0.1:0");
  if (!address.ok()) return address.status();
  const absl::StatusOr<std::vector<SocketAddress>> addresses = Resolve(*address);
  if (!addresses.ok()) return addresses.status();
  return Listener::Open(addresses->front());
}

// The echo server, the relay before it, and a thread for each.
class Servers {
 public:
  Servers(Poller* echo_poller, Listener echo_listener, Poller* relay_poller,
          Listener relay_listener)
      : address_(relay_listener.address()),
        echo_(echo_poller, std::move(echo_listener)),
        relay_(relay_poller, std::move(relay_listener), {echo_.address()}, Limits(),
               [](const Statistics&) {}),
        echo_thread_([this] { echo_status_ = echo_.Run(); }),
        relay_thread_([this] { relay_status_ = relay_.Run(); }) {}

  // Where clients connect.
  const SocketAddress& address() const { return address_; }

  // Ends both. An error says how one of them failed.
  absl::Status Stop() {
    relay_.Stop();
    relay_thread_.join();
    echo_.Stop();
    echo_thread_.join();
    absl::Status status = relay_status_;
    status.Update(echo_status_);
    return status;
  }

 private:
  const SocketAddress address_;
  EchoServer echo_;
  RelayLoop relay_;
  absl::Status echo_status_;
  absl::Status relay_status_;
  std::thread echo_thread_;
  std::thread relay_thread_;
};

// What is to be said about one backend.
struct Row {
  const Backend* backend;
  Room room;
  absl::StatusOr<LoadResult> result;

  bool good() const { return result.ok() && result->errors == 0; }
};

Row RunOn(const Backend& backend, int wanted) {
  Row row = {&backend, {wanted, ""}, LoadResult()};
  absl::StatusOr<std::unique_ptr<Poller>> echo_poller = backend.create({});
  absl::StatusOr<std::unique_ptr<Poller>> relay_poller = backend.create({});
  absl::StatusOr<std::unique_ptr<Poller>> client_poller = backend.create({});
  absl::StatusOr<Listener> echo_listener = ListenOnLoopback();
  absl::StatusOr<Listener> relay_listener = ListenOnLoopback();
  for (const absl::Status& status :
       {echo_poller.status(), relay_poller.status(), client_poller.status(), echo_listener.status(),
        relay_listener.status()}) {
    if (!status.ok()) {
      row.result = status;
      return row;
    }
  }
  row.room = FindRoom(**client_poller, relay_listener->fd(), wanted, kDescriptorsPerClient);
  Servers servers(echo_poller->get(), *std::move(echo_listener), relay_poller->get(),
                  *std::move(relay_listener));
  row.result = RunClients(**client_poller, servers.address(), row.room.fitting, kConversation);
  const absl::Status status = servers.Stop();
  if (!status.ok()) row.result = status;
  return row;
}

void Print(const Row& row) {
  if (row.result.ok()) {
    const LoadResult& result = *row.result;
    absl::PrintF("%-8s %12d %12d %12.0f %12d %8d\n", row.backend->name, result.connections,
                 result.messages, result.messages / absl::ToDoubleSeconds(result.elapsed),
                 result.bytes, result.errors);
  } else {
    absl::PrintF("%-8s %s\n", row.backend->name, row.result.status().message());
  }
  fflush(stdout);
}

void PrintNotes(const Row& row) {
  if (!row.room.limit.empty()) {
    absl::PrintF("%s: %d clients, not more: %s\n", row.backend->name, row.room.fitting,
                 row.room.limit);
  }
  if (row.result.ok() && !row.good()) {
    absl::PrintF("%s: the first error: %s\n", row.backend->name, row.result->first_error.message());
  }
}

}  // namespace

bool RunDemo(absl::string_view poller, int clients) {
  absl::PrintF(
      "%d clients talk through the relay to an echo server, all on loopback; clients, relay and\n"
      "server have one thread and one poller each. A client sends %d messages of 1 to %d bytes,\n"
      "each when the last has come back, then %d bytes and the end of its stream. Every byte that\n"
      "comes back is compared; errors counts the clients that got something else.\n\n",
      clients, kConversation.messages, kConversation.largest, kConversation.final);
  absl::PrintF("%-8s %12s %12s %12s %12s %8s\n", "poller", "connections", "messages", "messages/s",
               "bytes", "errors");
  fflush(stdout);
  std::vector<Row> rows;
  for (const Backend* backend : LinkedBackends()) {
    if (!poller.empty() && backend->name != poller) continue;
    rows.push_back(RunOn(*backend, clients));
    Print(rows.back());
  }
  for (const Row& row : rows) PrintNotes(row);
  return absl::c_all_of(rows, [](const Row& row) { return row.good(); });
}

}  // namespace someos::relay
