#include "someos/backends/select/select_poller_winsock.h"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "someos/backends/base/is_open.h"
#include "someos/backends/base/system_calls.h"
#include "someos/backends/base/winsock.h"
#include "someos/backends/poller_base/known_files_system.h"
#include "someos/backends/poller_base/slow_growth.h"
#include "someos/backends/select/timeout_winsock.h"

namespace someos {
namespace {

using base::Deadline;
using base::SocketOf;
using poller_base::WakeChannel;

// The sets, as bits of Event::raw.
constexpr uint8_t kRead = 1;
constexpr uint8_t kWrite = 2;
constexpr uint8_t kExcept = 4;

bool IsConnected(int fd) {
  sockaddr_storage peer;
  int size = sizeof(peer);
  return getpeername(SocketOf(fd), reinterpret_cast<sockaddr*>(&peer), &size) == 0;
}

// The sets that show what an interest asks for. Only the except set shows that a connect() has
// failed.
uint8_t SetsOf(int fd, Interest interest) {
  const bool reads = HasAny(interest, Interest::kReadable);
  const bool writes = HasAny(interest, Interest::kWritable);
  const bool excepts =
      HasAny(interest, Interest::kPriority) || ((reads || writes) && !IsConnected(fd));
  return static_cast<uint8_t>((reads ? kRead : 0) | (writes ? kWrite : 0) |
                              (excepts ? kExcept : 0));
}

}  // namespace

absl::StatusOr<std::unique_ptr<WinsockSelectPoller>> WinsockSelectPoller::Create(
    const PollerOptions& options, const SelectSystem& system) {
  absl::StatusOr<WakeChannel> wake_channel = WakeChannel::Create(base::SystemCallsOf(options));
  if (!wake_channel.ok()) return wake_channel.status();
  return std::unique_ptr<WinsockSelectPoller>(
      new WinsockSelectPoller(options, system, *std::move(wake_channel)));
}

WinsockSelectPoller::WinsockSelectPoller(const PollerOptions& options, const SelectSystem& system,
                                         WakeChannel wake_channel)
    : ScanningPoller(options, std::move(wake_channel), poller_base::RealKnownFilesSystem()),
      system_(system) {}

Capabilities WinsockSelectPoller::capabilities() const {
  Capabilities result;
  result.priority = true;
  result.invalid = true;
  result.timeout_resolution = absl::Milliseconds(1);
  return result;
}

absl::Status WinsockSelectPoller::CheckRange(int /*fd*/) const { return absl::OkStatus(); }

void WinsockSelectPoller::Watch(int fd, Interest interest) {
  const auto number = static_cast<size_t>(fd);
  if (number >= places_.size()) {
    poller_base::ReserveSlowly(places_, number + 1);
    places_.resize(number + 1);
  }
  if (places_[number] == 0) {
    watched_.emplace_back();
    places_[number] = watched_.size();
  }
  watched_[places_[number] - 1] = {fd, SetsOf(fd, interest), 0,
                                   HasAny(interest, Interest::kPriority)};
}

void WinsockSelectPoller::Forget(int fd) {
  const auto number = static_cast<size_t>(fd);
  if (number >= places_.size() || places_[number] == 0) return;
  const Watched last = watched_.back();
  watched_[places_[number] - 1] = last;
  places_[static_cast<size_t>(last.fd)] = places_[number];
  places_[number] = 0;
  watched_.pop_back();
}

int WinsockSelectPoller::Block(const Deadline& deadline) {
  if (deadline.infinite()) return Select(/*with_wake=*/true, nullptr);
  timeval timeout = select::WinsockTimeout(deadline);
  return Select(/*with_wake=*/true, &timeout);
}

int WinsockSelectPoller::Look() {
  timeval none = {};
  return Select(/*with_wake=*/false, &none);
}

int WinsockSelectPoller::Select(bool with_wake, timeval* timeout) {
  wake_found_ = false;
  read_.Clear();
  write_.Clear();
  except_.Clear();
  if (with_wake) read_.Add(wake_fd());
  for (Watched& watched : watched_) {
    watched.found = 0;
    if (watched.asked & kRead) read_.Add(watched.fd);
    if (watched.asked & kWrite) write_.Add(watched.fd);
    if (watched.asked & kExcept) except_.Add(watched.fd);
  }
  // Winsock refuses three empty sets.
  if (read_.empty() && write_.empty() && except_.empty()) return 0;
  const int count = system_.select(read_.ForCall(), write_.ForCall(), except_.ForCall(), timeout);
  if (count < 0) errno = base::ErrnoOfWinsock(WSAGetLastError());
  if (count <= 0) return count;
  TakeFound(read_, kRead);
  TakeFound(write_, kWrite);
  TakeFound(except_, kExcept);
  return count;
}

void WinsockSelectPoller::TakeFound(const select::SocketSet& set, uint8_t bit) {
  for (const SOCKET socket : set.Found()) {
    if (socket == SocketOf(wake_fd())) {
      wake_found_ = true;
    } else {
      watched_[places_[socket] - 1].found |= bit;
    }
  }
}

Readiness WinsockSelectPoller::ReadinessOf(Watched& watched) {
  // Another thread may have closed it during the call, which shows as ready.
  if (!base::IsOpen(watched.fd)) return Readiness::kInvalid;
  Readiness found = Readiness::kNone;
  if (watched.found & kRead) found |= Readiness::kReadable;
  if (watched.found & kWrite) found |= Readiness::kWritable;
  if (watched.found & kExcept) {
    found |= Readiness::kPriority;
    if (!IsConnected(watched.fd)) {
      found |= Readiness::kReadable | Readiness::kWritable;
    } else if (!watched.priority) {
      // It is connected by now, and has urgent data, which nobody has asked for.
      watched.asked = static_cast<uint8_t>(watched.asked & ~kExcept);
    }
  }
  return found;
}

void WinsockSelectPoller::Scan() {
  const size_t size = watched_.size();
  size_t at = scan_start_ < size ? scan_start_ : 0;
  for (size_t left = size; left > 0; --left) {
    Watched& watched = watched_[at];
    at = at + 1 < size ? at + 1 : 0;
    if (watched.found == 0) continue;
    const uint16_t raw = watched.found;
    if (!Deliver(watched.fd, ReadinessOf(watched), raw)) break;
  }
  scan_start_ = at;
}

absl::Status WinsockSelectPoller::ReplaceWakeFd(int /*fd*/) { return absl::OkStatus(); }

namespace {

absl::StatusOr<std::unique_ptr<Poller>> CreateSelectPoller(const PollerOptions& options) {
  return WinsockSelectPoller::Create(options);
}

std::string SelectLimits() { return "sockets only, in any number"; }

constexpr Backend kSelectBackend = {"select", "Winsock's select", CreateSelectPoller, SelectLimits};

}  // namespace

const Backend& SelectBackend() { return kSelectBackend; }

}  // namespace someos
