// As much of Python's socket module as a chat server needs.

#ifndef SOMEOS_TESTING_PYTHON_SOCKET_H_
#define SOMEOS_TESTING_PYTHON_SOCKET_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "someos/testing/scoped_fd.h"

namespace someos::python {

// A TCP socket that closes itself. A call that fails ends the program with a message, as an
// exception that nobody catches does.
class Socket {
 public:
  // socket.create_server(("127.0.0.1", 0))
  static std::shared_ptr<Socket> CreateServer();
  // socket.create_connection(("127.0.0.1", port))
  static std::shared_ptr<Socket> CreateConnection(int port);

  explicit Socket(ScopedFd fd) : fd_(std::move(fd)) {}

  int(fileno)() const { return fd_.get(); }  // not the macro that OpenBSD has
  int Port() const;                          // getsockname()[1]
  std::shared_ptr<Socket> Accept();
  std::string Recv(size_t size);  // empty at the end of the stream, and after a reset
  // Gives up if the peer is gone, which Recv will tell.
  void SendAll(absl::string_view data);

 private:
  ScopedFd fd_;
};

}  // namespace someos::python

#endif  // SOMEOS_TESTING_PYTHON_SOCKET_H_
