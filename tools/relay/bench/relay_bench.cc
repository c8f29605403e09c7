// Compares the processor time that a message costs the relay of this project, on each backend, with
// what it costs a relay on epoll itself, and haproxy and nginx; how long messages take; and the
// memory of idle connections. Rounds of all relays are interleaved in random order.

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "someos/api/poller.h"
#include "someos/api/select.h"
#include "someos/tools/relay/address.h"
#include "someos/tools/relay/bench/contestants.h"
#include "someos/tools/relay/bench/relay_under_test.h"
#include "someos/tools/relay/demo/client.h"
#include "someos/tools/relay/demo/echo_server.h"
#include "someos/tools/relay/demo/load.h"
#include "someos/tools/relay/descriptor_limit.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"

ABSL_FLAG(int, clients, 100, "connections at the same time");
ABSL_FLAG(int, messages, 200, "messages that each client sends, in one round");
ABSL_FLAG(int, final_bytes, 1, "size of one more message, the last one of each client");
ABSL_FLAG(int, rounds, 11, "rounds of each relay");
ABSL_FLAG(int, threads, 0, "also the relay with so many threads");
ABSL_FLAG(std::string, others, "",
          "also haproxy and nginx, from this directory: $(tools/bootstrap/part.sh relays)");
ABSL_FLAG(int, idle, 200, "connections whose memory is measured");

namespace someos::relay {
namespace {

constexpr size_t kLargestMessage = 1024;

// For the files of other relays.
class ScratchDirectory {
 public:
  ScratchDirectory()
      : path_((std::filesystem::temp_directory_path() / "relay_bench.XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

absl::Status RunRound(Poller& poller, Contestant& contestant) {
  const Conversation conversation = {absl::GetFlag(FLAGS_messages), kLargestMessage,
                                     static_cast<size_t>(absl::GetFlag(FLAGS_final_bytes)),
                                     &contestant.times};
  const absl::Duration before = contestant.relay.ProcessorTime();
  const absl::StatusOr<LoadResult> load =
      RunClients(poller, contestant.relay.address(), absl::GetFlag(FLAGS_clients), conversation);
  if (!load.ok()) return load.status();
  if (load->errors != 0) return load->first_error;
  const absl::Duration spent = contestant.relay.ProcessorTime() - before;
  contestant.per_message.push_back(spent / static_cast<int64_t>(load->messages));
  return absl::OkStatus();
}

absl::Duration Quantile(std::vector<absl::Duration> values, double fraction) {
  const auto place = static_cast<ptrdiff_t>(fraction * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + place, values.end());
  return values[static_cast<size_t>(place)];
}

// The median of the ratios within each round, which have met the same machine.
double MedianRatio(const Contestant& contestant, const Contestant& raw) {
  std::vector<double> ratios;
  for (size_t i = 0; i < raw.per_message.size(); ++i) {
    ratios.push_back(absl::FDivDuration(contestant.per_message[i], raw.per_message[i]));
  }
  std::nth_element(ratios.begin(), ratios.begin() + ratios.size() / 2, ratios.end());
  return ratios[ratios.size() / 2];
}

// Leaves `*client` connected through a relay, after a byte has come back.
absl::Status ConnectAndEcho(const SocketAddress& address, Socket* client) {
  int error = NewSocket(address.family(), client);
  if (error == 0) error = BeginConnect(client->fd(), address);
  if (error != 0 && error != EINPROGRESS) return absl::ErrnoToStatus(error, "connect");
  const auto wait = [&](short events) {
    pollfd entry = {client->fd(), events, 0};
    return poll(&entry, 1, /*timeout=*/30'000) == 1;
  };
  char byte = 0;
  const bool well = wait(POLLOUT) && send(client->fd(), &byte, 1, MSG_NOSIGNAL) == 1 &&
                    wait(POLLIN) && recv(client->fd(), &byte, 1, 0) == 1;
  return well ? absl::OkStatus() : absl::UnavailableError("a byte did not come back");
}

// The memory that a relay takes for a connection over which nothing passes; nothing is measured if
// there are to be none.
absl::StatusOr<double> IdleBytes(const RelayUnderTest& relay) {
  const int count = absl::GetFlag(FLAGS_idle);
  if (count <= 0) return 0;
  std::vector<Socket> clients(static_cast<size_t>(count));
  const size_t before = relay.ResidentBytes();
  for (Socket& client : clients) {
    if (absl::Status status = ConnectAndEcho(relay.address(), &client); !status.ok()) return status;
  }
  const size_t after = relay.ResidentBytes();
  return (static_cast<double>(after) - static_cast<double>(before)) / count;
}

absl::Status MeasureRounds(Poller& poller, std::vector<Contestant>& contestants) {
  std::minstd_rand random;
  std::vector<Contestant*> order;
  for (Contestant& contestant : contestants) order.push_back(&contestant);
  for (int round = 0; round < absl::GetFlag(FLAGS_rounds); ++round) {
    std::shuffle(order.begin(), order.end(), random);
    for (Contestant* contestant : order) {
      if (absl::Status status = RunRound(poller, *contestant); !status.ok()) {
        return absl::Status(status.code(),
                            absl::StrCat("relay on ", contestant->name, ": ", status.message()));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status Compare(const SocketAddress& server, const OtherRelays& others) {
  const absl::StatusOr<std::unique_ptr<Poller>> poller = NewPoller();
  if (!poller.ok()) return poller.status();
  absl::StatusOr<std::vector<Contestant>> contestants = StartContestants(server, others);
  if (!contestants.ok()) return contestants.status();
  std::vector<double> idle;  // before the rounds, which leave memory to be used again
  for (const Contestant& contestant : *contestants) {
    const absl::StatusOr<double> bytes = IdleBytes(contestant.relay);
    if (!bytes.ok()) return bytes.status();
    idle.push_back(*bytes);
  }
  if (absl::Status status = MeasureRounds(**poller, *contestants); !status.ok()) return status;
  absl::PrintF("%-12s %14s %8s %12s %12s %12s %12s\n", "relay on", "CPU/message", "ratio", "median",
               "99 %", "99.9 %", "idle");
  for (size_t i = 0; i < contestants->size(); ++i) {
    const Contestant& contestant = (*contestants)[i];
    const auto time = [&](double fraction) {
      return absl::ToDoubleMicroseconds(Quantile(contestant.times, fraction));
    };
    absl::PrintF("%-12s %11.2f us %8.3f %9.0f us %9.0f us %9.0f us %8.2f KiB\n", contestant.name,
                 absl::ToDoubleMicroseconds(Quantile(contestant.per_message, 0.5)),
                 MedianRatio(contestant, contestants->front()), time(0.5), time(0.99), time(0.999),
                 idle[i] / 1024);
  }
  return absl::OkStatus();
}

absl::Status RunWithServer() {
  RaiseDescriptorLimit();
  const absl::StatusOr<Address> loopback = ParseAddress("127.0.0.1:0");
  if (!loopback.ok()) return loopback.status();
  const absl::StatusOr<std::vector<SocketAddress>> addresses = Resolve(*loopback);
  if (!addresses.ok()) return addresses.status();
  absl::StatusOr<Listener> listener = Listener::Open(addresses->front());
  if (!listener.ok()) return listener.status();
  const absl::StatusOr<std::unique_ptr<Poller>> poller = NewPoller();
  if (!poller.ok()) return poller.status();
  EchoServer server(poller->get(), *std::move(listener));
  absl::Status served;
  std::thread thread([&] { served = server.Run(); });
  const ScratchDirectory scratch;
  const int connections = std::max(absl::GetFlag(FLAGS_clients), absl::GetFlag(FLAGS_idle));
  absl::Status status = Compare(server.address(), {connections, absl::GetFlag(FLAGS_threads),
                                                   absl::GetFlag(FLAGS_others), scratch.path()});
  server.Stop();
  thread.join();
  status.Update(served);
  return status;
}

}  // namespace
}  // namespace someos::relay

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  const absl::Status status = someos::relay::RunWithServer();
  if (!status.ok()) fprintf(stderr, "relay_bench: %s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
