#include "someos/backends/poll/poll_object.h"

#include <cerrno>
#include <cstddef>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/debugging/leak_check.h"
#include "someos/api/errno_status.h"
#include "someos/api/on_signal.h"
#include "someos/backends/base/process_lock.h"
#include "someos/backends/poller_base/python_timeout.h"

namespace someos::select {
namespace {

absl::Status CheckMask(int64_t eventmask) {
  if (eventmask < 0) {
    return PlainStatus(absl::StatusCode::kInvalidArgument, "value must be positive");
  }
  if (eventmask > UINT16_MAX) {
    return PlainStatus(absl::StatusCode::kOutOfRange, "Python int too large for C unsigned short");
  }
  return absl::OkStatus();
}

}  // namespace

Poll::Poll(Poll&& other) noexcept : system_(other.system_) {
  registrations_.Swap(other.registrations_);
}

Poll& Poll::operator=(Poll&& other) noexcept {
  if (this == &other) return *this;
  Poll moved(std::move(other));
  system_ = moved.system_;
  registrations_.Swap(moved.registrations_);
  return *this;
}

absl::Status Poll::RegisterFd(int fd, int64_t eventmask) {
  if (absl::Status status = CheckMask(eventmask); !status.ok()) return status;
  registrations_.Set(fd, static_cast<uint16_t>(eventmask));
  return absl::OkStatus();
}

absl::Status Poll::ModifyFd(int fd, int64_t eventmask) {
  if (absl::Status status = CheckMask(eventmask); !status.ok()) return status;
  if (!registrations_.Change(fd, static_cast<uint16_t>(eventmask))) {
    return ErrnoStatus(ENOENT, absl::StrCat("modify fd ", fd));
  }
  return absl::OkStatus();
}

absl::Status Poll::UnregisterFd(int fd) {
  if (!registrations_.Remove(fd)) {
    return PlainStatus(absl::StatusCode::kNotFound,
                       absl::StrCat("unregister fd ", fd, ": not registered"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<PollEvent>> Poll::Wait(
    std::optional<absl::Duration> timeout, OnSignal on_signal) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  absl::StatusOr<base::Deadline> deadline = poller_base::MillisecondTimeout(timeout);
  if (!deadline.ok()) return deadline.status();
  switch (waiting_.TryLock()) {
    case base::ProcessLock::Attempt::kHeld:
      return PlainStatus(absl::StatusCode::kFailedPrecondition, "concurrent poll() invocation");
    case base::ProcessLock::Attempt::kAbandoned:
      // The parent's thread may just have been filling it, so it cannot be used, nor destroyed.
      absl::IgnoreLeak(new std::vector<pollfd>(std::exchange(watched_, {})));
      watched_version_ = 0;
      break;
    case base::ProcessLock::Attempt::kLocked:
      break;
  }
  // Runs also if the thread is cancelled in poll(2), or if there is no memory for the result.
  const absl::Cleanup done = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { waiting_.Unlock(); };
  registrations_.CopyIfChanged(watched_, watched_version_);
  return WaitUntil(*deadline, on_signal);
}

absl::StatusOr<std::vector<PollEvent>> Poll::WaitUntil(base::Deadline& deadline,
                                                       OnSignal on_signal) {
  std::vector<PollEvent> events;
  int count;
  do {
    count = looks_.LookThenBlock(
        deadline, [this](const base::Deadline& until) ABSL_NO_THREAD_SAFETY_ANALYSIS {
          return system_->poll(watched_.data(), static_cast<nfds_t>(watched_.size()), until);
        });
    if (count < 0 && (errno != EINTR || on_signal == OnSignal::kReturn)) {
      return ErrnoStatus(errno, "poll");
    }
  } while (count <= 0 && !deadline.Passed());
  if (count <= 0 && deadline.clock_error() != 0) return poller_base::NoClockError(deadline);
  if (count <= 0) return events;

  events.reserve(static_cast<size_t>(count));
  for (const pollfd& found : watched_) {
    if (found.revents == 0) continue;
    events.push_back({found.fd, static_cast<uint16_t>(found.revents)});
    if (events.size() == static_cast<size_t>(count)) break;
  }
  return events;
}

}  // namespace someos::select
