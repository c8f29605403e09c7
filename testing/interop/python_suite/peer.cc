// The other end of the connections in Python's own tests: what their child processes do.
//
//   peer echo FD                   sends back what comes, until it is empty
//   peer write_descriptor FD TEXT VERSION
//                                  receives a descriptor, from Python 3.14 if VERSION is 314, and
//                                  writes TEXT to it
//   peer send FD HEX...            sends messages of bytes
//   peer poll FD                   waits until there is something to receive, and leaves it
//   peer hello ADDRESS             connects to a port of 127.0.0.1 or a path, and sends 'hello'

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/connection.h"

namespace mp = someos::multiprocessing;

namespace {

absl::Status Echo(mp::Connection& connection) {
  while (true) {
    const absl::StatusOr<std::string> message = connection.ReceiveBytes();
    if (!message.ok()) return message.status();
    if (message->empty()) return absl::OkStatus();
    if (absl::Status sent = connection.SendBytes(*message); !sent.ok()) return sent;
  }
}

absl::Status WriteDescriptor(mp::Connection& connection, absl::string_view text) {
  const absl::StatusOr<int> fd = connection.ReceiveDescriptor();
  if (!fd.ok()) return fd.status();
  const bool written = write(*fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  return written && close(*fd) == 0 ? absl::OkStatus() : absl::UnknownError("not written");
}

absl::Status SendAll(mp::Connection& connection, absl::Span<char* const> messages) {
  for (const char* hex : messages) {
    std::string message;
    if (!absl::HexStringToBytes(hex, &message)) return absl::InvalidArgumentError("not in hex");
    absl::Status sent = connection.SendBytes(message);
    if (!sent.ok()) return sent;
  }
  return absl::OkStatus();
}

absl::Status Hello(const std::string& address) {
  int port = 0;
  absl::StatusOr<mp::Connection> connection = mp::Client(
      absl::SimpleAtoi(address, &port) ? mp::Address::Inet("127.0.0.1", static_cast<uint16_t>(port))
                                       : mp::Address::Unix(address));
  if (!connection.ok()) return connection.status();
  return connection->Send(mp::PyValue::Str("hello"));
}

absl::Status Run(absl::Span<char* const> arguments) {
  const absl::string_view role = arguments[0];
  if (role == "hello") return Hello(arguments[1]);
  int fd = -1;
  if (!absl::SimpleAtoi(arguments[1], &fd)) return absl::InvalidArgumentError("no descriptor");
  absl::StatusOr<mp::Connection> connection = mp::Connection::Of(fd);
  if (!connection.ok()) return connection.status();
  if (role == "echo") return Echo(*connection);
  if (role == "write_descriptor" && arguments.size() == 4) {
    int version = 0;
    if (!absl::SimpleAtoi(arguments[3], &version)) return absl::InvalidArgumentError("no version");
    connection->Learn(mp::PeerVersion(version, version));
    return WriteDescriptor(*connection, arguments[2]);
  }
  if (role == "send") return SendAll(*connection, arguments.subspan(2));
  if (role == "poll") return connection->Poll(absl::Seconds(5)).status();
  return absl::InvalidArgumentError("an unknown role");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const absl::Status status = Run(absl::MakeConstSpan(argv + 1, static_cast<size_t>(argc - 1)));
  if (status.ok()) return 0;
  std::fprintf(stderr, "peer %s: %s\n", argv[1], std::string(status.message()).c_str());
  return 1;
}
