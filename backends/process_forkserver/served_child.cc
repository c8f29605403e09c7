#include "someos/backends/process_forkserver/served_child.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/connection_socket/await.h"
#include "someos/backends/connection_socket/stream.h"
#include "someos/backends/process_base/child.h"
#include "someos/backends/process_base/pidfd.h"
#include "someos/backends/process_forkserver/server.h"

namespace someos::multiprocessing::process_forkserver {

ServedChild::ServedChild(pid_t pid, uint64_t serial, base::OwnDescriptor status,
                         std::shared_ptr<Server> server, SignalBy signal_by)
    : pid_(pid),
      serial_(serial),
      signal_by_(signal_by),
      generation_(base::ForkGeneration()),
      status_(std::move(status)),
      server_(std::move(server)) {}

// What has come stays there, so that the sentinel stays readable.
absl::StatusOr<std::optional<int>> ServedChild::Look() const {
  char bytes[sizeof(int32_t)];
  ssize_t count;
  do {
    count = recv(status_.get(), bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::nullopt;
  if (count != sizeof(bytes)) {
    return ErrnoStatus(ECHILD, absl::StrCat("wait for process ", pid_,
                                            ": the fork server has ended before the process"));
  }
  int32_t exit_code;
  std::memcpy(&exit_code, bytes, sizeof(exit_code));
  return exit_code;
}

bool ServedChild::HasEnded() const {
  const absl::StatusOr<std::optional<int>> code = Look();
  return !code.ok() || code->has_value();
}

absl::StatusOr<std::optional<int>> ServedChild::Wait(absl::Duration timeout) {
  using connection_socket::Transfer;
  if (!base::InForkGeneration(generation_)) {
    return base::ForkedError(absl::StrCat("wait for process ", pid_), kChildOfTheParent);
  }
  absl::StatusOr<std::optional<int>> code = Look();
  if (!code.ok() || code->has_value() || timeout <= absl::ZeroDuration()) return code;
  base::Deadline deadline(timeout);
  const Transfer waited =
      connection_socket::AwaitAny({{status_.get(), connection_socket::Direction::kRead}}, deadline);
  if (waited.end == Transfer::End::kFailed) {
    return ErrnoStatus(waited.error, absl::StrCat("wait for process ", pid_));
  }
  return Look();
}

absl::Status ServedChild::Signal(int signal) {
  if (!base::InForkGeneration(generation_)) {
    return base::ForkedError(absl::StrCat("signal to process ", pid_), kChildOfTheParent);
  }
  sigset_t set;
  sigemptyset(&set);
  const bool is_test = signal == 0;
  if (!is_test && sigaddset(&set, signal) != 0) {
    return ErrnoStatus(EINVAL, absl::StrCat("kill ", pid_, " with signal ", signal));
  }
  const auto pidfd = base::OwnDescriptor::Take(
      signal_by_ == SignalBy::kPidfd ? process_base::OpenPidfd(pid_) : -1);
  // In this order: if the server lives and has not told the end of the child, it has not waited for
  // it, so that the handle is the child's.
  if (!server_->IsAlive()) return ServerHasEnded(signal);
  if (HasEnded() || is_test) return absl::OkStatus();
  if (pidfd.valid()) {
    if (process_base::SendByPidfd(pidfd.get(), signal) == 0 || errno == ESRCH) {
      return absl::OkStatus();
    }
    // A sandbox may allow the one call and not the other.
    if (errno != ENOSYS) {
      return ErrnoStatus(errno, absl::StrCat("kill ", pid_, " with signal ", signal));
    }
  }
  const absl::Status asked = server_->RequestSignal(serial_, pid_, signal);
  return asked.ok() ? asked : ServerHasEnded(signal);
}

absl::Status ServedChild::ServerHasEnded(int signal) const {
  if (HasEnded()) return absl::OkStatus();
  return PlainStatus(
      absl::StatusCode::kUnavailable,
      absl::StrCat("kill ", pid_, " with signal ", signal,
                   ": the fork server, which knows whose number that is, has ended"));
}

}  // namespace someos::multiprocessing::process_forkserver
