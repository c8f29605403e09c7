// Ends of pipes and connected sockets, and sockets that listen.

#ifndef SOMEOS_TOOLS_SHELL_COMMANDS_STREAM_H_
#define SOMEOS_TOOLS_SHELL_COMMANDS_STREAM_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing.h"
#include "someos/tools/shell/session/object.h"

namespace someos::shell {

class Stream : public Object {
 public:
  static constexpr absl::string_view kKind = "stream";

  // Owns `fd` from now on, which it makes non-blocking. `what`: "the reading end of a pipe".
  Stream(int fd, absl::string_view what);
  ~Stream() override;

  // The bytes that are there, at most `max`; nullopt at the end.
  //
  // kUnavailable: there are none at the moment. The errno of read(2).
  absl::StatusOr<std::optional<std::string>> Read(size_t max) const;
  // How many of the bytes were written.
  //
  // kUnavailable: it takes none at the moment. The errno of write(2).
  absl::StatusOr<size_t> Write(absl::string_view bytes) const;
  // Ends what is written, so that the peer reads the end. The errno of shutdown(2): ENOTSOCK.
  absl::Status EndWriting() const;

  absl::string_view kind() const override { return kKind; }
  std::string Describe() const override;
  int descriptor() const override { return fd_; }

 private:
  const int fd_;
  const std::string what_;
};

class Acceptor : public Object {
 public:
  static constexpr absl::string_view kKind = "listener";

  explicit Acceptor(std::unique_ptr<multiprocessing::Listener> listener)
      : listener_(std::move(listener)) {}

  // The next connection. kUnavailable: there is none at the moment. Errors of Listener::TryAccept.
  absl::StatusOr<std::unique_ptr<Stream>> Accept() const;

  absl::string_view kind() const override { return kKind; }
  std::string Describe() const override;
  int descriptor() const override { return listener_->fileno().value_or(-1); }
  std::optional<multiprocessing::Address> address() const override { return listener_->address(); }

 private:
  const std::unique_ptr<multiprocessing::Listener> listener_;
};

// "127.0.0.1:80", "[::1]:80", "unix:/tmp/socket": what Session::AddressOf reads.
std::string AddressText(const multiprocessing::Address& address);

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_COMMANDS_STREAM_H_
