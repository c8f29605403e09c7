#include "someos/tools/relay/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/testing/status_matchers.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/testing/peer.h"

namespace someos::relay {
namespace {

class ListenerTest : public ::testing::Test {
 protected:
  // Unix sockets get short, relative paths: a test's directory may be too deep for them.
  ListenerTest() { EXPECT_EQ(chdir(::testing::TempDir().c_str()), 0); }

  static bool Exists(const char* path) {
    struct stat file;
    return lstat(path, &file) == 0;
  }

  static absl::StatusOr<Listener> OpenAt(absl::string_view address) {
    return Listener::Open({AddressOf(address)});
  }

  static void ExpectInUse(absl::string_view address) {
    const absl::Status status = OpenAt(address).status();
    EXPECT_THAT(status, FailsWithErrno(EADDRINUSE, "bind"));
  }
};

TEST_F(ListenerTest, TellsThePortThatTheKernelChose) {
  const absl::StatusOr<Listener> listener = OpenAt("127.0.0.1:0");
  ASSERT_TRUE(listener.ok()) << listener.status();
  EXPECT_TRUE(absl::StartsWith(listener->address().ToString(), "127.0.0.1:"));
  EXPECT_FALSE(absl::EndsWith(listener->address().ToString(), ":0"));
  Peer::ConnectedTo(listener->address());
}

TEST_F(ListenerTest, SocketsDoNotBlockAndAreClosedOnExec) {
  const absl::StatusOr<Listener> listener = OpenAt("127.0.0.1:0");
  ASSERT_TRUE(listener.ok()) << listener.status();
  Socket none;
  EXPECT_EQ(Accept(listener->fd(), &none), EAGAIN);
  const Peer client = Peer::ConnectedTo(listener->address());
  // The client's end of the handshake comes first, and another thread of the kernel may bring it.
  pollfd coming = {listener->fd(), POLLIN, 0};
  ASSERT_EQ(poll(&coming, 1, /*timeout=*/30'000), 1);
  Socket accepted;
  ASSERT_EQ(Accept(listener->fd(), &accepted), 0);
  for (int fd : {listener->fd(), accepted.fd()}) {
    EXPECT_TRUE(fcntl(fd, F_GETFL) & O_NONBLOCK);
    EXPECT_TRUE(fcntl(fd, F_GETFD) & FD_CLOEXEC);
  }
}

TEST_F(ListenerTest, PortInUse) {
  const absl::StatusOr<Listener> listener = OpenAt("127.0.0.1:0");
  ASSERT_TRUE(listener.ok()) << listener.status();
  ExpectInUse(listener->address().ToString());
}

TEST_F(ListenerTest, ManyClientsMayWaitToBeAccepted) {
  const absl::StatusOr<Listener> listener = OpenAt("127.0.0.1:0");
  ASSERT_TRUE(listener.ok()) << listener.status();
  // FreeBSD, OpenBSD and macOS let no more than 128 wait.
  std::vector<Peer> clients;
  for (int i = 0; i < 100 && !HasFailure(); ++i) {
    clients.push_back(Peer::ConnectedTo(listener->address()));
  }
}

// Whether a connection that `listener` accepts sends small pieces at once.
bool AcceptsWithoutDelay(const Listener& listener) {
  const Peer client = Peer::ConnectedTo(listener.address());
  AwaitReadable(listener.fd());
  Socket accepted;
  EXPECT_EQ(Accept(listener.fd(), &accepted), 0);
  int no_delay = 0;
  socklen_t size = sizeof(no_delay);
  EXPECT_EQ(getsockopt(accepted.fd(), IPPROTO_TCP, TCP_NODELAY, &no_delay, &size), 0);
  return no_delay != 0;
}

TEST_F(ListenerTest, AcceptedConnectionsSendWithoutDelay) {
  const absl::StatusOr<Listener> listener = OpenAt("127.0.0.1:0");
  ASSERT_TRUE(listener.ok()) << listener.status();
  EXPECT_TRUE(AcceptsWithoutDelay(*listener));
}

TEST_F(ListenerTest, AnAdoptedSocketsConnectionsSendWithoutDelay) {
  const SocketAddress address = AddressOf("127.0.0.1:0");
  Socket made(socket(AF_INET, SOCK_STREAM, 0));
  ASSERT_EQ(bind(made.fd(), address.get(), address.size()), 0);
  ASSERT_EQ(listen(made.fd(), 5), 0);
  const absl::StatusOr<Listener> listener = Listener::Adopt(std::move(made));
  ASSERT_TRUE(listener.ok()) << listener.status();
  EXPECT_TRUE(AcceptsWithoutDelay(*listener));
}

// A connection that the listening side has closed first stays in TIME_WAIT, and with it the port.
TEST_F(ListenerTest, APortCanBeTakenAgainAtOnce) {
  absl::StatusOr<Listener> listener = OpenAt("127.0.0.1:0");
  ASSERT_TRUE(listener.ok()) << listener.status();
  const std::string address = listener->address().ToString();
  Peer client = Peer::ConnectedTo(listener->address());
  AcceptFrom(listener->fd()).Close();
  EXPECT_EQ(client.ReceiveAll().error, 0);
  client.Close();
  listener->Close();
  EXPECT_FALSE(listener->listening());
  const absl::Status again = OpenAt(address).status();
  EXPECT_TRUE(again.ok()) << again;
}

TEST_F(ListenerTest, AnAddressOfAnotherMachine) {
  // It is reserved for documentation, so it is nobody's.
  EXPECT_THAT(OpenAt("192.0.2.1:0").status(), FailsWithErrno(EADDRNOTAVAIL, "bind"));
}

TEST_F(ListenerTest, AnIpv6AddressLeavesTheIpv4OnesAlone) {
  const absl::StatusOr<Listener> all = OpenAt("[::]:0");
  if (!all.ok()) GTEST_SKIP() << "no IPv6 on this machine: " << all.status();
  int only = 0;
  socklen_t size = sizeof(only);
  ASSERT_EQ(getsockopt(all->fd(), IPPROTO_IPV6, IPV6_V6ONLY, &only, &size), 0);
  EXPECT_NE(only, 0);
}

TEST_F(ListenerTest, AnAbstractNameIsNoFile) {
  if (!SocketAddress::HasAbstractNames()) GTEST_SKIP() << "only Linux has them";
  const std::string name = absl::StrCat("@someos listener test ", getpid());
  {
    const absl::StatusOr<Listener> listener = OpenAt(name);
    ASSERT_TRUE(listener.ok()) << listener.status();
    EXPECT_EQ(listener->address().ToString(), absl::StrCat("unix:", name));
    EXPECT_FALSE(Exists(name.c_str()));
    ExpectInUse(name);
    Peer::ConnectedTo(listener->address());
  }
  const absl::Status again = OpenAt(name).status();
  EXPECT_TRUE(again.ok()) << again;
}

TEST_F(ListenerTest, AnAdoptedSocketKeepsItsFile) {
  const SocketAddress address = AddressOf("unix:adopted.socket");
  Socket made(socket(AF_UNIX, SOCK_STREAM, 0));
  ASSERT_EQ(bind(made.fd(), address.get(), address.size()), 0);
  ASSERT_EQ(listen(made.fd(), 5), 0);
  {
    const absl::StatusOr<Listener> listener = Listener::Adopt(std::move(made));
    ASSERT_TRUE(listener.ok()) << listener.status();
    EXPECT_EQ(listener->address().ToString(), "unix:adopted.socket");
    EXPECT_TRUE(fcntl(listener->fd(), F_GETFL) & O_NONBLOCK);
    EXPECT_TRUE(fcntl(listener->fd(), F_GETFD) & FD_CLOEXEC);
    Peer::ConnectedTo(listener->address());
  }
  EXPECT_TRUE(Exists("adopted.socket"));
}

TEST_F(ListenerTest, OnlyListeningStreamSocketsAreAdopted) {
  const auto refusal = [](int fd) {
    return std::string(Listener::Adopt(Socket(fd)).status().message());
  };
  EXPECT_EQ(refusal(12'345), "not open");
  EXPECT_EQ(refusal(open("/dev/null", O_RDONLY)), "not a socket");
  EXPECT_EQ(refusal(socket(AF_INET, SOCK_DGRAM, 0)), "not a stream socket");
  EXPECT_EQ(refusal(socket(AF_INET, SOCK_STREAM, 0)), "a socket that does not listen");
}

TEST_F(ListenerTest, UnixSocketIsRemoved) {
  {
    const absl::StatusOr<Listener> listener = OpenAt("unix:removed.socket");
    ASSERT_TRUE(listener.ok()) << listener.status();
    EXPECT_TRUE(Exists("removed.socket"));
    Peer::ConnectedTo(listener->address());
  }
  EXPECT_FALSE(Exists("removed.socket"));
}

TEST_F(ListenerTest, AListenerThatWasMovedFromRemovesNothing) {
  absl::StatusOr<Listener> listener = OpenAt("unix:moved.socket");
  ASSERT_TRUE(listener.ok()) << listener.status();
  std::optional<Listener> first(*std::move(listener));
  std::optional<Listener> second(*std::move(first));
  first.reset();
  EXPECT_TRUE(Exists("moved.socket"));
  Peer::ConnectedTo(second->address());
  second.reset();
  EXPECT_FALSE(Exists("moved.socket"));
}

TEST_F(ListenerTest, LiveUnixSocketIsInUse) {
  const absl::StatusOr<Listener> listener = OpenAt("unix:live.socket");
  ASSERT_TRUE(listener.ok()) << listener.status();
  ExpectInUse("unix:live.socket");
  Peer::ConnectedTo(listener->address());
}

TEST_F(ListenerTest, LiveUnixSocketWithAFullBacklogIsInUse) {
  const absl::StatusOr<Listener> listener = OpenAt("unix:full.socket");
  ASSERT_TRUE(listener.ok()) << listener.status();
  ASSERT_EQ(listen(listener->fd(), 0), 0);
  std::vector<Socket> waiting;
  int error = 0;
  while (error == 0 && waiting.size() < 1000) {
    waiting.emplace_back();
    ASSERT_EQ(NewSocket(AF_UNIX, &waiting.back()), 0);
    error = BeginConnect(waiting.back().fd(), listener->address());
  }
  if (error != EAGAIN) GTEST_SKIP() << "a full backlog looks like a socket without a listener here";
  ExpectInUse("unix:full.socket");
  EXPECT_TRUE(Exists("full.socket"));
}

TEST_F(ListenerTest, AUnixSocketOfAnotherTypeIsInUse) {
  const SocketAddress address = AddressOf("unix:datagram.socket");
  const Socket datagram(socket(AF_UNIX, SOCK_DGRAM, 0));
  ASSERT_EQ(bind(datagram.fd(), address.get(), address.size()), 0);
  ExpectInUse("unix:datagram.socket");
  EXPECT_TRUE(Exists("datagram.socket"));
}

TEST_F(ListenerTest, ALinkToAUnixSocketIsLeftAlone) {
  const SocketAddress address = AddressOf("unix:target.socket");
  {
    const Socket dead(socket(AF_UNIX, SOCK_STREAM, 0));
    ASSERT_EQ(bind(dead.fd(), address.get(), address.size()), 0);
  }
  ASSERT_EQ(symlink("target.socket", "link.socket"), 0);
  ExpectInUse("unix:link.socket");
  EXPECT_TRUE(Exists("link.socket"));
  EXPECT_TRUE(Exists("target.socket"));
}

TEST_F(ListenerTest, StaleUnixSocketIsReplaced) {
  const SocketAddress address = AddressOf("unix:stale.socket");
  {
    Socket dead;
    ASSERT_EQ(NewSocket(AF_UNIX, &dead), 0);
    ASSERT_EQ(bind(dead.fd(), address.get(), address.size()), 0);
  }
  ASSERT_TRUE(Exists("stale.socket"));
  const absl::StatusOr<Listener> listener = OpenAt("unix:stale.socket");
  ASSERT_TRUE(listener.ok()) << listener.status();
  Peer::ConnectedTo(listener->address());
}

TEST_F(ListenerTest, AnotherFileIsLeftAlone) {
  const Socket file(open("file.socket", O_CREAT | O_WRONLY, 0600));
  ASSERT_TRUE(file.valid());
  ExpectInUse("unix:file.socket");
  EXPECT_TRUE(Exists("file.socket"));
}

TEST_F(ListenerTest, ASuccessorsFileIsLeftAlone) {
  absl::StatusOr<Listener> first = OpenAt("unix:taken.socket");
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(unlink("taken.socket"), 0);
  const absl::StatusOr<Listener> second = OpenAt("unix:taken.socket");
  ASSERT_TRUE(second.ok()) << second.status();
  first->Close();
  EXPECT_TRUE(Exists("taken.socket"));
}

}  // namespace
}  // namespace someos::relay
