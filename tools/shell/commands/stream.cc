#include "someos/tools/shell/commands/stream.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing.h"
#include "someos/backends/base/broken_pipe.h"

namespace someos::shell {
namespace {

using multiprocessing::Address;
using multiprocessing::Connection;
using multiprocessing::Family;

absl::Status Failure(absl::string_view operation, int fd, absl::string_view not_now) {
  if (errno == EAGAIN || errno == EWOULDBLOCK) {
    return PlainStatus(absl::StatusCode::kUnavailable, not_now);
  }
  return ErrnoStatus(errno, absl::StrCat(operation, " fd ", fd));
}

}  // namespace

Stream::Stream(int fd, absl::string_view what) : fd_(fd), what_(what) {
  fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) | O_NONBLOCK);
}

Stream::~Stream() { close(fd_); }

absl::StatusOr<std::optional<std::string>> Stream::Read(size_t max) const {
  std::string bytes(max, '\0');
  ssize_t count;
  do {
    count = read(fd_, bytes.data(), bytes.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0) return Failure("read", fd_, "there is nothing to be read at the moment");
  if (count == 0) return std::nullopt;
  bytes.resize(static_cast<size_t>(count));
  return bytes;
}

// If all of the shell ignored the signal, the programs that it starts would ignore it, too.
absl::StatusOr<size_t> Stream::Write(absl::string_view bytes) const {
  const base::BrokenPipeIsAnError in_this_thread;
  ssize_t count;
  do {
    count = write(fd_, bytes.data(), bytes.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0) return Failure("write", fd_, "nothing can be written at the moment");
  return static_cast<size_t>(count);
}

absl::Status Stream::EndWriting() const {
  if (shutdown(fd_, SHUT_WR) == 0) return absl::OkStatus();
  return ErrnoStatus(errno, absl::StrCat("shutdown fd ", fd_));
}

std::string Stream::Describe() const { return absl::StrCat(what_, ", fd ", fd_); }

absl::StatusOr<std::unique_ptr<Stream>> Acceptor::Accept() const {
  absl::StatusOr<std::optional<Connection>> connection = listener_->TryAccept();
  if (!connection.ok()) return connection.status();
  if (!connection->has_value()) {
    return PlainStatus(absl::StatusCode::kUnavailable, "nobody wants to connect at the moment");
  }
  return std::make_unique<Stream>((*connection)->Release(), "an accepted socket");
}

std::string Acceptor::Describe() const {
  return absl::StrCat("listens at ", AddressText(listener_->address()), ", fd ", descriptor());
}

std::string AddressText(const Address& address) {
  switch (address.family()) {
    case Family::kInet:
      return absl::StrCat(address.host(), ":", address.port());
    case Family::kInet6:
      return absl::StrCat("[", address.host(), "]:", address.port());
    case Family::kUnix:
      break;
  }
  return absl::StrCat("unix:", address.path());
}

}  // namespace someos::shell
