#include "someos/backends/select/select_poller.h"

#include <fcntl.h>
#include <sys/select.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "absl/base/config.h"
#include "absl/base/optimization.h"
#include "absl/base/thread_annotations.h"
#include "absl/numeric/bits.h"
#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/restarted_wait.h"
#include "someos/backends/base/single_threaded.h"
#include "someos/backends/base/system_calls.h"
#include "someos/backends/poller_base/reader_close.h"

namespace someos {
namespace {

using base::Deadline;
using poller_base::KnownFilesSystem;
using poller_base::WakeChannel;

absl::Status OutOfRange(absl::string_view operation, int fd) {
  absl::Status status = PlainStatus(
      absl::StatusCode::kOutOfRange,
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

namespace {

// Word() returns the bits of 64 descriptors of a set, beginning with `fd`, a multiple of 64, as the
// lowest bit. A set is an array of words, whose size does not matter here, with the lowest bit
// first.
static_assert(sizeof(fd_set) % sizeof(uint64_t) == 0);
#if !defined(ABSL_IS_LITTLE_ENDIAN) && !(defined(__linux__) && defined(__LP64__))
#error "select_poller.cc: words of 32 bits in another order than this file expects"
#endif

// Indexed by Event::raw: a bit for each of select's three sets.
constexpr Readiness kReadinessOf[] = {
    Readiness::kNone,
    Readiness::kReadable,
    Readiness::kWritable,
    Readiness::kReadable | Readiness::kWritable,
    Readiness::kPriority,
    Readiness::kPriority | Readiness::kReadable,
    Readiness::kPriority | Readiness::kWritable,
    Readiness::kPriority | Readiness::kReadable | Readiness::kWritable,
};

uint64_t Word(const fd_set& set, int fd) {
  uint64_t word;
  std::memcpy(&word, reinterpret_cast<const char*>(&set) + fd / 8, sizeof(word));
  return word;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SelectPoller>> SelectPoller::Create(
    const PollerOptions& options, const SelectSystem& system, const KnownFilesSystem& known_files) {
  absl::StatusOr<WakeChannel> wake_channel = WakeChannel::Create(base::SystemCallsOf(options));
  if (!wake_channel.ok()) return wake_channel.status();
  if (wake_channel->fd() >= FD_SETSIZE) {
    return OutOfRange("create a select poller: wake channel", wake_channel->fd());
  }
  return std::unique_ptr<SelectPoller>(
      new SelectPoller(options, system, *std::move(wake_channel), known_files));
}

SelectPoller::SelectPoller(const PollerOptions& options, const SelectSystem& system,
                           WakeChannel wake_channel, const KnownFilesSystem& known_files)
    : ScanningPoller(options, std::move(wake_channel), known_files), system_(system) {
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
  const bool writes = HasAny(interest, Interest::kWritable);
  if (HasAny(interest, Interest::kReadable) || (writes && poller_base::SuppressesReaderClose(fd))) {
    Add(fd, watched_.read, readable_);
  }
  if (writes) Add(fd, watched_.write, writable_);
  if (HasAny(interest, Interest::kPriority)) Add(fd, watched_.except, except_);
  if (fd >= count_) count_ = fd + 1;
}

void SelectPoller::Add(int fd, fd_set& set, int& members) {
  FD_SET(fd, &set);
  ++members;
}

void SelectPoller::Forget(int fd) {
  readable_ -= FD_ISSET(fd, &watched_.read) ? 1 : 0;
  writable_ -= FD_ISSET(fd, &watched_.write) ? 1 : 0;
  except_ -= FD_ISSET(fd, &watched_.except) ? 1 : 0;
  watched_.Clear(fd);
  found_.Clear(fd);
}

int SelectPoller::Block(const Deadline& deadline) {
  found_ = watched_;
  if (deadline.infinite()) return Select(/*reads=*/true, nullptr);
  const timespec timeout = base::TimeoutOfOneCall(deadline);
  return Select(/*reads=*/true, &timeout);
}

int SelectPoller::Look() {
  found_ = watched_;
  FD_CLR(wake_fd(), &found_.read);
  const timespec none = {};
  return Select(/*reads=*/readable_ > 0, &none);
}

int SelectPoller::Select(bool reads, const timespec* timeout) {
  while (!watched_.Has(count_ - 1)) --count_;  // stops at the wake channel at the latest
  const int count = system_.select(count_, reads ? &found_.read : nullptr,
                                   writable_ > 0 ? &found_.write : nullptr,
                                   except_ > 0 ? &found_.except : nullptr, timeout);
  // After 0 and -1 the contents of the sets are not reliable: Linux leaves the bits of numbers that
  // it ignores set.
  if (count <= 0) found_.ClearAll();
  return count;
}

bool SelectPoller::WakeFound() const { return FD_ISSET(wake_fd(), &found_.read); }

void SelectPoller::AddFound(int fd, uint16_t raw) {
  if (raw & 1) FD_SET(fd, &found_.read);
  if (raw & 2) FD_SET(fd, &found_.write);
  if (raw & 4) FD_SET(fd, &found_.except);
}

void SelectPoller::Scan() {
  const bool other_threads = !base::SingleThreaded();
  const auto deliver = [&](int fd, unsigned raw) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    Readiness found = kReadinessOf[raw];
    if (other_threads && ClosedMeanwhile(fd, raw)) found = Readiness::kInvalid;
    if (ABSL_PREDICT_TRUE(Deliver(fd, found, static_cast<uint16_t>(raw)))) return true;
    scan_start_ = fd + 1;
    return false;
  };
  const auto keep = [&](int fd, unsigned raw) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    Keep(fd, static_cast<uint16_t>(raw));
    return true;
  };
  const int start = scan_start_ < count_ ? scan_start_ : 0;
  if (!ScanRange(start, count_, deliver)) {
    ScanRange(scan_start_, count_, keep);
    ScanRange(0, start, keep);
  } else if (!ScanRange(0, start, deliver)) {
    ScanRange(scan_start_, start, keep);
  }
}

template <typename Visit>
bool SelectPoller::ScanRange(int begin, int end, Visit visit) {
  for (int base = begin / 64 * 64; base < end; base += 64) {
    const uint64_t read = Word(found_.read, base);
    const uint64_t write = Word(found_.write, base);
    const uint64_t except = Word(found_.except, base);
    uint64_t left = read | write | except;
    if (base < begin) left &= ~uint64_t{0} << (begin - base);
    if (end - base < 64) left &= ~(~uint64_t{0} << (end - base));
    for (; left != 0; left &= left - 1) {
      const int bit = absl::countr_zero(left);
      const unsigned raw = (read >> bit & 1) | (write >> bit & 1) << 1 | (except >> bit & 1) << 2;
      if (ABSL_PREDICT_FALSE(base + bit == wake_fd())) continue;
      if (!visit(base + bit, raw)) return false;
    }
  }
  return true;
}

bool SelectPoller::ClosedMeanwhile(int fd, unsigned raw) const {
  // Linux reports a closed descriptor in every set that has it (POLLNVAL is in fs/select.c's
  // POLLIN_SET, POLLOUT_SET and POLLEX_SET).
  const unsigned asked = (FD_ISSET(fd, &watched_.read) ? 1 : 0) |
                         (FD_ISSET(fd, &watched_.write) ? 2 : 0) |
                         (FD_ISSET(fd, &watched_.except) ? 4 : 0);
  return raw == asked && fcntl(fd, F_GETFD) == -1 && errno == EBADF;
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
