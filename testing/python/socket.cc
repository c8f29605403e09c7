#include "someos/testing/python/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"

namespace someos::python {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

std::shared_ptr<Socket> Socket::CreateServer() {
  ScopedFd fd(MustSucceed(socket(AF_INET, SOCK_STREAM, 0), "socket"));
  const sockaddr_in address = Loopback(0);
  MustSucceed(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), "bind");
  MustSucceed(listen(fd.get(), 16), "listen");
  return std::make_shared<Socket>(std::move(fd));
}

std::shared_ptr<Socket> Socket::CreateConnection(int port) {
  ScopedFd fd(MustSucceed(socket(AF_INET, SOCK_STREAM, 0), "socket"));
  const sockaddr_in address = Loopback(port);
  MustSucceed(connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
              "connect");
  return std::make_shared<Socket>(std::move(fd));
}

int Socket::Port() const {
  sockaddr_in address = {};
  socklen_t size = sizeof(address);
  MustSucceed(getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  return ntohs(address.sin_port);
}

std::shared_ptr<Socket> Socket::Accept() {
  return std::make_shared<Socket>(
      ScopedFd(MustSucceed(accept(fd_.get(), nullptr, nullptr), "accept")));
}

std::string Socket::Recv(size_t size) {
  std::string data(size, '\0');
  const ssize_t received = recv(fd_.get(), data.data(), size, 0);
  data.resize(received > 0 ? static_cast<size_t>(received) : 0);
  return data;
}

void Socket::SendAll(absl::string_view data) {
  while (!data.empty()) {
    const ssize_t sent = send(fd_.get(), data.data(), data.size(), 0);
    if (sent < 0) return;
    data.remove_prefix(static_cast<size_t>(sent));
  }
}

}  // namespace someos::python
