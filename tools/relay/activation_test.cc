// The relay with sockets that a service manager passes, and with several addresses.

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/backend.h"
#include "someos/api/select.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/testing/peer.h"
#include "someos/tools/relay/testing/relay_process.h"

namespace someos::relay {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ActivationTest : public ::testing::Test {
 protected:
  ActivationTest() { signal(SIGPIPE, SIG_IGN); }

  void SetUp() override {
    char* const program = realpath(getenv("RELAY"), nullptr);  // it may be relative
    ASSERT_NE(program, nullptr);
    EXPECT_EQ(setenv("RELAY", program, /*overwrite=*/1), 0);
    free(program);
    // The path of a Unix socket must be short.
    ASSERT_EQ(chdir(::testing::TempDir().c_str()), 0);
  }

  static void RoundTrip(const SocketAddress& relay, PeerServer& server) {
    Peer client = Peer::ConnectedTo(relay);
    ASSERT_TRUE(client.Send("hello"));
    Peer upstream = server.Accept();
    EXPECT_EQ(upstream.Receive(5), "hello");
    ASSERT_TRUE(upstream.Send("hi"));
    EXPECT_EQ(client.Receive(2), "hi");
  }

  static std::string Complaint(const std::vector<int>& sockets, const std::string& names = "",
                               const std::string& count = "") {
    RelayProcess::Start start;
    start.passed_sockets = sockets;
    start.count = count;
    start.names = names;
    RelayProcess relay({"--connect=127.0.0.1:1"}, start);
    EXPECT_EQ(relay.ExitCode(), 2);
    EXPECT_THAT(relay.RestOfOutput(), IsEmpty());
    return relay.RestOfErrors();
  }
};

TEST_F(ActivationTest, PassedSocketsAreListenedOn) {
  for (const Backend* backend : LinkedBackends()) {
    SCOPED_TRACE(backend->name);
    PeerServer server;
    const Listener tcp = Listener::Open(AddressOf("127.0.0.1:0")).value();
    const Listener file = Listener::Open(AddressOf("unix:passed.socket")).value();
    RelayProcess::Start start;
    start.passed_sockets = {tcp.fd(), file.fd()};
    start.names = "web:local";
    // The second thread serves the second client, whichever socket it comes from.
    RelayProcess relay({"--connect", server.address().ToString(), "--listen=127.0.0.1:0",
                        "--threads=2", absl::StrCat("--poller=", backend->name)},
                       start);
    const std::string line = relay.NextLine();
    EXPECT_THAT(line, HasSubstr(absl::StrCat("relay: listening on ", tcp.address().ToString(),
                                             ", unix:passed.socket, 127.0.0.1:")));
    RoundTrip(tcp.address(), server);
    RoundTrip(file.address(), server);
    relay.Signal(SIGTERM);
    EXPECT_EQ(relay.ExitCode(), 0);
    struct stat found;
    EXPECT_EQ(stat("passed.socket", &found), 0);
  }
}

// Neither the sockets nor the peers get what the relay prints.
TEST_F(ActivationTest, WithoutStandardDescriptors) {
  PeerServer server;
  const Listener listener = Listener::Open(AddressOf("127.0.0.1:0")).value();
  RelayProcess::Start start;
  start.passed_sockets = {listener.fd()};
  start.without_standard_descriptors = true;
  RelayProcess relay({"--connect", server.address().ToString(), "--max_connections=1"}, start);
  Peer client = Peer::ConnectedTo(listener.address());
  Peer upstream = server.Accept();
  EXPECT_EQ(Peer::ConnectedTo(listener.address()).ReceiveAll().error, ECONNRESET);
  relay.Signal(SIGUSR1);
  relay.Signal(SIGTERM);
  EXPECT_EQ(client.ReceiveAll().data, "");
  EXPECT_EQ(upstream.ReceiveAll().data, "");
  EXPECT_EQ(relay.ExitCode(), 0);
}

TEST_F(ActivationTest, OtherDescriptorsAreRefused) {
  const Listener listener = Listener::Open(AddressOf("127.0.0.1:0")).value();
  const Socket file(open("/dev/null", O_RDWR | O_CLOEXEC));
  const Socket datagram(socket(AF_INET, SOCK_DGRAM, 0));
  const Socket silent(socket(AF_INET, SOCK_STREAM, 0));
  EXPECT_EQ(Complaint({listener.fd(), file.fd()}, "web:file"),
            "relay: LISTEN_FDS=2: descriptor 4 (file) is not a socket\n");
  EXPECT_THAT(Complaint({datagram.fd()}), HasSubstr("descriptor 3 (unknown) is not a stream"));
  EXPECT_THAT(Complaint({silent.fd()}), HasSubstr("is a socket that does not listen"));
  EXPECT_EQ(Complaint({listener.fd()}, "one:two"),
            "relay: LISTEN_FDNAMES=one:two: not the names of 1 sockets\n");
}

TEST_F(ActivationTest, ANumberOfSocketsWithoutSense) {
  const Listener listener = Listener::Open(AddressOf("127.0.0.1:0")).value();
  const auto complaint = [&](const std::string& count) {
    return Complaint({listener.fd()}, /*names=*/"", count);
  };
  EXPECT_EQ(complaint("2147483647"), "relay: LISTEN_FDS=2147483647: too many\n");
  for (const char* const count : {"2147483648", "-1", "1 ", "one"}) {
    EXPECT_EQ(complaint(count), absl::StrCat("relay: LISTEN_FDS=", count, ": not a number\n"));
  }
  EXPECT_EQ(complaint("2"), "relay: LISTEN_FDS=2: descriptor 4 (unknown) is not open\n");
}

TEST_F(ActivationTest, VariablesOfAnotherProcessOrWithoutSense) {
  ASSERT_EQ(setenv("LISTEN_PID", "1", 1), 0);
  ASSERT_EQ(setenv("LISTEN_FDS", "1", 1), 0);
  {
    RelayProcess relay({"--connect=127.0.0.1:1"});
    EXPECT_THAT(relay.RestOfErrors(), HasSubstr("--listen: missing"));
  }
  ASSERT_EQ(setenv("LISTEN_PID", "self", 1), 0);
  {
    RelayProcess relay({"--connect=127.0.0.1:1"});
    EXPECT_EQ(relay.RestOfErrors(), "relay: LISTEN_PID=self: not a number\n");
    EXPECT_EQ(relay.ExitCode(), 2);
  }
  ASSERT_EQ(unsetenv("LISTEN_PID") + unsetenv("LISTEN_FDS"), 0);
}

TEST_F(ActivationTest, EveryAddressOfThisMachine) {
  PeerServer server;
  RelayProcess relay({"--listen=*:0", "--connect", server.address().ToString()});
  const uint16_t port = relay.Address().port();
  RoundTrip(AddressOf("127.0.0.1:0").WithPort(port), server);
  if (!Listener::Open(AddressOf("[::1]:0")).ok()) GTEST_SKIP() << "no IPv6 on this machine";
  RoundTrip(AddressOf("[::1]:0").WithPort(port), server);
}

TEST_F(ActivationTest, AnAbstractName) {
  if (!SocketAddress::HasAbstractNames()) GTEST_SKIP() << "only Linux has them";
  const std::string name = absl::StrCat("@someos relay test ", getpid());
  const std::string upstream = absl::StrCat(name, " server");
  for (const Backend* backend : LinkedBackends()) {
    PeerServer server(upstream);
    RelayProcess relay(
        {"--listen", name, "--connect", upstream, absl::StrCat("--poller=", backend->name)});
    RoundTrip(relay.Address(), server);
  }
}

}  // namespace
}  // namespace someos::relay
