// Compares the processor time that a message costs the relay of this project, on each backend, with
// what it costs a relay on epoll itself. Rounds of all relays are interleaved in random order.

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
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
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/api/select.h"
#include "someos/tools/relay/address.h"
#include "someos/tools/relay/bench/relay_under_test.h"
#include "someos/tools/relay/demo/client.h"
#include "someos/tools/relay/demo/echo_server.h"
#include "someos/tools/relay/demo/load.h"
#include "someos/tools/relay/descriptor_limit.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket_address.h"

ABSL_FLAG(int, clients, 100, "connections at the same time");
ABSL_FLAG(int, messages, 200, "messages that each client sends, in one round");
ABSL_FLAG(int, final_bytes, 1, "size of one more message, the last one of each client");
ABSL_FLAG(int, rounds, 11, "rounds of each relay");

namespace someos::relay {
namespace {

constexpr size_t kLargestMessage = 1024;

struct Contestant {
  std::string name;
  RelayUnderTest relay;
  std::vector<absl::Duration> per_message;  // one of each round
};

std::string Program(const char* variable) {
  const char* const program = getenv(variable);
  return program == nullptr ? "" : program;
}

absl::Status Add(const std::string& name, const std::vector<std::string>& arguments,
                 std::vector<Contestant>& contestants) {
  absl::StatusOr<RelayUnderTest> relay = RelayUnderTest::Start(arguments);
  if (!relay.ok()) return relay.status();
  contestants.push_back({name, *std::move(relay), {}});
  return absl::OkStatus();
}

// The raw one first.
absl::StatusOr<std::vector<Contestant>> StartAll(const SocketAddress& server) {
  std::vector<Contestant> contestants;
  absl::Status status = Add("raw epoll", {Program("RAW_RELAY"), server.ToString()}, contestants);
  for (const Backend* backend : LinkedBackends()) {
    if (backend->name == "kqueue") continue;  // over libkqueue, an emulation
    status.Update(Add(
        std::string(backend->name),
        {Program("RELAY"), "--listen=127.0.0.1:0", absl::StrCat("--connect=", server.ToString()),
         absl::StrCat("--poller=", backend->name)},
        contestants));
  }
  if (!status.ok()) return status;
  return contestants;
}

absl::Status RunRound(Poller& poller, Contestant& contestant) {
  const Conversation conversation = {absl::GetFlag(FLAGS_messages), kLargestMessage,
                                     static_cast<size_t>(absl::GetFlag(FLAGS_final_bytes))};
  const absl::Duration before = contestant.relay.ProcessorTime();
  const absl::StatusOr<LoadResult> load =
      RunClients(poller, contestant.relay.address(), absl::GetFlag(FLAGS_clients), conversation);
  if (!load.ok()) return load.status();
  if (load->errors != 0) return load->first_error;
  const absl::Duration spent = contestant.relay.ProcessorTime() - before;
  contestant.per_message.push_back(spent / static_cast<int64_t>(load->messages));
  return absl::OkStatus();
}

absl::Duration Median(std::vector<absl::Duration> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
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

absl::Status Compare(const SocketAddress& server) {
  const absl::StatusOr<std::unique_ptr<Poller>> poller = NewPoller();
  if (!poller.ok()) return poller.status();
  absl::StatusOr<std::vector<Contestant>> contestants = StartAll(server);
  if (!contestants.ok()) return contestants.status();
  std::minstd_rand random;
  std::vector<Contestant*> order;
  for (Contestant& contestant : *contestants) order.push_back(&contestant);
  for (int round = 0; round < absl::GetFlag(FLAGS_rounds); ++round) {
    std::shuffle(order.begin(), order.end(), random);
    for (Contestant* contestant : order) {
      if (absl::Status status = RunRound(**poller, *contestant); !status.ok()) {
        return absl::Status(status.code(),
                            absl::StrCat("relay on ", contestant->name, ": ", status.message()));
      }
    }
  }
  absl::PrintF("%-12s %14s %8s\n", "relay on", "CPU/message", "ratio");
  for (const Contestant& contestant : *contestants) {
    absl::PrintF("%-12s %11.2f us %8.3f\n", contestant.name,
                 absl::ToDoubleMicroseconds(Median(contestant.per_message)),
                 MedianRatio(contestant, contestants->front()));
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
  absl::Status status = Compare(server.address());
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
