#include "someos/backends/select/select_poller.h"

#include <sys/select.h>

#include <cerrno>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"

namespace someos {
namespace {

using base::Deadline;
using base::WakeChannel;

absl::Status OutOfRange(absl::string_view operation, int fd) {
  absl::Status status = absl::OutOfRangeError(
      absl::StrCat(operation, " fd ", fd, ": select holds descriptors below FD_SETSIZE (",
                   FD_SETSIZE, ") only (EINVAL)"));
  status.SetPayload(kErrnoPayload, absl::Cord(absl::StrCat(EINVAL)));
  return status;
}

}  // namespace

void SelectPoller::Sets::ClearAll() {
  FD_ZERO(&read);
  FD_ZERO(&write);
  FD_ZERO(&except);
}

void SelectPoller::Sets::Clear(int fd) {
  FD_CLR(fd, &read);
  FD_CLR(fd, &write);
  FD_CLR(fd, &except);
}

bool SelectPoller::Sets::Has(int fd) const {
  return FD_ISSET(fd, &read) || FD_ISSET(fd, &write) || FD_ISSET(fd, &except);
}

absl::StatusOr<std::unique_ptr<SelectPoller>> SelectPoller::Create(const PollerOptions& options,
                                                                   const SelectSystem& system) {
  absl::StatusOr<WakeChannel> wake_channel = WakeChannel::Create();
  if (!wake_channel.ok()) return wake_channel.status();
  if (wake_channel->fd() >= FD_SETSIZE) {
    return OutOfRange("create a select poller: wake channel", wake_channel->fd());
  }
  return std::unique_ptr<SelectPoller>(new SelectPoller(options, system, *std::move(wake_channel)));
}

SelectPoller::SelectPoller(const PollerOptions& options, const SelectSystem& system,
                           WakeChannel wake_channel)
    : ScanningPoller(options, std::move(wake_channel)), system_(system) {
  watched_.ClearAll();
  found_.ClearAll();
  FD_SET(wake_fd(), &watched_.read);
  count_ = wake_fd() + 1;
}

Capabilities SelectPoller::capabilities() const {
  Capabilities result;
  result.priority = true;
  result.invalid = true;
  return result;
}

absl::Status SelectPoller::CheckRange(int fd) const {
  return fd < FD_SETSIZE ? absl::OkStatus() : OutOfRange("register", fd);
}

void SelectPoller::Watch(int fd, Interest interest) {
  Forget(fd);
  if (HasAny(interest, Interest::kReadable)) FD_SET(fd, &watched_.read);
  if (HasAny(interest, Interest::kWritable)) FD_SET(fd, &watched_.write);
  if (HasAny(interest, Interest::kPriority)) FD_SET(fd, &watched_.except);
  if (fd >= count_) count_ = fd + 1;
}

void SelectPoller::Forget(int fd) {
  watched_.Clear(fd);
  found_.Clear(fd);
}

int SelectPoller::Block(const Deadline& deadline) {
  while (!watched_.Has(count_ - 1)) --count_;  // ends at the wake channel
  found_ = watched_;
  int count;
  if (deadline.infinite()) {
    count = system_.select(count_, &found_.read, &found_.write, &found_.except, nullptr);
  } else {
    const timespec timeout = deadline.AsTimespec();
    count = system_.select(count_, &found_.read, &found_.write, &found_.except, &timeout);
  }
  // After 0 and -1 the sets hold anything: Linux leaves what it did not look at set (T22).
  if (count <= 0) found_.ClearAll();
  return count;
}

bool SelectPoller::WakeFound() const { return FD_ISSET(wake_fd(), &found_.read); }

void SelectPoller::Scan() {
  const int start = scan_start_ < count_ ? scan_start_ : 0;
  for (int fd = start; fd < count_; ++fd) {
    if (ScanOne(fd)) continue;
    scan_start_ = fd + 1;
    return;
  }
  for (int fd = 0; fd < start; ++fd) {
    if (ScanOne(fd)) continue;
    scan_start_ = fd + 1;
    return;
  }
}

bool SelectPoller::ScanOne(int fd) {
  Readiness found = Readiness::kNone;
  uint16_t raw = 0;
  if (FD_ISSET(fd, &found_.read)) {
    found |= Readiness::kReadable;
    raw |= 1;
  }
  if (FD_ISSET(fd, &found_.write)) {
    found |= Readiness::kWritable;
    raw |= 2;
  }
  if (FD_ISSET(fd, &found_.except)) {
    found |= Readiness::kPriority;
    raw |= 4;
  }
  if (raw == 0 || fd == wake_fd()) return true;
  return Deliver(fd, found, raw);
}

absl::Status SelectPoller::ReplaceWakeFd(int fd) {
  if (fd >= FD_SETSIZE) return OutOfRange("rebuild after fork: wake channel", fd);
  FD_CLR(wake_fd(), &watched_.read);
  FD_SET(fd, &watched_.read);
  if (fd >= count_) count_ = fd + 1;
  return absl::OkStatus();
}

namespace {

absl::StatusOr<std::unique_ptr<Poller>> CreateSelectPoller(const PollerOptions& options) {
  return SelectPoller::Create(options);
}

std::string SelectLimits() { return absl::StrCat("descriptors below FD_SETSIZE, ", FD_SETSIZE); }

constexpr Backend kSelectBackend = {"select", "select(2)", CreateSelectPoller, SelectLimits};

}  // namespace

const Backend& SelectBackend() { return kSelectBackend; }

}  // namespace someos
