#include "someos/tools/relay/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "gtest/gtest.h"
#include "someos/tools/relay/testing/full_server.h"
#include "someos/tools/relay/testing/peer.h"

namespace someos::relay {
namespace {

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) != -1; }

TEST(SocketTest, OwnsOneDescriptor) {
  Socket first(dup(STDERR_FILENO));
  const int number = first.fd();
  Socket second(std::move(first));
  EXPECT_FALSE(first.valid());
  EXPECT_EQ(second.fd(), number);
  Socket third(dup(STDERR_FILENO));
  const int replaced = third.fd();
  third = std::move(second);
  EXPECT_EQ(third.fd(), number);
  EXPECT_FALSE(IsOpen(replaced));
  Socket& same = third;
  third = std::move(same);
  EXPECT_EQ(third.fd(), number);
  EXPECT_TRUE(IsOpen(number));
  third.Close();
  EXPECT_FALSE(third.valid());
  EXPECT_FALSE(IsOpen(number));
  third.Close();  // of none: nothing happens
}

// A program may have been started with descriptor 0 closed.
TEST(SocketTest, DescriptorZeroIsOneLikeOthers) {
  const Socket standard_input(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
  close(STDIN_FILENO);
  {
    const Socket zero(dup(STDERR_FILENO));
    ASSERT_EQ(zero.fd(), 0);
    EXPECT_TRUE(zero.valid());
  }
  EXPECT_FALSE(IsOpen(0));
  if (standard_input.valid()) dup2(standard_input.fd(), STDIN_FILENO);
}

TEST(SocketTest, NewSocketsDoNotBlockAndSendWithoutDelay) {
  for (const int family : {AF_INET, AF_UNIX}) {
    Socket socket;
    ASSERT_EQ(NewSocket(family, &socket), 0);
    EXPECT_TRUE(fcntl(socket.fd(), F_GETFL) & O_NONBLOCK);
    EXPECT_TRUE(fcntl(socket.fd(), F_GETFD) & FD_CLOEXEC);
    if (family != AF_INET) continue;
    int no_delay = 0;
    socklen_t size = sizeof(no_delay);
    ASSERT_EQ(getsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &no_delay, &size), 0);
    EXPECT_NE(no_delay, 0);
  }
}

TEST(SocketTest, ClosingIsOrderlyUnlessAskedOtherwise) {
  PeerServer server;
  for (const bool reset : {false, true}) {
    Socket socket;
    ASSERT_EQ(NewSocket(AF_INET, &socket), 0);
    ASSERT_EQ(BeginConnect(socket.fd(), server.address()), EINPROGRESS);
    Peer peer = server.Accept();
    if (reset) {
      socket.CloseWithReset();
    } else {
      socket.Close();
    }
    EXPECT_FALSE(socket.valid());
    EXPECT_EQ(peer.ReceiveAll().error, reset ? ECONNRESET : 0);
  }
}

TEST(SocketTest, ConnectResultTellsSuccessFailureAndNeither) {
  PeerServer server;
  Socket socket;
  ASSERT_EQ(NewSocket(AF_INET, &socket), 0);
  EXPECT_EQ(BeginConnect(socket.fd(), server.address()), EINPROGRESS);
  AwaitWritable(socket.fd());
  EXPECT_EQ(ConnectResult(socket.fd(), /*error_reported=*/false), 0);

  const AbsentServer absent;
  ASSERT_EQ(NewSocket(AF_INET, &socket), 0);
  if (BeginConnect(socket.fd(), absent.address()) == EINPROGRESS) {
    AwaitWritable(socket.fd());
    EXPECT_EQ(ConnectResult(socket.fd(), /*error_reported=*/true), ECONNREFUSED);
    // The error has been taken from the socket: what the poller reported still counts.
    EXPECT_EQ(ConnectResult(socket.fd(), /*error_reported=*/true), ECONNREFUSED);
  }

  ASSERT_EQ(NewSocket(AF_INET, &socket), 0);
  EXPECT_EQ(ConnectResult(socket.fd(), /*error_reported=*/false), EINPROGRESS);
}

// As after a signal: what connect() was called for goes on, or has been done.
TEST(SocketTest, AConnectThatHasBegunIsNotBegunAgain) {
  if (!FullServer::kIsSupported) GTEST_SKIP() << "a full backlog does not delay connect() here";
  FullServer server;
  Socket socket;
  ASSERT_EQ(NewSocket(AF_INET, &socket), 0);
  EXPECT_EQ(BeginConnect(socket.fd(), server.address()), EINPROGRESS);
  EXPECT_EQ(BeginConnect(socket.fd(), server.address()), EINPROGRESS);
  const Peer peer = server.Accept();
  AwaitWritable(socket.fd());
  EXPECT_EQ(BeginConnect(socket.fd(), server.address()), 0);
  EXPECT_EQ(BeginConnect(socket.fd(), server.address()), 0);
}

TEST(SocketTest, MovesToTheLowestNumber) {
  const int free = Socket(dup(STDERR_FILENO)).fd();
  Socket high(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, free + 10));
  ASSERT_GE(high.fd(), free + 10);
  const int before = high.fd();
  MoveToLowestNumber(&high);
  EXPECT_EQ(high.fd(), free);
  EXPECT_TRUE(fcntl(free, F_GETFD) & FD_CLOEXEC);
  EXPECT_FALSE(IsOpen(before));

  // It has it already.
  MoveToLowestNumber(&high);
  EXPECT_EQ(high.fd(), free);
  EXPECT_TRUE(IsOpen(free));
  EXPECT_FALSE(IsOpen(free + 1));
}

}  // namespace
}  // namespace someos::relay
