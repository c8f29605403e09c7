#include "someos/backends/poll/poll_poller.h"

#include <sys/resource.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "someos/backends/base/system_calls.h"
#include "someos/backends/poller_base/reader_close.h"
#include "someos/backends/poller_base/slow_growth.h"

namespace someos {
namespace {

using base::Deadline;
using poller_base::KnownFilesSystem;
using poller_base::WakeChannel;

#ifdef POLLRDHUP
constexpr short kReadHangupMask = POLLRDHUP;
#else
constexpr short kReadHangupMask = 0;
#endif

// Readable, priority, writable, error, hang-up and invalid have the values of poll(2).
constexpr short kSharedBits = POLLIN | POLLPRI | POLLOUT | POLLERR | POLLHUP | POLLNVAL;
static_assert(static_cast<int>(Readiness::kReadable) == POLLIN);
static_assert(static_cast<int>(Readiness::kPriority) == POLLPRI);
static_assert(static_cast<int>(Readiness::kWritable) == POLLOUT);
static_assert(static_cast<int>(Readiness::kError) == POLLERR);
static_assert(static_cast<int>(Readiness::kHangup) == POLLHUP);
static_assert(static_cast<int>(Readiness::kInvalid) == POLLNVAL);

short PollMask(Interest interest) {
  short mask = static_cast<short>(interest) & (POLLIN | POLLPRI | POLLOUT);
  if (HasAny(interest, Interest::kReadHangup)) mask |= kReadHangupMask;
  return mask;
}

Readiness ReadinessOf(short mask) {
  Readiness readiness = static_cast<Readiness>(mask & kSharedBits);
  if (mask & kReadHangupMask) readiness |= Readiness::kReadHangup;
  return readiness;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PollPoller>> PollPoller::Create(
    const PollerOptions& options, const PollSystem& system, const KnownFilesSystem& known_files) {
  absl::StatusOr<WakeChannel> wake_channel = WakeChannel::Create(base::SystemCallsOf(options));
  if (!wake_channel.ok()) return wake_channel.status();
  return std::unique_ptr<PollPoller>(
      new PollPoller(options, system, *std::move(wake_channel), known_files));
}

PollPoller::PollPoller(const PollerOptions& options, const PollSystem& system,
                       WakeChannel wake_channel, const KnownFilesSystem& known_files)
    : ScanningPoller(options, std::move(wake_channel), known_files), system_(system) {
  watched_.push_back({wake_fd(), POLLIN, 0});
}

Capabilities PollPoller::capabilities() const {
  Capabilities result;
  result.hangup = true;
#ifdef __linux__
  result.errors_alone = true;
#endif
  result.read_hangup = kReadHangupMask != 0;
  result.priority = true;
  result.invalid = true;
  result.timeout_resolution = system_.resolution;
  return result;
}

void PollPoller::Watch(int fd, Interest interest) {
  int& place = PlaceOf(fd);
  if (place == 0) {
    place = static_cast<int>(watched_.size());
    poller_base::ReserveSlowly(watched_, watched_.size() + 1);
    watched_.emplace_back();
  }
  // A negative number keeps the place and makes the kernel ignore it, including hang-ups.
  short mask = PollMask(interest);
  if (HasAny(interest, Interest::kWritable) && poller_base::SuppressesReaderClose(fd)) {
    mask |= POLLPRI;
  }
  watched_[place] = {interest == Interest::kNone ? ~fd : fd, mask, 0};
}

void PollPoller::Forget(int fd) {
  int& place = PlaceOf(fd);
  if (place == 0) return;
  const pollfd last = watched_.back();
  watched_[place] = last;
  PlaceOf(last.fd < 0 ? ~last.fd : last.fd) = place;
  place = 0;
  watched_.pop_back();
}

int PollPoller::Block(const Deadline& deadline) {
  return system_.poll(watched_.data(), static_cast<nfds_t>(watched_.size()), deadline);
}

int PollPoller::Look() {
  watched_[0].revents = 0;
  return system_.poll(watched_.data() + 1, static_cast<nfds_t>(watched_.size() - 1),
                      Deadline(absl::ZeroDuration()));
}

bool PollPoller::WakeFound() const { return watched_[0].revents != 0; }

void PollPoller::Scan() {
  const size_t size = watched_.size();
  size_t at = scan_start_ < size ? scan_start_ : 1;
  size_t left = size - 1;
  bool room = true;
  while (room && left > 0) {
    const pollfd& found = watched_[at];
    at = at + 1 < size ? at + 1 : 1;
    --left;
    if (found.revents == 0) continue;
    const short mask = found.revents;
    room = Deliver(found.fd, ReadinessOf(mask), static_cast<uint16_t>(mask));
  }
  scan_start_ = at;
  for (; left > 0; --left) {
    const pollfd& found = watched_[at];
    at = at + 1 < size ? at + 1 : 1;
    if (found.revents != 0) Keep(found.fd, static_cast<uint16_t>(found.revents));
  }
}

void PollPoller::AddFound(int fd, uint16_t raw) {
  short& found = watched_[PlaceOf(fd)].revents;
  if ((found & POLLNVAL) == 0) found = static_cast<short>(found | raw);
}

absl::Status PollPoller::CheckRange(int) const { return absl::OkStatus(); }

absl::Status PollPoller::ReplaceWakeFd(int fd) {
  watched_[0] = {fd, POLLIN, 0};
  return absl::OkStatus();
}

namespace {

absl::StatusOr<std::unique_ptr<Poller>> CreatePollPoller(const PollerOptions& options) {
  return PollPoller::Create(options);
}

std::string PollLimits() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return "descriptors up to RLIMIT_NOFILE";
  return absl::StrCat("descriptors up to RLIMIT_NOFILE, now ", limit.rlim_cur);
}

constexpr Backend kPollBackend = {"poll", "poll(2)", CreatePollPoller, PollLimits};

}  // namespace

const Backend& PollBackend() { return kPollBackend; }

}  // namespace someos
