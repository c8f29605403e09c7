// The demo's own parts, without a relay between them: the demo's verdict is worth something only
// if its clients notice what is wrong.

#include "someos/tools/relay/demo/load.h"

#include <signal.h>

#include <cerrno>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/poller.h"
#include "someos/api/select.h"
#include "someos/tools/relay/demo/client.h"
#include "someos/tools/relay/demo/echo_server.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket_address.h"
#include "someos/tools/relay/testing/peer.h"

namespace someos::relay {
namespace {

using ::testing::HasSubstr;

constexpr Conversation kShort = {/*messages=*/3, /*largest=*/100, /*final=*/50'000};

std::unique_ptr<Poller> MakePoller() { return NewPoller().value(); }

// One client against a server that does `serve` with its connection.
template <typename Serve>
LoadResult Against(Serve serve) {
  signal(SIGPIPE, SIG_IGN);
  PeerServer server;
  std::thread thread([&] { serve(server.Accept()); });
  const std::unique_ptr<Poller> poller = MakePoller();
  LoadResult result = RunClients(*poller, server.address(), /*clients=*/1, kShort).value();
  thread.join();
  return result;
}

TEST(LoadTest, EchoServerReturnsEveryByte) {
  const std::unique_ptr<Poller> echo_poller = MakePoller();
  EchoServer echo(echo_poller.get(), Listener::Open({AddressOf("127.0.0.1:0")}).value());
  const SocketAddress address = echo.address();
  absl::Status echo_status;
  std::thread thread([&] { echo_status = echo.Run(); });
  const std::unique_ptr<Poller> poller = MakePoller();
  const absl::StatusOr<LoadResult> result = RunClients(*poller, address, /*clients=*/20, kShort);
  echo.Stop();
  thread.join();
  EXPECT_TRUE(echo_status.ok()) << echo_status;
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->connections, 20);
  EXPECT_EQ(result->messages, 20 * 4);
  EXPECT_GT(result->bytes, 20 * kShort.final);
  EXPECT_EQ(result->errors, 0) << result->first_error;
  EXPECT_GT(result->elapsed, absl::ZeroDuration());
}

TEST(LoadTest, NoticesAWrongByte) {
  const LoadResult result = Against([](Peer peer) {
    std::string first = peer.Receive(1);
    first[0] ^= 1;
    peer.Send(first);
    peer.ReceiveAll();
  });
  EXPECT_EQ(result.errors, 1);
  EXPECT_THAT(std::string(result.first_error.message()), HasSubstr("wrong bytes"));
}

TEST(LoadTest, NoticesTooMuch) {
  const LoadResult result = Against([](Peer peer) {
    peer.Send(std::string(1'000, 'x'));
    peer.ReceiveAll();
  });
  EXPECT_EQ(result.errors, 1);
  EXPECT_THAT(std::string(result.first_error.message()), HasSubstr("more came back"));
}

TEST(LoadTest, NoticesOneByteTooMuch) {
  const LoadResult result = Against([](Peer peer) {
    std::string piece;
    while (!(piece = peer.Receive(1)).empty()) peer.Send(piece);
    peer.Send("x");
    peer.ReceiveAll();
  });
  EXPECT_EQ(result.errors, 1);
  EXPECT_THAT(std::string(result.first_error.message()), HasSubstr("more came back"));
}

TEST(LoadTest, NoticesAnEarlyEnd) {
  const LoadResult result = Against([](Peer peer) { peer.Send(peer.Receive(1)); });
  EXPECT_EQ(result.errors, 1);
}

TEST(LoadTest, NoticesAMissingLastByte) {
  const LoadResult result = Against([](Peer peer) {
    // The messages come back, and of the last one all but a byte.
    std::string all;
    std::string piece;
    do {
      piece = peer.Receive(1);
      all += piece;
      if (!piece.empty()) peer.Send(piece);
    } while (!piece.empty() && all.size() < kShort.final);
    peer.ReceiveAll();
  });
  EXPECT_EQ(result.errors, 1);
  EXPECT_THAT(std::string(result.first_error.message()), HasSubstr("ended after"));
}

TEST(LoadTest, NobodyThere) {
  const AbsentServer absent;
  const std::unique_ptr<Poller> poller = MakePoller();
  const LoadResult result = RunClients(*poller, absent.address(), /*clients=*/2, kShort).value();
  EXPECT_EQ(result.connections, 0);
  EXPECT_EQ(result.errors, 2);
}

}  // namespace
}  // namespace someos::relay
