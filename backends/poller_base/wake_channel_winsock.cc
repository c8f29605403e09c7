#include <winsock2.h>
#include <ws2tcpip.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/mutex.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/base/winsock.h"
#include "someos/backends/poller_base/wake_channel.h"

namespace someos::poller_base {

using base::OwnDescriptor;
using base::SocketOf;

namespace {

absl::Status Failure(absl::string_view call) {
  const int error = WSAGetLastError();
  return base::WinsockError(error, absl::StrCat("create a wake channel: ", call));
}

absl::StatusOr<OwnDescriptor> Take(SOCKET socket, absl::string_view call) {
  if (socket == INVALID_SOCKET) return Failure(call);
  if (socket > static_cast<SOCKET>(INT32_MAX)) {
    closesocket(socket);
    return PlainStatus(absl::StatusCode::kOutOfRange,
                       absl::StrCat("create a wake channel: socket ", socket, " exceeds an int"));
  }
  return OwnDescriptor::Take(static_cast<int>(socket));
}

// A TCP socket that no child process inherits.
absl::StatusOr<OwnDescriptor> NewSocket() {
  return Take(WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, nullptr, 0,
                         WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT),
              "WSASocket");
}

absl::StatusOr<OwnDescriptor> Listen(sockaddr_in& address) {
  absl::StatusOr<OwnDescriptor> listener = NewSocket();
  if (!listener.ok()) return listener;
  // Otherwise another process could take the port as well.
  const BOOL alone = TRUE;
  setsockopt(SocketOf(listener->get()), SOL_SOCKET, SO_EXCLUSIVEADDRUSE,
             reinterpret_cast<const char*>(&alone), sizeof(alone));
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int size = sizeof(address);
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  if (bind(SocketOf(listener->get()), name, size) != 0) return Failure("bind");
  if (getsockname(SocketOf(listener->get()), name, &size) != 0) return Failure("getsockname");
  if (listen(SocketOf(listener->get()), SOMAXCONN) != 0) return Failure("listen");
  return listener;
}

// Takes the connection of the socket that is bound to `own`, and refuses those of other processes,
// which may connect to the port as well.
absl::StatusOr<OwnDescriptor> AcceptFrom(const sockaddr_in& own, int listener) {
  while (true) {
    sockaddr_in peer = {};
    int size = sizeof(peer);
    const SOCKET accepted = accept(SocketOf(listener), reinterpret_cast<sockaddr*>(&peer), &size);
    absl::StatusOr<OwnDescriptor> connection = Take(accepted, "accept");
    if (!connection.ok()) return connection;
    if (peer.sin_port == own.sin_port && peer.sin_addr.s_addr == own.sin_addr.s_addr) {
      SetHandleInformation(reinterpret_cast<HANDLE>(accepted), HANDLE_FLAG_INHERIT, 0);
      return connection;
    }
  }
}

bool MakeNonBlocking(int fd) {
  u_long yes = 1;
  return ioctlsocket(SocketOf(fd), static_cast<long>(FIONBIO), &yes) == 0;
}

}  // namespace

WakeChannel::WakeChannel(OwnDescriptor read_end, OwnDescriptor write_end)
    : read_end_(std::move(read_end)),
      write_end_(std::move(write_end)),
      serial_(static_cast<uint32_t>(read_end_.get())) {}

absl::StatusOr<WakeChannel> WakeChannel::Create(base::SystemCalls /*calls*/) {
  if (const int error = base::StartWinsock(); error != 0) {
    return ErrnoStatus(error, "create a wake channel: WSAStartup");
  }
  sockaddr_in address = {};
  absl::StatusOr<OwnDescriptor> listener = Listen(address);
  if (!listener.ok()) return listener.status();
  absl::StatusOr<OwnDescriptor> write_end = NewSocket();
  if (!write_end.ok()) return write_end.status();
  const SOCKET writer = SocketOf(write_end->get());
  if (connect(writer, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return Failure("connect");
  }
  sockaddr_in own = {};
  int size = sizeof(own);
  if (getsockname(writer, reinterpret_cast<sockaddr*>(&own), &size) != 0) {
    return Failure("getsockname");
  }
  absl::StatusOr<OwnDescriptor> read_end = AcceptFrom(own, listener->get());
  if (!read_end.ok()) return read_end.status();
  const BOOL at_once = TRUE;
  setsockopt(writer, IPPROTO_TCP, TCP_NODELAY, reinterpret_cast<const char*>(&at_once),
             sizeof(at_once));
  if (!MakeNonBlocking(read_end->get()) || !MakeNonBlocking(write_end->get())) {
    return Failure("ioctlsocket");
  }
  return WakeChannel(*std::move(read_end), *std::move(write_end));
}

int WakeChannel::WriteOne() const {
  const char one = 1;
  if (send(SocketOf(write_fd()), &one, 1, 0) == 1) return 0;
  return base::ErrnoOfWinsock(WSAGetLastError());
}

int WakeChannel::Signal() const {
  base::SchedulingPoint("WakeChannel.Signal", this);
  const int error = WriteOne();
  return error == EAGAIN ? 0 : error;  // full, and so readable
}

void WakeChannel::Drain() const {
  base::SchedulingPoint("WakeChannel.Drain", this);
  char buffer[256];
  while (recv(SocketOf(fd()), buffer, sizeof(buffer), 0) == static_cast<int>(sizeof(buffer))) {
  }
}

}  // namespace someos::poller_base
