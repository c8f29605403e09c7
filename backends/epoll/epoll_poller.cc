#include "someos/backends/epoll/epoll_poller.h"

#include <fcntl.h>
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
#include "someos/backends/base/file_identity.h"

namespace someos {
namespace {

using base::Deadline;
using base::FileIdentity;
using base::ForkedError;
using base::OwnedFd;
using base::WakeChannel;

// What epoll_event.data holds for the wake channel: no descriptor has this number.
constexpr uint64_t kWakeTag = UINT64_MAX;

// Translations between the masks are shifts because the values agree with poll(2)'s.
static_assert(static_cast<int>(Interest::kReadable) == EPOLLIN);
static_assert(static_cast<int>(Interest::kPriority) == EPOLLPRI);
static_assert(static_cast<int>(Interest::kWritable) == EPOLLOUT);
static_assert(static_cast<int>(Readiness::kError) == EPOLLERR);
static_assert(static_cast<int>(Readiness::kHangup) == EPOLLHUP);
static_assert(static_cast<int>(Interest::kReadHangup) << 7 == EPOLLRDHUP);

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

}  // namespace

inline EpollPoller::State EpollPoller::State::Unpack(uint64_t packed) {
  State state;
  state.generation = static_cast<uint32_t>(packed);
  state.interest = static_cast<Interest>(packed >> 32 & 0xff);
  state.trigger = static_cast<Trigger>(packed >> 40 & 0xff);
  state.registered = packed >> 48 & 1;
  state.fired = packed >> 49 & 1;
  state.always_ready = packed >> 50 & 1;
  state.gone = packed >> 51 & 1;
  return state;
}

inline uint64_t EpollPoller::State::Pack() const {
  return generation | static_cast<uint64_t>(interest) << 32 | static_cast<uint64_t>(trigger) << 40 |
         static_cast<uint64_t>(registered) << 48 | static_cast<uint64_t>(fired) << 49 |
         static_cast<uint64_t>(always_ready) << 50 | static_cast<uint64_t>(gone) << 51;
}

void EpollPoller::Entry::Store(const State& new_state, uint64_t new_data) {
  // Invalid while the data changes: a reader that meets the new data under the old state sees,
  // when it looks at the state once more, that it has changed.
  state.store(0, std::memory_order_relaxed);
  data.store(new_data, std::memory_order_release);
  state.store(new_state.Pack(), std::memory_order_release);
}

void EpollPoller::Entry::Forget() {
  State forgotten;
  forgotten.generation = Load().generation;
  Store(forgotten, 0);
}

absl::StatusOr<std::unique_ptr<EpollPoller>> EpollPoller::Create(const PollerOptions& options,
                                                                 const EpollSystem& system) {
  base::WatchForForks();
  absl::StatusOr<WakeChannel> wake_channel = WakeChannel::Create();
  if (!wake_channel.ok()) return wake_channel.status();
  absl::StatusOr<OwnedFd> epoll_fd = CreateKernelSet(system, *wake_channel);
  if (!epoll_fd.ok()) return epoll_fd.status();
  return std::unique_ptr<EpollPoller>(
      new EpollPoller(options, system, *std::move(epoll_fd), *std::move(wake_channel)));
}

EpollPoller::EpollPoller(const PollerOptions& options, const EpollSystem& system, OwnedFd epoll_fd,
                         WakeChannel wake_channel)
    : options_(options),
      system_(system),
      epoll_fd_(std::move(epoll_fd)),
      wake_channel_(std::move(wake_channel)),
      fork_generation_(base::ForkGeneration()) {}

Capabilities EpollPoller::capabilities() const {
  Capabilities result;
  result.edge = true;
  result.hangup = true;
  result.read_hangup = true;
  result.priority = true;
  result.invalid = false;
  timespec none = {};
  epoll_event unused;
  const bool precise = system_.wait_precisely(-1, &unused, 1, none) < 0 && errno == EBADF;
  result.timeout_resolution = precise ? absl::Nanoseconds(1) : absl::Milliseconds(1);
  return result;
}

absl::StatusOr<OwnedFd> EpollPoller::CreateKernelSet(const EpollSystem& system,
                                                     const WakeChannel& wake_channel) {
  OwnedFd epoll_fd(system.create(EPOLL_CLOEXEC));
  if (!epoll_fd.valid()) return ErrnoStatus(errno, "create an epoll poller: epoll_create1");
  // Edge-triggered, so that every signal is one event and the channel need never be drained.
  epoll_event wake;
  wake.events = EPOLLIN | EPOLLET;
  wake.data.u64 = kWakeTag;
  if (system.control(epoll_fd.get(), EPOLL_CTL_ADD, wake_channel.fd(), &wake) != 0) {
    return ErrnoStatus(errno, "create an epoll poller: epoll_ctl");
  }
  return epoll_fd;
}

int EpollPoller::Control(const OwnedFd& epoll_fd, int operation, int fd, const State& state) const {
  epoll_event event;
  event.events = EpollMask(state.fired ? Interest::kNone : state.interest, state.trigger);
  event.data.u64 = static_cast<uint64_t>(state.generation) << 32 | static_cast<uint32_t>(fd);
  return system_.control(epoll_fd.get(), operation, fd, &event);
}

absl::Status EpollPoller::DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) {
  if (forked()) return ForkedError("register");
  absl::MutexLock lock(mutex_);
  Entry* entry = table_.Find(fd);
  const State old = entry == nullptr ? State() : entry->Load();
  State state;
  state.generation = old.generation + 1;
  state.interest = interest;
  state.trigger = trigger;
  state.registered = true;
  // The kernel knows files, not numbers, so it tells a second registration (EEXIST) from the
  // first one of a new file under a number that was closed and reused.
  if (Control(epoll_fd_, EPOLL_CTL_ADD, fd, state) != 0) {
    if (errno == EPERM) return RegisterAlwaysReady(fd, state, data);
    return ErrnoStatus(errno, absl::StrCat("register fd ", fd));
  }
  if (old.registered) {
    stale_suspected_ = true;
    always_ready_.Remove(fd);
    always_ready_active_ = always_ready_.active();
  }
  table_.At(fd).Store(state, data);
  return absl::OkStatus();
}

absl::Status EpollPoller::RegisterAlwaysReady(int fd, State state, uint64_t data) {
  const std::optional<FileIdentity> identity = FileIdentity::Of(fd);
  if (!identity.has_value()) return ErrnoStatus(errno, absl::StrCat("register fd ", fd));
  Entry& entry = table_.At(fd);
  const State old = entry.Load();
  if (old.registered && old.always_ready && always_ready_.Holds(fd, *identity)) {
    return ErrnoStatus(EEXIST, absl::StrCat("register fd ", fd));
  }
  if (old.registered) stale_suspected_ = true;
  if (state.trigger == Trigger::kEdge) {
    // It is ready now and will never become ready again.
    state.trigger = Trigger::kOneShot;
  }
  state.always_ready = true;
  entry.Store(state, data);
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
  if (forked()) return ForkedError("modify");
  absl::MutexLock lock(mutex_);
  Entry* entry = table_.Find(fd);
  State state = entry == nullptr ? State() : entry->Load();
  if (!state.registered) return ErrnoStatus(ENOENT, absl::StrCat("modify fd ", fd));
  state.interest = interest;
  state.trigger = trigger;
  state.fired = false;
  if (state.always_ready) {
    const std::optional<FileIdentity> identity = FileIdentity::Of(fd);
    if (!identity.has_value()) return ErrnoStatus(errno, absl::StrCat("modify fd ", fd));
    if (!always_ready_.Holds(fd, *identity)) {
      return ErrnoStatus(ENOENT, absl::StrCat("modify fd ", fd));
    }
    if (trigger == Trigger::kEdge) state.trigger = Trigger::kOneShot;
    entry->Store(state, data);
    SetAlwaysReadyActive(fd, state.reportable());
    return absl::OkStatus();
  }
  // Before the kernel can report under the new mask; taken back if it refuses.
  const State old = entry->Load();
  const uint64_t old_data = entry->data.load(std::memory_order_relaxed);
  entry->Store(state, data);
  if (Control(epoll_fd_, EPOLL_CTL_MOD, fd, state) != 0) {
    const int error = errno;
    entry->Store(old, old_data);
    return ErrnoStatus(error, absl::StrCat("modify fd ", fd));
  }
  return absl::OkStatus();
}

absl::Status EpollPoller::DoUnregister(int fd) {
  if (forked()) return ForkedError("unregister");
  absl::MutexLock lock(mutex_);
  Entry* entry = table_.Find(fd);
  const State state = entry == nullptr ? State() : entry->Load();
  if (!state.registered) return ErrnoStatus(ENOENT, absl::StrCat("unregister fd ", fd));
  if (state.always_ready) {
    always_ready_.Remove(fd);
    always_ready_active_ = always_ready_.active();
  } else if (Control(epoll_fd_, EPOLL_CTL_DEL, fd, state) != 0) {
    // Closed already (EBADF), or closed and reused (ENOENT).
    stale_suspected_ = true;
  }
  entry->Forget();
  return absl::OkStatus();
}

absl::Status EpollPoller::DoWake() {
  if (forked()) return ForkedError("wake");
  if (!wake_pending_.exchange(true)) wake_channel_.Signal();
  return absl::OkStatus();
}

absl::StatusOr<size_t> EpollPoller::DoWait(absl::Span<Event> events, absl::Duration timeout) {
  if (ABSL_PREDICT_FALSE(forked())) return ForkedError("wait");
  if (ABSL_PREDICT_FALSE(waiting_.exchange(true, std::memory_order_acquire))) {
    return absl::FailedPreconditionError("wait: another thread is waiting on this poller");
  }
  Deadline deadline(timeout);
  absl::StatusOr<size_t> result = WaitUntil(events, deadline);
  waiting_.store(false, std::memory_order_release);
  return result;
}

absl::StatusOr<size_t> EpollPoller::WaitUntil(absl::Span<Event> events, Deadline& deadline) {
  while (true) {
    const bool some_always_ready = always_ready_active_.load(std::memory_order_relaxed) > 0;
    const absl::StatusOr<Batch> batch = ABSL_PREDICT_FALSE(some_always_ready)
                                            ? WaitOnceWithAlwaysReady(events)
                                            : WaitOnce(events, deadline);
    if (ABSL_PREDICT_FALSE(!batch.ok())) {
      if (ErrnoOf(batch.status()) != EINTR || options_.return_on_signal) return batch.status();
    } else {
      if (ABSL_PREDICT_FALSE(batch->stale)) {
        if (absl::Status status = DropStaleRegistrations(); !status.ok()) return status;
      }
      if (batch->delivered > 0 || batch->woken) return batch->delivered;
    }
    if (deadline.Passed()) return 0;
  }
}

absl::StatusOr<EpollPoller::Batch> EpollPoller::WaitOnce(absl::Span<Event> events,
                                                         const Deadline& deadline) {
  // The kernel writes into the caller's own span, to its end; the translation runs from the front
  // and never overtakes what it still has to read, because an Event is no smaller.
  static_assert(sizeof(epoll_event) <= sizeof(Event));
  static_assert(alignof(epoll_event) <= alignof(Event));
  constexpr size_t kMostEvents = INT_MAX / sizeof(epoll_event);  // more is EINVAL
  const size_t room = std::min(events.size(), kMostEvents);
  unsigned char* const raw = reinterpret_cast<unsigned char*>(events.data()) +
                             room * (sizeof(Event) - sizeof(epoll_event));
  const int count =
      WaitInKernel(reinterpret_cast<epoll_event*>(raw), static_cast<int>(room), deadline);
  if (ABSL_PREDICT_FALSE(count < 0)) return ErrnoStatus(errno, "wait: epoll_wait");

  Batch batch;
  for (int i = 0; i < count; ++i) {
    epoll_event kernel_event;
    std::memcpy(&kernel_event, raw + i * sizeof(epoll_event), sizeof(epoll_event));
    if (ABSL_PREDICT_FALSE(kernel_event.data.u64 == kWakeTag)) {
      batch.woken |= wake_pending_.exchange(false);
      continue;
    }
    switch (Translate(kernel_event, events[batch.delivered])) {
      case Translation::kDelivered:
        ++batch.delivered;
        break;
      case Translation::kDropped:
        break;
      case Translation::kStale:
        batch.stale = true;
        break;
    }
  }
  return batch;
}

int EpollPoller::WaitInKernel(epoll_event* events, int max_events, const Deadline& deadline) {
  if (deadline.immediate()) return system_.wait(epoll_fd_.get(), events, max_events, 0);
  if (deadline.infinite()) return system_.wait(epoll_fd_.get(), events, max_events, -1);
  if (precise_.load(std::memory_order_relaxed)) {
    const int count =
        system_.wait_precisely(epoll_fd_.get(), events, max_events, deadline.AsTimespec());
    // EPERM is what sandboxes answer to a system call they have not heard of.
    if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
    precise_.store(false, std::memory_order_relaxed);
  }
  return system_.wait(epoll_fd_.get(), events, max_events, deadline.AsMilliseconds());
}

inline EpollPoller::Translation EpollPoller::Translate(const epoll_event& raw, Event& event) {
  const uint64_t tag = raw.data.u64;
  Entry* entry = table_.Find(static_cast<int>(static_cast<uint32_t>(tag)));
  if (ABSL_PREDICT_FALSE(entry == nullptr)) return TranslateUnsettled(raw, event);
  const uint64_t packed = entry->state.load(std::memory_order_acquire);
  const uint64_t data = entry->data.load(std::memory_order_acquire);
  const State state = State::Unpack(packed);
  if (ABSL_PREDICT_FALSE(!state.registered || state.generation != tag >> 32 ||
                         entry->state.load(std::memory_order_relaxed) != packed)) {
    return TranslateUnsettled(raw, event);
  }
  if (ABSL_PREDICT_FALSE(!state.reportable())) return Translation::kDropped;
  if (ABSL_PREDICT_FALSE(state.trigger == Trigger::kOneShot)) {
    State fired = state;
    fired.fired = true;
    uint64_t expected = packed;
    // If this fails, another thread has just armed it again, or done away with it.
    entry->state.compare_exchange_strong(expected, fired.Pack(), std::memory_order_relaxed);
  }
  event.fd = static_cast<int>(static_cast<uint32_t>(tag));
  event.readiness = ReadinessOf(raw.events, state.interest);
  event.raw = static_cast<uint16_t>(raw.events);
  event.data = data;
  return Translation::kDelivered;
}

EpollPoller::Translation EpollPoller::TranslateUnsettled(const epoll_event& raw, Event& event) {
  // Another thread may be between telling the kernel and writing the table; once it has left the
  // lock, the table is the truth.
  absl::MutexLock lock(mutex_);
  const Entry* entry = table_.Find(static_cast<int>(static_cast<uint32_t>(raw.data.u64)));
  if (entry == nullptr) return Translation::kStale;
  const State state = entry->Load();
  if (!state.registered || state.generation != raw.data.u64 >> 32) return Translation::kStale;
  return Translate(raw, event);
}

absl::StatusOr<EpollPoller::Batch> EpollPoller::WaitOnceWithAlwaysReady(absl::Span<Event> events) {
  // Neither kind may starve the other: half the room each, or turns if there is room for one.
  size_t reserved = events.size() / 2;
  if (events.size() == 1) {
    always_ready_turn_ = !always_ready_turn_;
    reserved = always_ready_turn_ ? 1 : 0;
  }
  Batch batch;
  if (reserved < events.size()) {
    absl::StatusOr<Batch> from_kernel =
        WaitOnce(events.subspan(0, events.size() - reserved), Deadline(absl::ZeroDuration()));
    if (!from_kernel.ok()) return from_kernel;
    batch = *from_kernel;
  }
  batch.delivered += TakeAlwaysReady(events.subspan(batch.delivered));
  return batch;
}

size_t EpollPoller::TakeAlwaysReady(absl::Span<Event> events) {
  absl::MutexLock lock(mutex_);
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
  absl::MutexLock lock(mutex_);
  // Without a suspicion it was an event that the kernel had handed out just before another thread
  // unregistered its descriptor in the ordinary way.
  if (!stale_suspected_) return absl::OkStatus();
  absl::StatusOr<OwnedFd> fresh = CreateKernelSet(system_, wake_channel_);
  if (!fresh.ok()) return fresh.status();
  table_.ForEach([&](int fd, Entry& entry) {
    State state = entry.Load();
    if (!state.registered || state.always_ready || state.gone) return;
    const bool added = Control(*fresh, EPOLL_CTL_ADD, fd, state) == 0;
    // A number that was closed, and perhaps reused, without Unregister must not be in the new set
    // as if it were registered. The old set knows which file each number stood for, and refuses to
    // modify another. It is asked after the addition: what still is the same file then has been it
    // all the time. (A one-shot that has fired stays silent, see Control.)
    if (added && Control(epoll_fd_, EPOLL_CTL_MOD, fd, state) == 0) return;
    if (added) Control(*fresh, EPOLL_CTL_DEL, fd, state);
    state.gone = true;
    entry.state.store(state.Pack(), std::memory_order_relaxed);
  });
  epoll_fd_ = *std::move(fresh);
  stale_suspected_ = false;
  return absl::OkStatus();
}

absl::Status EpollPoller::DoRebuildAfterFork() {
  if (!forked()) return absl::OkStatus();
  absl::MutexLock lock(mutex_);
  // Before anything is opened that could take the number of a registration whose file is closed.
  std::vector<std::pair<int, int>> failures = ForgetClosed();
  absl::StatusOr<WakeChannel> wake_channel = WakeChannel::Create();
  if (!wake_channel.ok()) return wake_channel.status();
  absl::StatusOr<OwnedFd> fresh = CreateKernelSet(system_, *wake_channel);
  if (!fresh.ok()) return fresh.status();
  // Closing the child's numbers leaves the parent's epoll object and eventfd as they are.
  wake_channel_ = *std::move(wake_channel);
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
