#include "someos/tools/relay/testing/peer.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "someos/tools/relay/address.h"
#include "someos/tools/relay/demo/pattern.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"

namespace someos::relay {
namespace {

// Longer than a busy machine needs, shorter than a test runner's patience.
constexpr int kPatienceMilliseconds = 30'000;

// How long nothing must move to be called a stall: an emulator may itself stand still for a while.
constexpr int kStallMilliseconds = 1000;

// Waits until one of `events` holds for `fd`.
bool Await(int fd, short events, int milliseconds) {
  pollfd entry = {fd, events, 0};
  int ready;
  do {
    ready = poll(&entry, 1, milliseconds);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

bool Await(int fd, short events) {
  const bool ready = Await(fd, events, kPatienceMilliseconds);
  EXPECT_TRUE(ready) << "fd " << fd << " waits in vain for events " << events;
  return ready;
}

// Sends back all that `peer` has sent, and ends the connection.
void Echo(Peer peer) { peer.Send(peer.ReceiveAll().data); }

}  // namespace

void AwaitReadable(int fd) { Await(fd, POLLIN); }
void AwaitWritable(int fd) { Await(fd, POLLOUT); }

Peer AcceptFrom(int listener) {
  Socket socket;
  int error = 0;
  do {
    AwaitReadable(listener);
    error = Accept(listener, &socket);
  } while (error == ECONNABORTED);  // FreeBSD: the peer has reset it already
  EXPECT_EQ(error, 0);
  return Peer(std::move(socket));
}

SocketAddress AddressOf(absl::string_view text) {
  const absl::StatusOr<Address> address = ParseAddress(text);
  const absl::StatusOr<std::vector<SocketAddress>> found = Resolve(address.value());
  return found.value().front();
}

Peer Peer::ConnectedTo(const SocketAddress& server, int receive_buffer) {
  Socket socket;
  EXPECT_EQ(NewSocket(server.family(), &socket), 0);
  if (receive_buffer != 0) {
    EXPECT_EQ(
        setsockopt(socket.fd(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer)), 0);
  }
  const int error = BeginConnect(socket.fd(), server);
  // It may have been reset since; that is for the next call on it to find. On FreeBSD connect() may
  // itself find it.
  EXPECT_TRUE(error == 0 || error == EINPROGRESS || error == ECONNRESET)
      << server.ToString() << ": " << strerror(error);
  Await(socket.fd(), POLLOUT);
  Peer peer(std::move(socket));
  peer.reset_found_ = error == ECONNRESET;
  return peer;
}

bool Peer::Send(absl::string_view data) {
  while (!data.empty()) {
    if (!Await(socket_.fd(), POLLOUT)) return false;
    const ssize_t sent = send(socket_.fd(), data.data(), data.size(), 0);
    if (sent < 0 && errno != EAGAIN) return false;
    data.remove_prefix(std::max<ssize_t>(sent, 0));
  }
  return true;
}

size_t Peer::SendUntilStalled() {
  const std::string block = Filler(1 << 20);
  size_t total = 0;
  while (Await(socket_.fd(), POLLOUT, kStallMilliseconds)) {
    const size_t offset = total % block.size();
    const ssize_t sent = send(socket_.fd(), block.data() + offset, block.size() - offset, 0);
    if (sent < 0 && errno == EAGAIN) continue;
    EXPECT_GT(sent, 0) << strerror(errno);
    if (sent <= 0) break;
    total += sent;
  }
  return total;
}

std::string Peer::Receive(size_t size) {
  std::string data(size, '\0');
  size_t have = 0;
  while (have < size && Await(socket_.fd(), POLLIN)) {
    const ssize_t received = recv(socket_.fd(), &data[have], size - have, 0);
    if (received < 0 && errno == EAGAIN) continue;
    if (received <= 0) break;
    have += received;
  }
  data.resize(have);
  return data;
}

Peer::Rest Peer::ReceiveAll() {
  Rest rest = {"", ETIMEDOUT};
  char buffer[16 * 1024];
  while (Await(socket_.fd(), POLLIN)) {
    const ssize_t received = recv(socket_.fd(), buffer, sizeof(buffer), 0);
    if (received < 0 && errno == EAGAIN) continue;
    if (received <= 0) {
      rest.error = received != 0 ? errno : reset_found_ ? ECONNRESET : 0;
      break;
    }
    rest.data.append(buffer, received);
  }
  return rest;
}

void Peer::SendUrgentByte() {
  EXPECT_TRUE(Await(socket_.fd(), POLLOUT));
  EXPECT_EQ(send(socket_.fd(), "!", 1, MSG_OOB), 1);
}

void Peer::AwaitHangup() { Await(socket_.fd(), /*events=*/0); }

void Peer::EndStream() {
  // ENOTCONN, on FreeBSD ECONNRESET: it has been reset; that is for the next call on it to find.
  const int error = shutdown(socket_.fd(), SHUT_WR) == 0 ? 0 : errno;
  EXPECT_TRUE(error == 0 || error == ENOTCONN || error == ECONNRESET) << strerror(error);
}

std::string Peer::Filler(size_t size) {
  std::string block(std::min<size_t>(size, 1 << 20), '\0');
  Pattern(/*seed=*/1).Fill(0, absl::MakeSpan(&block[0], block.size()));
  std::string filler;
  filler.reserve(size);
  while (filler.size() < size) filler.append(block, 0, size - filler.size());
  return filler;
}

AbsentServer::AbsentServer() : listener_(Listener::Open({AddressOf("127.0.0.1:0")}).value()) {
  EXPECT_EQ(NewSocket(AF_INET, &socket_), 0);
  const SocketAddress any_port = listener_.address().WithPort(0);
  EXPECT_EQ(bind(socket_.fd(), any_port.get(), any_port.size()), 0);
  const int error = BeginConnect(socket_.fd(), listener_.address());
  EXPECT_TRUE(error == 0 || error == EINPROGRESS) << strerror(error);
  sockaddr_storage bound = {};
  socklen_t size = sizeof(bound);
  EXPECT_EQ(getsockname(socket_.fd(), reinterpret_cast<sockaddr*>(&bound), &size), 0);
  address_ = SocketAddress(reinterpret_cast<const sockaddr*>(&bound), size);
}

PeerServer::PeerServer(absl::string_view address)
    : listener_(Listener::Open({AddressOf(address)}).value()) {}

Peer PeerServer::Accept() { return AcceptFrom(listener_.fd()); }

void PeerServer::EchoInTurn(int count) {
  for (int i = 0; i < count; ++i) Echo(Accept());
}

void PeerServer::EchoInTurn(int count, const std::atomic<bool>& begin) {
  constexpr int kLookMilliseconds = 10;
  std::vector<Peer> waiting;
  while (!begin.load()) {
    if (Await(listener_.fd(), POLLIN, kLookMilliseconds)) waiting.push_back(Accept());
  }
  for (Peer& peer : waiting) Echo(std::move(peer));
  EchoInTurn(count - static_cast<int>(waiting.size()));
}

}  // namespace someos::relay
