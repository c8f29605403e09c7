#include "someos/backends/epoll/epoll_poller.h"

#include <fcntl.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <string>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/file_identity.h"
#include "someos/backends/base/lock_if_threads.h"
#include "someos/backends/base/single_threaded.h"
#include "someos/backends/base/socket_error.h"

namespace someos {
namespace {

using base::Deadline;
using base::FileIdentity;
using base::ForkedError;
using base::OwnedFd;
using base::WakeChannel;

// What epoll_event.data holds for the wake channel: its number, whose entry in the table is never
// registered.
uint64_t WakeTag(const WakeChannel& wake_channel) {
  return static_cast<uint32_t>(wake_channel.fd());
}

// Translations between the masks are shifts because the values agree with poll(2)'s.
static_assert(static_cast<int>(Interest::kReadable) == EPOLLIN);
static_assert(static_cast<int>(Interest::kPriority) == EPOLLPRI);
static_assert(static_cast<int>(Interest::kWritable) == EPOLLOUT);
static_assert(static_cast<int>(Readiness::kError) == EPOLLERR);
static_assert(static_cast<int>(Readiness::kHangup) == EPOLLHUP);
static_assert(static_cast<int>(Interest::kReadHangup) << 7 == EPOLLRDHUP);

// A mask that is at most this is a Readiness as it stands.
constexpr uint32_t kPlainMask = EPOLLIN | EPOLLPRI | EPOLLOUT;
static_assert(kPlainMask == 7);

uint32_t EpollMask(Interest interest, Trigger trigger) {
  // The kernel adds EPOLLERR and EPOLLHUP to every mask, and a level-triggered hangup would make
  // every wait return. EPOLLONESHOT with no other bit silences them after one report (T4).
  if (interest == Interest::kNone) return EPOLLONESHOT;
  const uint32_t bits = static_cast<uint32_t>(interest);
  uint32_t mask = (bits & (EPOLLIN | EPOLLPRI | EPOLLOUT)) | ((bits & 0x40) << 7);
  if (trigger == Trigger::kEdge) mask |= EPOLLET;
  if (trigger == Trigger::kOneShot) mask |= EPOLLONESHOT;
  return mask;
}

Readiness ReadinessOf(uint32_t mask, Interest interest) {
  uint32_t bits = (mask & 0x1f) | ((mask >> 7) & 0x40);
  if (mask & (EPOLLERR | EPOLLHUP)) {
    // read() and write() return at once now: see Readiness.
    bits |= static_cast<uint32_t>(interest & (Interest::kReadable | Interest::kWritable));
  }
  return static_cast<Readiness>(bits);
}

// Whether epoll_ctl(2) fails with this for a number that is closed or names another file than the
// one that was registered: not open, not in the set, of a kind that no set takes.
bool NamesAnotherFile(int error) { return error == EBADF || error == ENOENT || error == EPERM; }

// Apart, to keep the strings out of the ways that succeed.
ABSL_ATTRIBUTE_NOINLINE absl::Status Failure(int error, absl::string_view operation, int fd) {
  return ErrnoStatus(error, absl::StrCat(operation, " fd ", fd));
}

}  // namespace

inline EpollPoller::State EpollPoller::State::Unpack(uint64_t packed) {
  State state;
  state.generation = static_cast<uint32_t>(packed);
  state.interest = static_cast<Interest>(packed >> 32 & 0xff);
  state.trigger = static_cast<Trigger>(packed >> 40 & 0xff);
  state.registered = packed & kRegistered;
  state.fired = packed & kFired;
  state.always_ready = packed & kAlwaysReady;
  state.gone = packed & kGone;
  return state;
}

inline uint64_t EpollPoller::State::Pack() const {
  return PackInterest(interest, trigger) | generation | (registered ? kRegistered : 0) |
         (fired ? kFired : 0) | (always_ready ? kAlwaysReady : 0) | (gone ? kGone : 0);
}

inline void EpollPoller::Entry::Store(int fd, const State& new_state, uint64_t new_data) {
  StorePacked(fd, new_state.Pack(), new_state.plain(), new_data);
}

inline void EpollPoller::Entry::StorePacked(int fd, uint64_t new_state, bool plain,
                                            uint64_t new_data) {
  // Invalid while the data change: a reader that meets the new data under the old tag or state
  // sees, when it looks at that once more, that it has changed.
  plain_tag.store(kNoTag, std::memory_order_relaxed);
  state.store(0, std::memory_order_relaxed);
  data.store(new_data, std::memory_order_release);
  state.store(new_state, std::memory_order_release);
  if (plain) plain_tag.store(State::Tag(fd, new_state), std::memory_order_release);
}

void EpollPoller::Entry::Forget() {
  plain_tag.store(kNoTag, std::memory_order_relaxed);
  State forgotten;
  forgotten.generation = Load().generation;
  state.store(forgotten.Pack(), std::memory_order_release);
}

absl::StatusOr<std::unique_ptr<EpollPoller>> EpollPoller::Create(const PollerOptions& options,
                                                                 const EpollSystem& system) {
  base::WatchForForks();
  absl::StatusOr<WakeChannel> wake_channel = WakeChannel::Create();
  if (!wake_channel.ok()) return wake_channel.status();
  absl::StatusOr<OwnedFd> epoll_fd =
      CreateKernelSet("create an epoll poller", system, *wake_channel);
  if (!epoll_fd.ok()) return epoll_fd.status();
  return std::unique_ptr<EpollPoller>(
      new EpollPoller(options, system, *std::move(epoll_fd), *std::move(wake_channel)));
}

EpollPoller::EpollPoller(const PollerOptions& options, const EpollSystem& system, OwnedFd epoll_fd,
                         WakeChannel wake_channel)
    : options_(options),
      system_(system),
      waiter_(system),
      epoll_fd_(std::move(epoll_fd)),
      wake_channel_(std::move(wake_channel)),
      fork_generation_(base::ForkGeneration()) {
  table_.At(wake_channel_.fd());
}

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

absl::StatusOr<OwnedFd> EpollPoller::CreateKernelSet(absl::string_view operation,
                                                     const EpollSystem& system,
                                                     const WakeChannel& wake_channel) {
  OwnedFd epoll_fd(system.create(EPOLL_CLOEXEC));
  if (!epoll_fd.valid()) return ErrnoStatus(errno, absl::StrCat(operation, ": epoll_create1"));
  // Edge-triggered, so that every signal is one event and the channel need never be drained.
  epoll_event wake;
  wake.events = EPOLLIN | EPOLLET;
  wake.data.u64 = WakeTag(wake_channel);
  if (system.control(epoll_fd.get(), EPOLL_CTL_ADD, wake_channel.fd(), &wake) != 0) {
    return ErrnoStatus(errno, absl::StrCat(operation, ": epoll_ctl"));
  }
  return epoll_fd;
}

inline int EpollPoller::Tell(const OwnedFd& epoll_fd, int operation, int fd, Interest interest,
                             Trigger trigger, uint64_t tag) const {
  epoll_event event;
  event.events = EpollMask(interest, trigger);
  event.data.u64 = tag;
  return system_.control(epoll_fd.get(), operation, fd, &event);
}

int EpollPoller::Control(const OwnedFd& epoll_fd, int operation, int fd, const State& state) const {
  return Tell(epoll_fd, operation, fd, state.fired ? Interest::kNone : state.interest,
              state.trigger, state.Tag(fd));
}

absl::Status EpollPoller::DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) {
  if (ABSL_PREDICT_FALSE(forked())) return ForkedError("register");
  base::LockIfThreads lock(mutex_);
  Entry* entry = table_.Find(fd);
  if (ABSL_PREDICT_FALSE(entry == nullptr)) {
    // The table does not grow for a number that names nothing, INT_MAX perhaps.
    if (fcntl(fd, F_GETFD) == -1) return Failure(errno, "register", fd);
    entry = &table_.At(fd);
  }
  const uint64_t old = entry->state.load(std::memory_order_relaxed);
  if (ABSL_PREDICT_FALSE(old & State::kRegistered)) {
    return RegisterAgain(fd, interest, data, trigger);
  }
  const uint64_t state =
      static_cast<uint32_t>(old + 1) | State::kRegistered | State::PackInterest(interest, trigger);
  entry->StorePacked(fd, state, State::IsPlain(interest, trigger), data);
  if (ABSL_PREDICT_FALSE(
          Tell(epoll_fd_, EPOLL_CTL_ADD, fd, interest, trigger, State::Tag(fd, state)) != 0)) {
    return RegisterOddly(fd, State::Unpack(state), data, errno);
  }
  return absl::OkStatus();
}

absl::Status EpollPoller::RegisterAgain(int fd, Interest interest, uint64_t data, Trigger trigger) {
  Entry& entry = table_.At(fd);
  State state;
  state.generation = entry.Load().generation + 1;
  state.interest = interest;
  state.trigger = trigger;
  state.registered = true;
  // The kernel knows files, not numbers, so it tells a second registration (EEXIST) from the
  // first one of a new file under a number that was closed and reused. It is asked without an
  // interest, because the entry must not be written before the answer.
  State silent = state;
  silent.interest = Interest::kNone;
  if (Control(epoll_fd_, EPOLL_CTL_ADD, fd, silent) != 0) {
    if (errno == EPERM) return RegisterAlwaysReady(fd, state, data);
    return Failure(errno, "register", fd);
  }
  stale_suspected_ = true;
  always_ready_.Remove(fd);
  always_ready_active_ = always_ready_.active();
  entry.Store(fd, state, data);
  if (Control(epoll_fd_, EPOLL_CTL_MOD, fd, state) == 0) return absl::OkStatus();
  return RegisterOddly(fd, state, data, errno);
}

absl::Status EpollPoller::RegisterOddly(int fd, State state, uint64_t data, int error) {
  if (error == EEXIST) {
    // Unregistered after its number was closed, while a duplicate kept the file open; and now the
    // number names that file again.
    error = Control(epoll_fd_, EPOLL_CTL_MOD, fd, state) == 0 ? 0 : errno;
  }
  if (error == 0) return absl::OkStatus();
  table_.At(fd).Forget();
  if (error == EPERM) return RegisterAlwaysReady(fd, state, data);
  return Failure(error, "register", fd);
}

absl::Status EpollPoller::RegisterAlwaysReady(int fd, State state, uint64_t data) {
  const std::optional<FileIdentity> identity = FileIdentity::Of(fd);
  if (!identity.has_value()) return Failure(errno, "register", fd);
  // These can be waited for; whoever refused it, it was not for that.
  if (S_ISFIFO(identity->mode) || S_ISSOCK(identity->mode)) return Failure(EPERM, "register", fd);
  Entry& entry = table_.At(fd);
  const State old = entry.Load();
  if (old.registered && old.always_ready && always_ready_.Holds(fd, *identity)) {
    return Failure(EEXIST, "register", fd);
  }
  if (old.registered) stale_suspected_ = true;
  if (state.trigger == Trigger::kEdge) {
    // It is ready now and will never become ready again.
    state.trigger = Trigger::kOneShot;
  }
  state.always_ready = true;
  entry.Store(fd, state, data);
  always_ready_.Add(fd, *identity, false);
  SetAlwaysReadyActive(fd, state.reportable());
  return absl::OkStatus();
}

void EpollPoller::SetAlwaysReadyActive(int fd, bool active) {
  always_ready_.SetActive(fd, active);
  always_ready_active_ = always_ready_.active();
  if (active) wake_channel_.Signal();  // a running wait does not know of it
}

absl::Status EpollPoller::DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) {
  if (ABSL_PREDICT_FALSE(forked())) return ForkedError("modify");
  base::LockIfThreads lock(mutex_);
  Entry* entry = table_.Find(fd);
  if (ABSL_PREDICT_FALSE(entry == nullptr)) return Failure(ENOENT, "modify", fd);
  const uint64_t old = entry->state.load(std::memory_order_relaxed);
  if (ABSL_PREDICT_FALSE((old & (State::kRegistered | State::kAlwaysReady)) !=
                         State::kRegistered)) {
    return ModifyAlwaysReady(fd, interest, data, trigger);
  }
  // Before the kernel can report under the new mask; taken back if it refuses.
  const uint64_t old_data = entry->data.load(std::memory_order_relaxed);
  const uint64_t state = static_cast<uint32_t>(old) | (old & (State::kRegistered | State::kGone)) |
                         State::PackInterest(interest, trigger);
  const bool plain = State::IsPlain(interest, trigger) && (old & State::kGone) == 0;
  entry->StorePacked(fd, state, plain, data);
  if (ABSL_PREDICT_FALSE(
          Tell(epoll_fd_, EPOLL_CTL_MOD, fd, interest, trigger, State::Tag(fd, state)) != 0)) {
    const int error = errno;
    entry->Store(fd, State::Unpack(old), old_data);
    return Failure(error, "modify", fd);
  }
  return absl::OkStatus();
}

absl::Status EpollPoller::ModifyAlwaysReady(int fd, Interest interest, uint64_t data,
                                            Trigger trigger) {
  Entry& entry = table_.At(fd);
  State state = entry.Load();
  if (!state.registered) return Failure(ENOENT, "modify", fd);
  const std::optional<FileIdentity> identity = FileIdentity::Of(fd);
  if (!identity.has_value()) return Failure(errno, "modify", fd);
  if (!always_ready_.Holds(fd, *identity)) return Failure(ENOENT, "modify", fd);
  state.interest = interest;
  state.trigger = trigger == Trigger::kEdge ? Trigger::kOneShot : trigger;
  state.fired = false;
  entry.Store(fd, state, data);
  SetAlwaysReadyActive(fd, state.reportable());
  return absl::OkStatus();
}

absl::Status EpollPoller::DoUnregister(int fd) {
  if (forked()) return ForkedError("unregister");
  base::LockIfThreads lock(mutex_);
  Entry* entry = table_.Find(fd);
  const State state = entry == nullptr ? State() : entry->Load();
  if (!state.registered) return Failure(ENOENT, "unregister", fd);
  if (state.always_ready) {
    always_ready_.Remove(fd);
    always_ready_active_ = always_ready_.active();
  } else {
    epoll_event unused = {};
    // Closed already (EBADF), or closed and reused (ENOENT).
    if (system_.control(epoll_fd_.get(), EPOLL_CTL_DEL, fd, &unused) != 0) stale_suspected_ = true;
  }
  entry->Forget();
  return absl::OkStatus();
}

std::vector<Registration> EpollPoller::registrations() const {
  base::LockIfThreads lock(mutex_);
  std::vector<Registration> result;
  table_.ForEach([&](int fd, const Entry& entry) {
    const State state = entry.Load();
    if (!state.registered) return;
    const uint64_t data = entry.data.load(std::memory_order_relaxed);
    result.push_back({fd, state.interest, state.trigger, data});
  });
  return result;
}

absl::StatusOr<int> EpollPoller::DoTakeError(int fd) {
  if (forked()) return ForkedError("take error");
  {
    base::LockIfThreads lock(mutex_);
    const Entry* entry = table_.Find(fd);
    if (entry == nullptr || !entry->Load().registered) {
      return ErrnoStatus(ENOENT, absl::StrCat("take error of fd ", fd));
    }
  }
  return base::TakeSocketError(fd);
}

absl::Status EpollPoller::DoWake() {
  if (forked()) return ForkedError("wake");
  if (wake_pending_.exchange(true)) return absl::OkStatus();
  const int error = wake_channel_.Signal();
  if (ABSL_PREDICT_TRUE(error == 0)) return absl::OkStatus();
  wake_pending_ = false;  // the next one tries again
  return ErrnoStatus(error, "wake");
}

// The way of a wait that finds something ready, to the system call and back, is one piece of code
// without other calls: hence the inline functions, above their caller.

template <typename Call>
ABSL_ATTRIBUTE_ALWAYS_INLINE inline EpollPoller::RawEvents EpollPoller::WaitInKernel(
    absl::Span<Event> events, Call call) {
  // The kernel writes into the caller's own span, to its end; the translation runs from the front
  // and never overtakes what it still has to read, because an Event is no smaller.
  static_assert(sizeof(epoll_event) <= sizeof(Event));
  static_assert(alignof(epoll_event) <= alignof(Event));
  constexpr size_t kMostEvents = INT_MAX / sizeof(epoll_event);  // more is EINVAL
  size_t room = events.size();
  if (ABSL_PREDICT_FALSE(room > kMostEvents)) room = kMostEvents;
  unsigned char* const raw = reinterpret_cast<unsigned char*>(events.data()) +
                             room * (sizeof(Event) - sizeof(epoll_event));
  return {raw, call(reinterpret_cast<epoll_event*>(raw), static_cast<int>(room))};
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline bool EpollPoller::TakePlain(base::FdTable<Entry>::View entries,
                                                                const unsigned char* raw,
                                                                Event& event) {
  uint32_t mask;
  uint64_t tag;
  std::memcpy(&mask, raw + offsetof(epoll_event, events), sizeof(mask));
  std::memcpy(&tag, raw + offsetof(epoll_event, data), sizeof(tag));
  const uint32_t fd = static_cast<uint32_t>(tag);
  const Entry& entry = entries[static_cast<int>(fd)];
  const uint64_t data = entry.data.load(std::memory_order_acquire);
  if (ABSL_PREDICT_FALSE(entry.plain_tag.load(std::memory_order_relaxed) != tag)) return false;
  if (ABSL_PREDICT_FALSE(mask > kPlainMask)) return false;
  event.fd = static_cast<int>(fd);
  event.readiness = static_cast<Readiness>(mask);
  event.raw = static_cast<uint16_t>(mask);
  event.data = data;
  return true;
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline size_t EpollPoller::TakeAllPlain(RawEvents raw, Event* events) {
  // Has whatever the kernel may have reported, because registering makes entries first.
  const base::FdTable<Entry>::View entries = table_.view();
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

template <typename Call, typename MakeDeadline>
ABSL_ATTRIBUTE_ALWAYS_INLINE inline absl::StatusOr<size_t> EpollPoller::WaitFirst(
    absl::Span<Event> events, Call call, MakeDeadline make_deadline) {
  const RawEvents raw = WaitInKernel(events, call);
  if (ABSL_PREDICT_FALSE(raw.count <= 0)) return WaitOnAfter(raw.count, events, make_deadline());
  const size_t taken = TakeAllPlain(raw, events.data());
  if (ABSL_PREDICT_FALSE(taken != static_cast<size_t>(raw.count))) {
    return WaitOn(events, make_deadline(), TakeRest(raw, taken, events));
  }
  counters_.CountWait(taken, /*woken=*/false);
  waiting_.store(false, std::memory_order_release);
  return taken;
}

absl::StatusOr<size_t> EpollPoller::DoWait(absl::Span<Event> events, absl::Duration timeout) {
  if (ABSL_PREDICT_FALSE(forked())) return ForkedError("wait");
  if (ABSL_PREDICT_FALSE(!base::SetFirst(waiting_))) {
    return absl::FailedPreconditionError("wait: another thread is waiting on this poller");
  }
  if (ABSL_PREDICT_FALSE(always_ready_active_.load(std::memory_order_relaxed) > 0)) {
    return WaitOn(events, Deadline(timeout), WaitWithAlwaysReady(events));
  }
  // A deadline is a burden to those who need none, and made when it turns out that they do.
  int milliseconds = 0;
  if (timeout == absl::InfiniteDuration()) {
    milliseconds = -1;
  } else if (timeout > absl::ZeroDuration()) {
    return WaitUntil(events, Deadline(timeout));
  }
  return WaitFirst(
      events,
      [&](epoll_event* into, int room) {
        return system_.wait(epoll_fd_.get(), into, room, milliseconds);
      },
      [&] {
        return Deadline(milliseconds == 0 ? absl::ZeroDuration() : absl::InfiniteDuration());
      });
}

absl::StatusOr<size_t> EpollPoller::WaitUntil(absl::Span<Event> events, Deadline deadline) {
  return WaitFirst(
      events,
      [&](epoll_event* into, int room) {
        return waiter_.Wait(epoll_fd_.get(), into, room, deadline);
      },
      [&] { return deadline; });
}

EpollPoller::Batch EpollPoller::WaitOnce(absl::Span<Event> events, Deadline deadline) {
  const RawEvents raw = WaitInKernel(events, [&](epoll_event* into, int room) {
    return waiter_.Wait(epoll_fd_.get(), into, room, deadline);
  });
  if (raw.count >= 0) return TakeRest(raw, TakeAllPlain(raw, events.data()), events);
  Batch batch;
  batch.error = errno;
  return batch;
}

absl::StatusOr<size_t> EpollPoller::WaitOnAfter(int count, absl::Span<Event> events,
                                                Deadline deadline) {
  if (ABSL_PREDICT_TRUE(count == 0 && deadline.immediate())) {
    counters_.CountWait(0, /*woken=*/false);
    waiting_.store(false, std::memory_order_release);
    return 0;
  }
  Batch batch;
  if (count < 0) batch.error = errno;
  return WaitOn(events, deadline, batch);
}

absl::StatusOr<size_t> EpollPoller::WaitOn(absl::Span<Event> events, Deadline deadline,
                                           Batch batch) {
  absl::StatusOr<size_t> result = WaitForMore(events, deadline, batch);
  waiting_.store(false, std::memory_order_release);
  return result;
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
      const absl::Status status = DropStaleRegistrations();
      if (!status.ok() && batch.delivered == 0 && !batch.woken) return status;
    }
    if (batch.delivered > 0 || batch.woken || (!batch.crowded_out && deadline.Passed())) {
      counters_.CountWait(batch.delivered, batch.woken);
      return batch.delivered;
    }
    if (batch.error == 0) counters_.CountSpurious();
    const bool some_always_ready = always_ready_active_.load(std::memory_order_relaxed) > 0;
    batch = some_always_ready ? WaitWithAlwaysReady(events) : WaitOnce(events, deadline);
  }
}

EpollPoller::Translation EpollPoller::Translate(const epoll_event& raw, Event& event) {
  const uint64_t tag = raw.data.u64;
  if (tag == WakeTag(wake_channel_)) {
    return wake_pending_.exchange(false) ? Translation::kWoken : Translation::kDropped;
  }
  const int fd = static_cast<int>(static_cast<uint32_t>(tag));
  Entry& entry = table_.view()[fd];
  const uint64_t packed = entry.state.load(std::memory_order_acquire);
  const uint64_t data = entry.data.load(std::memory_order_acquire);
  const State state = State::Unpack(packed);
  if (ABSL_PREDICT_FALSE(!state.registered || state.Tag(fd) != tag ||
                         entry.state.load(std::memory_order_relaxed) != packed)) {
    return TranslateUnsettled(raw, event);
  }
  if (ABSL_PREDICT_FALSE(!state.reportable())) return Translation::kDropped;
  if (state.trigger == Trigger::kOneShot) {
    State fired = state;
    fired.fired = true;
    uint64_t expected = packed;
    // If this fails, another thread has just armed it again, or done away with it.
    entry.state.compare_exchange_strong(expected, fired.Pack(), std::memory_order_relaxed);
  }
  event.fd = fd;
  event.readiness = ReadinessOf(raw.events, state.interest);
  event.raw = static_cast<uint16_t>(raw.events);
  event.data = data;
  return Translation::kDelivered;
}

EpollPoller::Translation EpollPoller::TranslateUnsettled(const epoll_event& raw, Event& event) {
  const uint64_t tag = raw.data.u64;
  // Another thread may be between writing the table and telling the kernel, or back; once it has
  // left the lock, the table is the truth.
  base::LockIfThreads lock(mutex_);
  const int fd = static_cast<int>(static_cast<uint32_t>(tag));
  const State state = table_.At(fd).Load();
  if (!state.registered || state.Tag(fd) != tag) return Translation::kStale;
  return Translate(raw, event);
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
  batch.delivered += TakeAlwaysReady(events.subspan(batch.delivered));
  return batch;
}

size_t EpollPoller::TakeAlwaysReady(absl::Span<Event> events) {
  base::LockIfThreads lock(mutex_);
  size_t delivered = 0;
  for (size_t left = std::min(events.size(), always_ready_.active()); left > 0; --left) {
    const std::optional<int> fd = always_ready_.Next();
    if (!fd.has_value()) break;
    Entry& entry = table_.At(*fd);
    State state = entry.Load();
    const std::optional<FileIdentity> identity = FileIdentity::Of(*fd);
    const bool same_file = identity.has_value() && always_ready_.Holds(*fd, *identity);
    if (!same_file || state.trigger == Trigger::kOneShot) {
      // A file closed behind our back is not reported, as the kernel does for all others.
      state.fired = true;
      entry.state.store(state.Pack(), std::memory_order_relaxed);
      always_ready_.SetActive(*fd, false);
      if (!same_file) continue;
    }
    const Interest ready = state.interest & (Interest::kReadable | Interest::kWritable);
    if (ready == Interest::kNone) {
      always_ready_.SetActive(*fd, false);
      continue;
    }
    Event& event = events[delivered++];
    event.fd = *fd;
    event.readiness = static_cast<Readiness>(ready);
    event.raw = static_cast<uint16_t>(ready);
    event.data = entry.data.load(std::memory_order_relaxed);
  }
  always_ready_active_ = always_ready_.active();
  return delivered;
}

absl::Status EpollPoller::DropStaleRegistrations() {
  base::LockIfThreads lock(mutex_);
  // Without a suspicion it was an event that the kernel had handed out just before another thread
  // unregistered its descriptor in the ordinary way.
  if (!stale_suspected_) return absl::OkStatus();
  constexpr absl::string_view kOperation = "wait: drop stale registrations";
  absl::StatusOr<OwnedFd> fresh = CreateKernelSet(kOperation, system_, wake_channel_);
  if (!fresh.ok()) return fresh.status();
  // Out of memory, say: then the old set stays as it is, and the next wait tries again.
  absl::Status failure;
  const auto for_each_in_kernel = [&](const auto& visit) {
    table_.ForEach([&](int fd, Entry& entry) {
      State state = entry.Load();
      if (!failure.ok() || !state.registered || state.always_ready || state.gone) return;
      if (visit(fd, state)) return;
      // The new set itself may have taken the number of a closed file (EINVAL).
      if (fd != fresh->get() && !NamesAnotherFile(errno)) {
        failure = Failure(errno, absl::StrCat(kOperation, ": register"), fd);
        return;
      }
      Control(*fresh, EPOLL_CTL_DEL, fd, state);
      state.gone = true;
      entry.Store(fd, state, entry.data.load(std::memory_order_relaxed));
    });
  };
  for_each_in_kernel(
      [&](int fd, const State& state) { return Control(*fresh, EPOLL_CTL_ADD, fd, state) == 0; });
  // A number that was closed, and perhaps reused, without Unregister must not be in the new set as
  // if it were registered. The old set knows which file each number stood for, and refuses to
  // modify another. It is asked after the additions: what still is the same file then has been it
  // all the time. (A one-shot that has fired stays silent, see Control.)
  for_each_in_kernel([&](int fd, const State& state) {
    return Control(epoll_fd_, EPOLL_CTL_MOD, fd, state) == 0;
  });
  if (!failure.ok()) return failure;
  epoll_fd_ = *std::move(fresh);
  stale_suspected_ = false;
  return absl::OkStatus();
}

absl::Status EpollPoller::DoRebuildAfterFork() {
  if (!forked()) return absl::OkStatus();
  base::LockIfThreads lock(mutex_);
  // Before anything is opened that could take the number of a registration whose file is closed.
  std::vector<std::pair<int, int>> failures = ForgetClosed();
  absl::StatusOr<WakeChannel> wake_channel = WakeChannel::Create();
  if (!wake_channel.ok()) return wake_channel.status();
  absl::StatusOr<OwnedFd> fresh = CreateKernelSet("rebuild after fork", system_, *wake_channel);
  if (!fresh.ok()) return fresh.status();
  // Closing the child's numbers leaves the parent's epoll object and eventfd as they are.
  wake_channel_ = *std::move(wake_channel);
  table_.At(wake_channel_.fd());
  epoll_fd_ = *std::move(fresh);
  stale_suspected_ = false;
  wake_pending_ = false;
  waiting_ = false;
  fork_generation_ = base::ForkGeneration();
  table_.ForEach([&](int fd, Entry& entry) {
    const State state = entry.Load();
    if (!state.registered || state.always_ready || state.gone) return;
    if (Control(epoll_fd_, EPOLL_CTL_ADD, fd, state) == 0) return;
    failures.emplace_back(fd, errno);
    entry.Forget();
  });
  if (failures.empty()) return absl::OkStatus();
  const auto& [fd, error] = failures.front();
  return ErrnoStatus(error, absl::StrCat("rebuild after fork: register fd ", fd));
}

std::vector<std::pair<int, int>> EpollPoller::ForgetClosed() {
  std::vector<std::pair<int, int>> closed;
  table_.ForEach([&](int fd, Entry& entry) {
    if (!entry.Load().registered || fcntl(fd, F_GETFD) != -1) return;
    closed.emplace_back(fd, errno);
    entry.Forget();
  });
  for (const auto& [fd, error] : closed) always_ready_.Remove(fd);
  always_ready_active_ = always_ready_.active();
  return closed;
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
