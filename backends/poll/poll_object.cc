#include "someos/backends/poll/poll_object.h"

#include <cerrno>
#include <cstddef>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/on_signal.h"
#include "someos/backends/base/fork_generation.h"
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

Poll::Poll(const PollSystem& system) : system_(&system) { base::WatchForForks(); }

Poll::Poll(Poll&& other) noexcept
    : system_(other.system_), registrations_(other.TakeRegistrations()) {
  changed_ = true;
}

Poll& Poll::operator=(Poll&& other) noexcept {
  if (this == &other) return *this;
  internal::PollRegistrations registrations = other.TakeRegistrations();
  system_ = other.system_;
  absl::MutexLock lock(mutex_);
  registrations_ = std::move(registrations);
  changed_ = true;
  return *this;
}

internal::PollRegistrations Poll::TakeRegistrations() {
  absl::MutexLock lock(mutex_);
  changed_ = true;
  return std::exchange(registrations_, {});
}

absl::Status Poll::RegisterFd(int fd, int64_t eventmask) {
  if (absl::Status status = CheckMask(eventmask); !status.ok()) return status;
  absl::MutexLock lock(mutex_);
  registrations_.Set(fd, static_cast<uint16_t>(eventmask));
  changed_ = true;
  return absl::OkStatus();
}

absl::Status Poll::ModifyFd(int fd, int64_t eventmask) {
  if (absl::Status status = CheckMask(eventmask); !status.ok()) return status;
  absl::MutexLock lock(mutex_);
  if (!registrations_.Change(fd, static_cast<uint16_t>(eventmask))) {
    return ErrnoStatus(ENOENT, absl::StrCat("modify fd ", fd));
  }
  changed_ = true;
  return absl::OkStatus();
}

absl::Status Poll::UnregisterFd(int fd) {
  absl::MutexLock lock(mutex_);
  if (!registrations_.Remove(fd)) {
    return PlainStatus(absl::StatusCode::kNotFound,
                       absl::StrCat("unregister fd ", fd, ": not registered"));
  }
  changed_ = true;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<PollEvent>> Poll::Wait(std::optional<absl::Duration> timeout,
                                                  OnSignal on_signal) {
  absl::StatusOr<base::Deadline> deadline = poller_base::MillisecondTimeout(timeout);
  if (!deadline.ok()) return deadline.status();
  {
    absl::MutexLock lock(mutex_);
    // A thread that was waiting when this process was forked does not exist here, so it cannot
    // clear waiting_.
    const uint32_t generation = base::ForkGeneration();
    if (waiting_ && waiting_generation_ == generation) {
      return PlainStatus(absl::StatusCode::kFailedPrecondition, "concurrent poll() invocation");
    }
    if (changed_) {
      const absl::Span<const pollfd> now = registrations_.AsPollfds();
      watched_.assign(now.begin(), now.end());
      changed_ = false;
    }
    waiting_ = true;
    waiting_generation_ = generation;
  }
  // Runs also if the thread is cancelled in poll(2), or if there is no memory for the result.
  const absl::Cleanup done = [this] {
    absl::MutexLock lock(mutex_);
    waiting_ = false;
  };
  return WaitUntil(*deadline, on_signal);
}

absl::StatusOr<std::vector<PollEvent>> Poll::WaitUntil(base::Deadline& deadline,
                                                       OnSignal on_signal) {
  std::vector<PollEvent> events;
  int count;
  do {
    count = system_->poll(watched_.data(), static_cast<nfds_t>(watched_.size()), deadline);
    if (count < 0 && (errno != EINTR || on_signal == OnSignal::kReturn)) {
      return ErrnoStatus(errno, "poll");
    }
  } while (count <= 0 && !deadline.Passed());
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
