#include "someos/backends/epoll/epoll_poller.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fstream>
#include <string>
#include <utility>

#include "absl/base/optimization.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/backends/epoll/epoll_entry.h"
#include "someos/backends/epoll/epoll_mask.h"
#include "someos/backends/poller_base/socket_error.h"

namespace someos {
namespace {

constexpr size_t kMostEvents = INT_MAX / sizeof(epoll_event);  // epoll_wait: more is EINVAL

absl::Span<Event> Usable(absl::Span<Event> events) {
  return events.first(std::min(events.size(), kMostEvents));
}

// Of epoll_wait(2)'s two timeouts that need no clock.
absl::Duration Timeout(int milliseconds) {
  return milliseconds < 0 ? absl::InfiniteDuration() : absl::ZeroDuration();
}

}  // namespace

using base::Deadline;
using base::ForkedError;
using poller_base::WakeChannel;

absl::StatusOr<std::unique_ptr<EpollPoller>> EpollPoller::Create(const PollerOptions& options,
                                                                 const EpollSystem& system) {
  base::WatchForForks();
  absl::StatusOr<WakeChannel> wake_channel = WakeChannel::Create();
  if (!wake_channel.ok()) return wake_channel.status();
  absl::StatusOr<EpollSet> set = EpollSet::Create("create an epoll poller", system, *wake_channel);
  if (!set.ok()) return set.status();
  return std::unique_ptr<EpollPoller>(
      new EpollPoller(options, system, *std::move(set), *std::move(wake_channel)));
}

EpollPoller::EpollPoller(const PollerOptions& options, const EpollSystem& system, EpollSet set,
                         WakeChannel wake_channel)
    : options_(options),
      wait_(system.wait),
      waiter_(system),
      registrations_(system, std::move(set), std::move(wake_channel),
                     options.externally_synchronized) {}

Capabilities EpollPoller::capabilities() const {
  Capabilities result;
  result.edge = true;
  result.hangup = true;
  result.read_hangup = true;
  result.priority = true;
  result.invalid = false;
  result.timeout_resolution = waiter_.Resolution();
  return result;
}

absl::Status EpollPoller::DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) {
  if (ABSL_PREDICT_FALSE(registrations_.forked())) return ForkedError("register");
  return registrations_.Register(fd, interest, data, trigger);
}

absl::Status EpollPoller::DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) {
  if (ABSL_PREDICT_FALSE(registrations_.forked())) return ForkedError("modify");
  return registrations_.Modify(fd, interest, data, trigger);
}

absl::Status EpollPoller::DoUnregister(int fd) {
  if (ABSL_PREDICT_FALSE(registrations_.forked())) return ForkedError("unregister");
  return registrations_.Unregister(fd);
}

absl::StatusOr<int> EpollPoller::DoTakeError(int fd) {
  if (registrations_.forked()) return ForkedError("take error");
  if (!registrations_.Holds(fd)) {
    return ErrnoStatus(ENOENT, absl::StrCat("take error of fd ", fd));
  }
  return poller_base::TakeSocketError(fd);
}

absl::Status EpollPoller::DoWake() {
  if (registrations_.forked()) return ForkedError("wake");
  return wake_request_.Make(registrations_.wake_channel());
}

absl::Status EpollPoller::DoRebuildAfterFork() {
  if (!registrations_.forked()) return absl::OkStatus();
  if (absl::Status status = registrations_.ReplaceSet(); !status.ok()) return status;
  wake_request_.Take();
  waiting_ = false;
  return registrations_.Refill();
}

// The way of a wait that finds one descriptor ready, to the system call and back, is one piece of
// code without other calls: hence the inline functions, above their caller, and those that are not.

// The kernel writes into the caller's own span. The translation runs from the last event to the
// first and never overwrites what it still has to read, because an Event is no smaller.
inline epoll_event* EpollPoller::RawBegin(absl::Span<Event> events) {
  static_assert(sizeof(epoll_event) <= sizeof(Event));
  static_assert(alignof(epoll_event) <= alignof(Event));
  return reinterpret_cast<epoll_event*>(events.data());
}

inline const unsigned char* EpollPoller::Raw(absl::Span<Event> events, size_t i) {
  return reinterpret_cast<const unsigned char*>(events.data()) + i * sizeof(epoll_event);
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline bool EpollPoller::TakePlain(EpollRegistrations::View entries,
                                                                const unsigned char* raw,
                                                                Event& event) {
  uint32_t mask;
  uint64_t tag;
  std::memcpy(&mask, raw + offsetof(epoll_event, events), sizeof(mask));
  std::memcpy(&tag, raw + offsetof(epoll_event, data), sizeof(tag));
  const uint32_t fd = static_cast<uint32_t>(tag);
  const EpollEntry& entry = entries[static_cast<int>(fd)];
  const uint64_t data = entry.data.load(std::memory_order_acquire);
  if (ABSL_PREDICT_FALSE(entry.plain_tag.load(std::memory_order_relaxed) != tag)) return false;
  if (ABSL_PREDICT_FALSE(mask > kPlainEpollMask)) return false;
  event.fd = static_cast<int>(fd);
  event.readiness = static_cast<Readiness>(mask);
  event.raw = static_cast<uint16_t>(mask);
  event.data = data;
  return true;
}

inline size_t EpollPoller::TakeAllPlain(absl::Span<Event> events, size_t count) {
  const EpollRegistrations::View entries = registrations_.view();
  const auto take = [&](size_t i) ABSL_ATTRIBUTE_ALWAYS_INLINE {
    return TakePlain(entries, Raw(events, i), events[i]);
  };
  // Several a round, for what the loop itself costs.
  constexpr size_t kRound = 4;
  size_t left = count;
  for (; left >= kRound; left -= kRound) {
    for (size_t i = 0; i < kRound; ++i) {
      if (ABSL_PREDICT_FALSE(!take(left - i - 1))) return left - i;
    }
  }
  for (; left > 0; --left) {
    if (ABSL_PREDICT_FALSE(!take(left - 1))) return left;
  }
  return 0;
}

EpollPoller::Batch EpollPoller::TakeRest(absl::Span<Event> events, size_t count, size_t left) {
  Batch batch;
  size_t first = left;  // of those that are delivered, which stand at the end
  while (left > 0) {
    epoll_event kernel_event;
    std::memcpy(&kernel_event, Raw(events, --left), sizeof(kernel_event));
    switch (Translate(kernel_event, events[first - 1])) {
      case Translation::kDelivered:
        --first;
        break;
      case Translation::kDropped:
        break;
      case Translation::kStale:
        batch.stale = true;
        break;
      case Translation::kWoken:
        batch.woken = true;
        break;
    }
  }
  if (first > 0) std::copy(events.begin() + first, events.begin() + count, events.begin());
  batch.delivered = count - first;
  batch.crowded_out = batch.delivered == 0 && count == events.size();
  return batch;
}

inline WaitOutcome EpollPoller::Return(size_t delivered) {
  if (delivered == 1) {
    counters_.CountOne();
  } else {
    counters_.CountWait(delivered, /*woken=*/false);
  }
  waiting_.store(false, std::memory_order_release);
  return delivered;
}

template <int kTimeout>
ABSL_ATTRIBUTE_ALWAYS_INLINE inline WaitOutcome EpollPoller::WaitUntimed(absl::Span<Event> events) {
  if (ABSL_PREDICT_FALSE(!registrations_.ordinary())) {
    return WaitOddly(events, Timeout(kTimeout));
  }
  if (ABSL_PREDICT_FALSE(!Claim())) return RefuseSecondWait();
  room_ = events.size();
  // A span of more than kMostEvents need not fit into an int; the kernel refuses it then, or is
  // told of less room.
  const int count =
      wait_(registrations_.set_fd(), RawBegin(events), static_cast<int>(events.size()), kTimeout);
  if (ABSL_PREDICT_TRUE(count == 1) &&
      TakePlain(registrations_.view(), Raw(events, 0), events[0])) {
    return Return(1);
  }
  if (kTimeout == kLook && count == 0) return Return(0);
  return TakeFirst<kTimeout>(events.data(), count);
}

WaitOutcome EpollPoller::DoWaitForever(absl::Span<Event> events) {
  return WaitUntimed<kForever>(events);
}

WaitOutcome EpollPoller::DoLook(absl::Span<Event> events) { return WaitUntimed<kLook>(events); }

absl::StatusOr<size_t> EpollPoller::DoWait(absl::Span<Event> events, absl::Duration timeout) {
  events = Usable(events);
  if (ABSL_PREDICT_FALSE(!registrations_.ordinary())) return WaitOddly(events, timeout).Take();
  if (ABSL_PREDICT_FALSE(!Claim())) return RefuseSecondWait().Take();
  const Deadline deadline(timeout);
  const int count = waiter_.Wait(registrations_.set_fd(), RawBegin(events),
                                 static_cast<int>(events.size()), deadline);
  return TakeFirstUntil(events, count, deadline).Take();
}

WaitOutcome EpollPoller::RefuseSecondWait() {
  return absl::FailedPreconditionError("wait: another thread is waiting on this poller");
}

template <int kTimeout>
WaitOutcome EpollPoller::TakeFirst(Event* begin, int count) {
  absl::Span<Event> events(begin, room_);
  const Deadline deadline(Timeout(kTimeout));
  if (count < 0 && errno == EINVAL && events.size() > kMostEvents) {
    events = Usable(events);
    return WaitOn(events, deadline, WaitOnce(events, deadline));
  }
  return TakeFirstUntil(events, count, deadline);
}

WaitOutcome EpollPoller::TakeFirstUntil(absl::Span<Event> events, int count, Deadline deadline) {
  if (ABSL_PREDICT_FALSE(count <= 0)) {
    Batch batch;
    if (count < 0) batch.error = errno;
    return WaitOn(events, deadline, batch);
  }
  const size_t left = TakeAllPlain(events, static_cast<size_t>(count));
  if (ABSL_PREDICT_FALSE(left > 0)) {
    return WaitOn(events, deadline, TakeRest(events, static_cast<size_t>(count), left));
  }
  return Return(static_cast<size_t>(count));
}

WaitOutcome EpollPoller::WaitOddly(absl::Span<Event> events, absl::Duration timeout) {
  if (registrations_.forked()) return ForkedError("wait");
  if (!Claim()) return RefuseSecondWait();
  events = Usable(events);
  const Deadline deadline(timeout);
  return WaitOn(events, deadline, WaitWithAlwaysReady(events));
}

EpollPoller::Batch EpollPoller::WaitOnce(absl::Span<Event> events, Deadline deadline) {
  const int count = waiter_.Wait(registrations_.set_fd(), RawBegin(events),
                                 static_cast<int>(events.size()), deadline);
  if (count >= 0) {
    const size_t size = static_cast<size_t>(count);
    return TakeRest(events, size, TakeAllPlain(events, size));
  }
  Batch batch;
  batch.error = errno;
  return batch;
}

WaitOutcome EpollPoller::WaitOn(absl::Span<Event> events, Deadline deadline, Batch batch) {
  absl::StatusOr<size_t> result = WaitForMore(events, deadline, batch);
  waiting_.store(false, std::memory_order_release);
  return WaitOutcome::Of(std::move(result));
}

absl::StatusOr<size_t> EpollPoller::WaitForMore(absl::Span<Event> events, Deadline deadline,
                                                Batch batch) {
  while (true) {
    if (batch.error == EINTR) counters_.CountInterrupted();
    if (batch.error != 0 && (batch.error != EINTR || options_.return_on_signal)) {
      return ErrnoStatus(batch.error, "wait: epoll_wait");
    }
    if (batch.stale) {
      // A failure must not cost what has been fetched; it comes back with the stale events.
      const absl::Status status = registrations_.DropStale();
      if (!status.ok() && batch.delivered == 0 && !batch.woken) return status;
    }
    if (batch.delivered > 0 || batch.woken || (!batch.crowded_out && deadline.Passed())) {
      counters_.CountWait(batch.delivered, batch.woken);
      return batch.delivered;
    }
    if (batch.error == 0) counters_.CountSpurious();
    batch = registrations_.ordinary() ? WaitOnce(events, deadline) : WaitWithAlwaysReady(events);
  }
}

EpollPoller::Translation EpollPoller::Translate(const epoll_event& raw, Event& event) {
  const uint64_t tag = raw.data.u64;
  if (tag == EpollSet::WakeTag(registrations_.wake_channel())) {
    return wake_request_.Take() ? Translation::kWoken : Translation::kDropped;
  }
  const int fd = static_cast<int>(static_cast<uint32_t>(tag));
  EpollEntry& entry = registrations_.view()[fd];
  uint64_t packed, data;
  EpollState state;
  while (true) {
    packed = entry.state.load(std::memory_order_acquire);
    data = entry.data.load(std::memory_order_acquire);
    state = EpollState::Unpack(packed);
    if (ABSL_PREDICT_TRUE(state.registered && state.Tag(fd) == tag &&
                          entry.state.load(std::memory_order_relaxed) == packed)) {
      break;
    }
    if (!registrations_.Stands(tag)) return Translation::kStale;
  }
  if (ABSL_PREDICT_FALSE(!state.reportable())) return Translation::kDropped;
  if (state.trigger == Trigger::kOneShot) {
    EpollState fired = state;
    fired.fired = true;
    uint64_t expected = packed;
    // If this fails, another thread has just armed it again, or done away with it.
    entry.state.compare_exchange_strong(expected, fired.Pack(), std::memory_order_relaxed);
  }
  event.fd = fd;
  event.readiness = ReadinessOfEpollMask(raw.events, state.interest);
  event.raw = static_cast<uint16_t>(raw.events);
  event.data = data;
  return Translation::kDelivered;
}

EpollPoller::Batch EpollPoller::WaitWithAlwaysReady(absl::Span<Event> events) {
  // Neither kind may starve the other: half the room each, or turns if there is room for one.
  size_t reserved = events.size() / 2;
  if (events.size() == 1) {
    always_ready_turn_ = !always_ready_turn_;
    reserved = always_ready_turn_ ? 1 : 0;
  }
  Batch batch;
  if (reserved < events.size()) {
    batch = WaitOnce(events.subspan(0, events.size() - reserved), Deadline(absl::ZeroDuration()));
    if (batch.error != 0) return batch;
  }
  batch.delivered += registrations_.TakeAlwaysReady(events.subspan(batch.delivered));
  return batch;
}

namespace {

absl::StatusOr<std::unique_ptr<Poller>> CreateEpollPoller(const PollerOptions& options) {
  return EpollPoller::Create(options);
}

std::string EpollLimits() {
  std::ifstream file("/proc/sys/fs/epoll/max_user_watches");
  uint64_t watches = 0;
  if (!(file >> watches)) return "descriptors up to RLIMIT_NOFILE";
  return absl::StrCat("descriptors up to RLIMIT_NOFILE; ", watches,
                      " registrations per user (fs.epoll.max_user_watches)");
}

constexpr Backend kEpollBackend = {"epoll", "epoll(7)", CreateEpollPoller, EpollLimits};

}  // namespace

const Backend& EpollBackend() { return kEpollBackend; }

}  // namespace someos
