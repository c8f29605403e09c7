#include "someos/tools/relay/demo/demo.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/api/select.h"
#include "someos/tools/relay/address.h"
#include "someos/tools/relay/demo/client.h"
#include "someos/tools/relay/demo/echo_server.h"
#include "someos/tools/relay/demo/load.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/relay_loop.h"
#include "someos/tools/relay/socket.h"
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
  return Listener::Open(*addresses);
}

// The echo server, the relay before it, and a thread for each.
class Servers {
 public:
  Servers(Poller* echo_poller, Listener echo_listener, Poller* relay_poller,
          Listener relay_listener)
      : address_(relay_listener.address()),
        echo_address_(echo_listener.address()),
        echo_(echo_poller, std::move(echo_listener)),
        relay_(relay_poller, std::move(relay_listener), {echo_address_}, [](const Statistics&) {}),
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

  // What the relay counted; after Stop().
  Statistics statistics() const { return relay_.statistics(); }

 private:
  const SocketAddress address_;
  const SocketAddress echo_address_;
  EchoServer echo_;
  RelayLoop relay_;
  absl::Status echo_status_;
  absl::Status relay_status_;
  std::thread echo_thread_;
  std::thread relay_thread_;
};

// How many of `wanted` clients find room: below the process's limit of open files, and among the
// numbers that `poller` can hold.
struct Room {
  int clients;
  std::string limit;  // what keeps it below `wanted`; empty if nothing does
};

// Whether descriptor `number` (or a free one above) can be had and held.
absl::Status TryNumber(Poller& poller, int any_open_fd, int number) {
  const Socket copy(fcntl(any_open_fd, F_DUPFD_CLOEXEC, number));
  if (!copy.valid()) return absl::ErrnoToStatus(errno, absl::StrCat("open fd ", number));
  if (absl::Status status = poller.Register(copy.fd(), Interest::kNone); !status.ok()) {
    return status;
  }
  return poller.Unregister(copy.fd());
}

Room FindRoom(Poller& poller, int any_open_fd, int wanted) {
  // Besides the clients': the standard streams, pollers, listeners and what was inherited.
  const int others = Socket(fcntl(any_open_fd, F_DUPFD_CLOEXEC, 0)).fd() + 16;
  auto try_clients = [&](int clients) {
    return TryNumber(poller, any_open_fd, others + clients * kDescriptorsPerClient);
  };
  absl::Status status = try_clients(wanted);
  if (status.ok()) return {wanted, ""};
  int fits = 0;
  int too_many = wanted;
  while (too_many - fits > 1) {
    const int middle = fits + (too_many - fits) / 2;
    const absl::Status tried = try_clients(middle);
    if (tried.ok()) {
      fits = middle;
    } else {
      too_many = middle;
      status = tried;
    }
  }
  return {fits, std::string(status.message())};
}

absl::StatusOr<LoadResult> RunOn(const Backend& backend, int wanted) {
  absl::StatusOr<std::unique_ptr<Poller>> echo_poller = backend.create({});
  absl::StatusOr<std::unique_ptr<Poller>> relay_poller = backend.create({});
  absl::StatusOr<std::unique_ptr<Poller>> client_poller = backend.create({});
  absl::StatusOr<Listener> echo_listener = ListenOnLoopback();
  absl::StatusOr<Listener> relay_listener = ListenOnLoopback();
  for (const absl::Status& status :
       {echo_poller.status(), relay_poller.status(), client_poller.status(), echo_listener.status(),
        relay_listener.status()}) {
    if (!status.ok()) return status;
  }
  const Room room = FindRoom(**client_poller, relay_listener->fd(), wanted);
  if (room.clients < wanted) {
    absl::PrintF("%s: %d clients instead of %d; %s\n", backend.name, room.clients, wanted,
                 room.limit);
  }
  Servers servers(echo_poller->get(), *std::move(echo_listener), relay_poller->get(),
                  *std::move(relay_listener));
  absl::StatusOr<LoadResult> result =
      RunClients(**client_poller, servers.address(), room.clients, kConversation);
  const absl::Status status = servers.Stop();
  if (!status.ok()) return status;
  return result;
}

// The row of one backend; true if nothing went wrong.
bool ShowRow(const Backend& backend, const absl::StatusOr<LoadResult>& result) {
  if (!result.ok()) {
    absl::PrintF("%-8s %s\n", backend.name, result.status().message());
    return false;
  }
  const double seconds = absl::ToDoubleSeconds(result->elapsed);
  absl::PrintF("%-8s %11d %10d %11.0f %13d %8d\n", backend.name, result->connections,
               result->messages, result->messages / seconds, result->bytes, result->errors);
  if (result->errors > 0) {
    absl::PrintF("         the first error: %s\n", result->first_error.message());
  }
  return result->errors == 0;
}

}  // namespace

bool RunDemo(absl::string_view poller, int clients) {
  std::vector<const Backend*> backends;
  for (const Backend* backend : LinkedBackends()) {
    if (poller.empty() || backend->name == poller) backends.push_back(backend);
  }
  absl::PrintF(
      "%d clients talk through the relay to an echo server, all on loopback, one thread and one\n"
      "poller each. A client sends %d messages of 1 to %d bytes, each when the last has come "
      "back,\n"
      "then %d bytes and the end of its stream; every byte that comes back is compared.\n\n",
      clients, kConversation.messages, kConversation.largest, kConversation.final);
  absl::PrintF("%-8s %11s %10s %11s %13s %8s\n", "poller", "connections", "messages", "messages/s",
               "bytes", "errors");
  bool all_well = true;
  for (const Backend* backend : backends) {
    fflush(stdout);
    all_well &= ShowRow(*backend, RunOn(*backend, clients));
  }
  return all_well;
}

}  // namespace someos::relay
