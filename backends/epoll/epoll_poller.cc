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
#include "someos/backends/base/single_threaded.h"
#include "someos/backends/base/socket_error.h"
#include "someos/backends/epoll/epoll_entry.h"
#include "someos/backends/epoll/epoll_mask.h"

namespace someos {
namespace {

constexpr size_t kMostEvents = INT_MAX / sizeof(epoll_event);  // epoll_wait: more is EINVAL

}  // namespace

using base::Deadline;
using base::ForkedError;
using base::WakeChannel;

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
      system_(system),
      waiter_(system),
      registrations_(system, std::move(set), std::move(wake_channel)) {}

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
  return base::TakeSocketError(fd);
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

// The kernel writes into the caller's own span, to its end; the translation runs from the front and
// never overtakes what it still has to read, because an Event is no smaller.
inline epoll_event* EpollPoller::RawBegin(absl::Span<Event> events) {
  static_assert(sizeof(epoll_event) <= sizeof(Event));
  static_assert(alignof(epoll_event) <= alignof(Event));
  return reinterpret_cast<epoll_event*>(reinterpret_cast<unsigned char*>(events.data()) +
                                        events.size() * (sizeof(Event) - sizeof(epoll_event)));
}

inline EpollPoller::RawEvents EpollPoller::Raw(absl::Span<Event> events, int count) {
  return {reinterpret_cast<const unsigned char*>(RawBegin(events)), count};
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

inline size_t EpollPoller::TakeAllPlain(RawEvents raw, Event* events) {
  const EpollRegistrations::View entries = registrations_.view();
  const size_t count = static_cast<size_t>(raw.count);
  size_t taken = 0;
  if (count % 2 != 0) {
    if (ABSL_PREDICT_FALSE(!TakePlain(entries, raw[0], events[0]))) return 0;
    taken = 1;
  }
  // Two at a time halve what the loop itself costs.
  for (; taken != count; taken += 2) {
    if (ABSL_PREDICT_FALSE(!TakePlain(entries, raw[taken], events[taken]))) return taken;
    if (ABSL_PREDICT_FALSE(!TakePlain(entries, raw[taken + 1], events[taken + 1]))) {
      return taken + 1;
    }
  }
  return taken;
}

EpollPoller::Batch EpollPoller::TakeRest(RawEvents raw, size_t taken, absl::Span<Event> events) {
  Batch batch;
  batch.delivered = taken;
  for (size_t i = taken; i < static_cast<size_t>(raw.count); ++i) {
    epoll_event kernel_event;
    std::memcpy(&kernel_event, raw[i], sizeof(kernel_event));
    switch (Translate(kernel_event, events[batch.delivered])) {
      case Translation::kDelivered:
        ++batch.delivered;
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
  batch.crowded_out = batch.delivered == 0 && static_cast<size_t>(raw.count) == events.size();
  return batch;
}

inline Poller::WaitOutcome EpollPoller::Return(size_t delivered) {
  counters_.CountWait(delivered, /*woken=*/false);
  waiting_.store(false, std::memory_order_release);
  return {delivered, nullptr};
}

template <Poller::Blocking kBlocking>
ABSL_ATTRIBUTE_ALWAYS_INLINE inline Poller::WaitOutcome EpollPoller::WaitFirst(
    absl::Span<Event> events) {
  const int count = system_.wait(registrations_.set_fd(), RawBegin(events),
                                 static_cast<int>(events.size()), static_cast<int>(kBlocking));
  if (ABSL_PREDICT_TRUE(count == 1) &&
      TakePlain(registrations_.view(), Raw(events, 1)[0], events[0])) {
    return Return(1);
  }
  if (kBlocking == Blocking::kNever && count == 0) return Return(0);
  return TakeFirst<kBlocking>(events, count);
}

Poller::WaitOutcome EpollPoller::DoWaitUntimed(absl::Span<Event> events, Blocking blocking) {
  if (ABSL_PREDICT_FALSE(events.size() > kMostEvents)) {
    return DoWaitUntimed(events.first(kMostEvents), blocking);
  }
  if (ABSL_PREDICT_FALSE(!registrations_.ordinary())) {
    return WaitOddly(events, TimeoutOf(blocking));
  }
  if (ABSL_PREDICT_FALSE(!base::Claim(waiting_))) return RefuseSecondWait();
  if (blocking == Blocking::kNever) return WaitFirst<Blocking::kNever>(events);
  return WaitFirst<Blocking::kForever>(events);
}

absl::StatusOr<size_t> EpollPoller::DoWait(absl::Span<Event> events, absl::Duration timeout) {
  events = events.first(std::min(events.size(), kMostEvents));
  if (ABSL_PREDICT_FALSE(!registrations_.ordinary())) return Take(WaitOddly(events, timeout));
  if (ABSL_PREDICT_FALSE(!base::Claim(waiting_))) return Take(RefuseSecondWait());
  const Deadline deadline(timeout);
  const int count = waiter_.Wait(registrations_.set_fd(), RawBegin(events),
                                 static_cast<int>(events.size()), deadline);
  return Take(TakeFirstUntil(events, count, deadline));
}

Poller::WaitOutcome EpollPoller::RefuseSecondWait() {
  return Outcome(absl::FailedPreconditionError("wait: another thread is waiting on this poller"));
}

template <Poller::Blocking kBlocking>
Poller::WaitOutcome EpollPoller::TakeFirst(absl::Span<Event> events, int count) {
  return TakeFirstUntil(events, count, Deadline(TimeoutOf(kBlocking)));
}

Poller::WaitOutcome EpollPoller::TakeFirstUntil(absl::Span<Event> events, int count,
                                                Deadline deadline) {
  if (ABSL_PREDICT_FALSE(count <= 0)) {
    Batch batch;
    if (count < 0) batch.error = errno;
    return WaitOn(events, deadline, batch);
  }
  const RawEvents raw = Raw(events, count);
  const size_t taken = TakeAllPlain(raw, events.data());
  if (ABSL_PREDICT_FALSE(taken != static_cast<size_t>(count))) {
    return WaitOn(events, deadline, TakeRest(raw, taken, events));
  }
  return Return(taken);
}

Poller::WaitOutcome EpollPoller::WaitOddly(absl::Span<Event> events, absl::Duration timeout) {
  if (registrations_.forked()) return Outcome(ForkedError("wait"));
  if (!base::Claim(waiting_)) return RefuseSecondWait();
  const Deadline deadline(timeout);
  return WaitOn(events, deadline, WaitWithAlwaysReady(events));
}

EpollPoller::Batch EpollPoller::WaitOnce(absl::Span<Event> events, Deadline deadline) {
  const int count = waiter_.Wait(registrations_.set_fd(), RawBegin(events),
                                 static_cast<int>(events.size()), deadline);
  if (count >= 0) {
    const RawEvents raw = Raw(events, count);
    return TakeRest(raw, TakeAllPlain(raw, events.data()), events);
  }
  Batch batch;
  batch.error = errno;
  return batch;
}

Poller::WaitOutcome EpollPoller::WaitOn(absl::Span<Event> events, Deadline deadline, Batch batch) {
  absl::StatusOr<size_t> result = WaitForMore(events, deadline, batch);
  waiting_.store(false, std::memory_order_release);
  return Outcome(std::move(result));
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
