// The relay as a person meets it: flags, messages, signals, exit codes, and what it does at the
// end of its descriptors.

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/backend.h"
#include "someos/api/select.h"
#include "someos/testing/open_descriptors.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/testing/peer.h"
#include "someos/tools/relay/testing/relay_process.h"

namespace someos::relay {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// The number after "name=" in a line of statistics.
int Count(absl::string_view line, absl::string_view name) {
  for (absl::string_view word : absl::StrSplit(line, ' ')) {
    int value;
    if (absl::ConsumePrefix(&word, absl::StrCat(name, "=")) && absl::SimpleAtoi(word, &value)) {
      return value;
    }
  }
  ADD_FAILURE() << "no " << name << " in: " << line;
  return -1;
}

class RelayMainTest : public ::testing::Test {
 protected:
  RelayMainTest() {
    signal(SIGPIPE, SIG_IGN);
    RaiseDescriptorLimit(500);  // clients and servers are this process's; OpenBSD allows it 64
  }

  // Makes the test's directory the current one: the path of a Unix socket must be short.
  static void EnterTestDirectory() {
    char* const program = realpath(getenv("RELAY"), nullptr);  // it may be relative
    ASSERT_NE(program, nullptr);
    EXPECT_EQ(setenv("RELAY", program, /*overwrite=*/1), 0);
    free(program);
    ASSERT_EQ(chdir(::testing::TempDir().c_str()), 0);
  }

  // A client of the Unix socket `address`, as soon as it is listened on.
  static Peer ConnectedWhenListening(const SocketAddress& address) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    Socket socket;
    int error = 0;
    do {
      EXPECT_EQ(NewSocket(AF_UNIX, &socket), 0);
      error = BeginConnect(socket.fd(), address);
      std::this_thread::yield();
    } while (error != 0 && std::chrono::steady_clock::now() < give_up);
    EXPECT_EQ(error, 0) << address.ToString();
    return Peer(std::move(socket));
  }

  static std::vector<std::string> To(const SocketAddress& server) {
    return {"--listen", "127.0.0.1:0", "--connect", server.ToString()};
  }

  // Expects that the relay ends at once, with this exit code and one line of complaint.
  static void ExpectComplaint(const std::vector<std::string>& arguments, int exit_code,
                              const std::string& complaint) {
    RelayProcess relay(arguments);
    EXPECT_THAT(relay.RestOfErrors(),
                AllOf(StartsWith("relay: "), HasSubstr(complaint), EndsWith("\n")));
    EXPECT_THAT(relay.RestOfOutput(), IsEmpty());
    EXPECT_EQ(relay.ExitCode(), exit_code);
  }
};

TEST_F(RelayMainTest, Help) {
  RelayProcess relay({"--help"});
  EXPECT_THAT(relay.RestOfOutput(), HasSubstr("relay --demo"));
  EXPECT_THAT(relay.RestOfErrors(), IsEmpty());
  EXPECT_EQ(relay.ExitCode(), 0);
}

TEST_F(RelayMainTest, ACommandLineThatMakesNoSense) {
  ExpectComplaint({}, 2, "--listen: missing");
  ExpectComplaint({"--colour"}, 2, "--colour: unknown flag");
  ExpectComplaint({"--listen", "80", "--connect", "127.0.0.1:80"}, 2,
                  "--listen 80: not of the form");
  ExpectComplaint({"--listen=127.0.0.1:0", "--connect=127.0.0.1:80", "--poller=fortune"}, 2,
                  absl::StrCat("--poller: no poller \"fortune\" in this build; linked: ",
                               LinkedBackends().front()->name));
  ASSERT_EQ(setenv(kPollerVariable, "fortune", /*overwrite=*/1), 0);
  ExpectComplaint({"--listen=127.0.0.1:0", "--connect=127.0.0.1:80"}, 2,
                  "SOMEOS_POLLER: no poller \"fortune\"");
  ASSERT_EQ(unsetenv(kPollerVariable), 0);
}

TEST_F(RelayMainTest, WhatGoesWrongAtTheStart) {
  const PeerServer server;
  const std::string taken = server.address().ToString();
  ExpectComplaint({"--listen", taken, "--connect", "127.0.0.1:80"}, 1,
                  absl::StrCat("--listen ", taken, ": bind: Address already in use"));
  ExpectComplaint({"--listen=127.0.0.1:0", "--connect=nobody.invalid:80"}, 1,
                  "--connect nobody.invalid:80: ");
  ExpectComplaint({"--listen=nobody.invalid:80", "--connect=127.0.0.1:80"}, 1,
                  "--listen nobody.invalid:80: ");
  ExpectComplaint({"--listen=unix:/no/such/folder/socket", "--connect=127.0.0.1:80"}, 1,
                  "--listen unix:/no/such/folder/socket: bind: No such file or directory");
}

TEST_F(RelayMainTest, SignalsReportAndStop) {
  for (int signal : {SIGINT, SIGTERM}) {
    PeerServer server;
    RelayProcess relay(To(server.address()));
    Peer client = Peer::ConnectedTo(relay.Address());
    ASSERT_TRUE(client.Send("hello"));
    Peer upstream = server.Accept();
    ASSERT_EQ(upstream.Receive(5), "hello");

    relay.Signal(SIGUSR1);
    const std::string report = relay.NextLine();
    EXPECT_THAT(report, StartsWith("relay: accepted=1 active=1 "));
    EXPECT_EQ(Count(report, "up_bytes"), 5);

    relay.Signal(signal);
    EXPECT_THAT(relay.NextLine(), StartsWith("relay: accepted=1 active=0 "));
    EXPECT_EQ(relay.ExitCode(), 0);
    EXPECT_THAT(relay.RestOfOutput(), IsEmpty());
    EXPECT_THAT(relay.RestOfErrors(), IsEmpty());
    EXPECT_EQ(upstream.ReceiveAll().error, 0);
  }
}

TEST_F(RelayMainTest, SignalsAreForAllThreadsTogether) {
  constexpr int kConnections = 6;
  PeerServer server;
  std::vector<std::string> arguments = To(server.address());
  arguments.push_back("--threads=3");
  RelayProcess relay(arguments);
  const SocketAddress address = relay.Address();
  std::vector<Peer> peers;
  for (int i = 0; i < kConnections; ++i) {
    peers.push_back(Peer::ConnectedTo(address));
    ASSERT_TRUE(peers.back().Send("hello"));
    peers.push_back(server.Accept());
    ASSERT_EQ(peers.back().Receive(5), "hello");
  }
  relay.Signal(SIGUSR1);
  const std::string report = relay.NextLine();
  EXPECT_THAT(report, StartsWith("relay: accepted=6 active=6 "));
  EXPECT_EQ(Count(report, "up_bytes"), kConnections * 5);
  relay.Signal(SIGTERM);
  EXPECT_THAT(relay.NextLine(), StartsWith("relay: accepted=6 active=0 "));
  EXPECT_EQ(relay.ExitCode(), 0);
  EXPECT_THAT(relay.RestOfOutput(), IsEmpty());
  EXPECT_THAT(relay.RestOfErrors(), IsEmpty());
  for (Peer& peer : peers) EXPECT_EQ(peer.ReceiveAll().error, 0);
}

// Otherwise what the relay prints would go to a peer, or into its own poller.
TEST_F(RelayMainTest, NothingIsPrintedToAPeerIfTheStandardDescriptorsAreClosed) {
  ASSERT_NO_FATAL_FAILURE(EnterTestDirectory());
  RelayProcess::Start start;
  start.without_standard_descriptors = true;
  const SocketAddress address = AddressOf("unix:closed.socket");
  for (const Backend* backend : LinkedBackends()) {
    PeerServer server;
    RelayProcess relay({"--listen=unix:closed.socket", "--connect", server.address().ToString(),
                        "--max_connections=2", absl::StrCat("--poller=", backend->name)},
                       start);
    std::vector<Peer> peers;
    peers.push_back(ConnectedWhenListening(address));
    ASSERT_FALSE(HasFailure());
    peers.push_back(server.Accept());
    peers.push_back(Peer::ConnectedTo(address));
    peers.push_back(server.Accept());
    // It prints on standard error that there are too many, and statistics on standard output.
    Peer::ConnectedTo(address).ReceiveAll();
    relay.Signal(SIGUSR1);
    relay.Signal(SIGTERM);
    for (Peer& peer : peers) EXPECT_EQ(peer.ReceiveAll().data, "") << backend->name;
    EXPECT_EQ(relay.ExitCode(), 0);
  }
}

TEST_F(RelayMainTest, TheLimitOfOpenFilesIsRaised) {
  PeerServer server;
  RelayProcess::Start start;
  start.soft_open_files = 20;
  start.hard_open_files = 200;
  RelayProcess relay(To(server.address()), start);
  const SocketAddress address = relay.Address();
  std::vector<Peer> peers;
  for (int i = 0; i < 30; ++i) {
    peers.push_back(Peer::ConnectedTo(address));
    peers.push_back(server.Accept());
  }
  relay.Signal(SIGTERM);
  const std::string report = relay.NextLine();
  EXPECT_EQ(Count(report, "accepted"), 30);
  EXPECT_EQ(Count(report, "exhausted"), 0);
}

TEST_F(RelayMainTest, ASecondSignalDoesNotWait) {
  PeerServer server;
  RelayProcess relay(To(server.address()));
  Peer client = Peer::ConnectedTo(relay.Address());
  Peer upstream = server.Accept();
  upstream.SendUntilStalled();
  relay.Signal(SIGTERM);
  relay.Signal(SIGINT);
  EXPECT_EQ(relay.ExitCode(), 0);
}

TEST_F(RelayMainTest, ManyStreamsAtOnce) {
  PeerServer server;
  RelayProcess relay(To(server.address()));
  const SocketAddress address = relay.Address();
  constexpr int kStreams = 8;
  const std::string data = Peer::Filler(1 << 20);
  std::vector<std::thread> threads;
  for (int i = 0; i < kStreams; ++i) {
    threads.emplace_back([&data, client = Peer::ConnectedTo(address)]() mutable {
      EXPECT_TRUE(client.Send(data));
      client.EndStream();
      EXPECT_TRUE(client.ReceiveAll().data == data);
    });
    threads.emplace_back([peer = server.Accept()]() mutable { peer.Send(peer.ReceiveAll().data); });
  }
  for (std::thread& thread : threads) thread.join();
  relay.Signal(SIGTERM);
  const std::string report = relay.NextLine();
  EXPECT_EQ(Count(report, "accepted"), kStreams);
  EXPECT_EQ(Count(report, "up_bytes"), kStreams * data.size());
  EXPECT_EQ(Count(report, "down_bytes"), kStreams * data.size());
  EXPECT_EQ(Count(report, "reset"), 0);
}

// OpenBSD gives a process 128 MB for its data unless it asks for more (vmparam.h, DFLDSIZ).
void RaiseDataLimit() {
  rlimit limit;
  ASSERT_EQ(getrlimit(RLIMIT_DATA, &limit), 0);
  limit.rlim_cur = limit.rlim_max;
  EXPECT_EQ(setrlimit(RLIMIT_DATA, &limit), 0);
}

TEST_F(RelayMainTest, StoppedAndContinuedOverAndOver) {
  RaiseDataLimit();
  PeerServer server;
  std::vector<std::string> arguments = To(server.address());
  // Longer than the relay stands still, shorter than all its stops together.
  arguments.push_back("--idle_timeout=5s");
  RelayProcess relay(arguments);
  const SocketAddress address = relay.Address();
  const std::string data = Peer::Filler(8 << 20);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&data, client = Peer::ConnectedTo(address)]() mutable {
      EXPECT_TRUE(client.Send(data));
      client.EndStream();
      const Peer::Rest rest = client.ReceiveAll();
      EXPECT_EQ(rest.error, 0);
      EXPECT_TRUE(rest.data == data);
    });
    threads.emplace_back([peer = server.Accept()]() mutable { peer.Send(peer.ReceiveAll().data); });
  }
  for (int i = 0; i < 100; ++i) {
    relay.Signal(SIGSTOP);
    std::this_thread::sleep_for(std::chrono::milliseconds(i % 10));
    relay.Signal(SIGCONT);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  for (std::thread& thread : threads) thread.join();
  relay.Signal(SIGTERM);
  const std::string report = relay.NextLine();
  EXPECT_EQ(Count(report, "accepted"), 4);
  EXPECT_EQ(Count(report, "reset") + Count(report, "expired"), 0) << report;
}

TEST_F(RelayMainTest, SaysWhyItRefusesAndResets) {
  PeerServer server;
  std::vector<std::string> arguments = To(server.address());
  arguments.insert(arguments.end(), {"--max_connections=1", "--idle_timeout=3s"});
  RelayProcess relay(arguments);
  const SocketAddress address = relay.Address();
  Peer client = Peer::ConnectedTo(address);
  Peer upstream = server.Accept();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Peer::ConnectedTo(address).ReceiveAll().error, ECONNRESET);
  EXPECT_EQ(client.ReceiveAll().error, ECONNRESET);
  relay.Signal(SIGTERM);
  const std::string report = relay.NextLine();
  EXPECT_EQ(Count(report, "limited"), 2);
  EXPECT_EQ(Count(report, "expired"), 1);
  EXPECT_EQ(relay.RestOfErrors(),
            "relay: a client is refused: 1 connections are open (--max_connections)\n"
            "relay: a connection is reset: nothing has passed for 3s (--idle_timeout)\n");
}

TEST_F(RelayMainTest, Demo) {
  for (const Backend* backend : LinkedBackends()) {
    RelayProcess relay({"--demo", "--clients", "10", "--poller", std::string(backend->name)});
    EXPECT_THAT(relay.RestOfOutput(), AllOf(HasSubstr(absl::StrCat("\n", backend->name)),
                                            HasSubstr(" 1010 "), EndsWith(" 0\n")));
    EXPECT_EQ(relay.ExitCode(), 0);
  }
}

// On every linked backend: more clients than there are descriptors.
class ExhaustionTest : public RelayMainTest, public ::testing::WithParamInterface<const Backend*> {
 protected:
  // As many may wait for accept() as any system allows: FreeBSD resets those beyond 128, OpenBSD
  // lets them time out.
  static constexpr int kMostAtOnce = 60;

  static RelayProcess::Start Limited(int open_files) {
    RelayProcess::Start start;
    start.soft_open_files = start.hard_open_files = open_files;
    return start;
  }

  // Until all `clients` that have come are accepted, or as many as there are descriptors for.
  static void AwaitAccepted(RelayProcess& relay, int clients) {
    std::string report;
    do {
      relay.Signal(SIGUSR1);
      report = relay.NextLine();
    } while (Count(report, "accepted") < clients && Count(report, "exhausted") == 0);
  }

  // Lets `clients` clients connect to a relay that may open `open_files` files, each with something
  // to say, and expects that each gets its answer. Returns the relay's last report.
  static std::string AllAreServed(int clients, int open_files) {
    PeerServer server;
    std::vector<std::string> arguments = To(server.address());
    arguments.push_back(absl::StrCat("--poller=", GetParam()->name));
    RelayProcess relay(arguments, Limited(open_files));
    const SocketAddress address = relay.Address();
    // The server looks at the first of them only when all are there, but accepts them before: on
    // FreeBSD a connection is reset that finds too many waiting for that (kern.ipc.soacceptqueue,
    // 128 and half as many again).
    std::atomic<bool> all_are_there{false};
    std::thread echo([&] { server.EchoInTurn(clients, all_are_there); });
    std::vector<Peer> peers;
    for (int i = 0; i < clients; ++i) {
      peers.push_back(Peer::ConnectedTo(address));
      EXPECT_TRUE(peers.back().Send(absl::StrCat("client ", i)));
      peers.back().EndStream();
      if (i % kMostAtOnce == kMostAtOnce - 1) AwaitAccepted(relay, i + 1);
    }
    all_are_there = true;
    for (int i = 0; i < clients; ++i) {
      const Peer::Rest rest = peers[i].ReceiveAll();
      EXPECT_EQ(rest.data, absl::StrCat("client ", i));
      EXPECT_EQ(rest.error, 0);
    }
    echo.join();
    relay.Signal(SIGTERM);
    std::string report = relay.NextLine();
    EXPECT_EQ(relay.ExitCode(), 0);
    EXPECT_EQ(Count(report, "accepted"), clients) << report;
    EXPECT_EQ(Count(report, "refused") + Count(report, "reset"), 0) << report;
    return report;
  }
};

TEST_P(ExhaustionTest, OfOpenFiles) {
  const std::string report = AllAreServed(/*clients=*/60, /*open_files=*/40);
  EXPECT_GT(Count(report, "exhausted"), 0) << report;
}

TEST_P(ExhaustionTest, OfTwentyOpenFiles) {
  const std::string report = AllAreServed(/*clients=*/60, /*open_files=*/20);
  EXPECT_GT(Count(report, "exhausted"), 0) << report;
}

TEST_P(ExhaustionTest, OfNumbersThatThePollerHolds) {
  const int limit = RaiseDescriptorLimit(2'000);
  if (limit < 2'000) GTEST_SKIP() << "only " << limit << " open files allowed";
  // Two numbers each are more than FD_SETSIZE, by fewer than may wait for the relay's accept().
  const std::string report = AllAreServed(/*clients=*/600, /*open_files=*/2'000);
  if (GetParam()->name == "select") {
    EXPECT_GT(Count(report, "exhausted"), 0) << report;
  }
}

TEST_P(ExhaustionTest, IsWaitedForWithoutSpinning) {
  PeerServer server;
  std::vector<std::string> arguments = To(server.address());
  arguments.push_back(absl::StrCat("--poller=", GetParam()->name));
  RelayProcess relay(arguments, Limited(40));
  const SocketAddress address = relay.Address();
  std::vector<Peer> peers;
  for (int i = 0; i < 60; ++i) peers.push_back(Peer::ConnectedTo(address));
  std::string before;
  do {
    relay.Signal(SIGUSR1);
    before = relay.NextLine();
  } while (Count(before, "exhausted") == 0);
  // Nothing happens for a while: a relay that spins goes round a hundred thousand times.
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  relay.Signal(SIGUSR1);
  const std::string after = relay.NextLine();
  EXPECT_LT(Count(after, "waits") - Count(before, "waits"), 100) << before << "\n" << after;
  EXPECT_EQ(Count(after, "exhausted"), 1);
  relay.Signal(SIGTERM);
  relay.NextLine();
  // It is said once.
  const std::string errors = relay.RestOfErrors();
  EXPECT_THAT(errors, StartsWith("relay: accepting pauses with "));
  EXPECT_EQ(errors.find('\n'), errors.size() - 1) << errors;
}

INSTANTIATE_TEST_SUITE_P(Linked, ExhaustionTest,
                         ::testing::ValuesIn(LinkedBackends().begin(), LinkedBackends().end()),
                         [](const ::testing::TestParamInfo<const Backend*>& info) {
                           return std::string(info.param->name);
                         });

}  // namespace
}  // namespace someos::relay
