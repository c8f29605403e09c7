#include "someos/backends/kqueue/kqueue_poller.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/base/macros.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/backends/kqueue/kevent.h"
#include "someos/backends/poller_base/hangup_error.h"
#include "someos/backends/poller_base/reader_close.h"
#include "someos/backends/poller_base/socket_error.h"

namespace someos {
namespace {

using base::Deadline;
using base::ForkedError;
using poller_base::FileIdentity;
using poller_base::WakeChannel;

// How many events one kevent call may bring.
constexpr size_t kBufferEvents = 256;

// Changes of a batch that become one kevent(2).
constexpr size_t kMostTogether = 1024;

#if defined(EVFILT_EXCEPT) && defined(NOTE_OOB)
constexpr bool kHasPriority = true;
constexpr auto kExceptKernelFilter = EVFILT_EXCEPT;
constexpr unsigned kExceptNote = NOTE_OOB;
#else
constexpr bool kHasPriority = false;
constexpr auto kExceptKernelFilter = EVFILT_READ;  // never used
constexpr unsigned kExceptNote = 0;
#endif

// What has the kernel report a filter once. FreeBSD's does not look again at one with EV_ONESHOT
// when it hands it out (kern_event.c, kqueue_scan), nor does OpenBSD's (sys/event.h,
// knote_process): it would report data that somebody has read since.
#if defined(__FreeBSD__) || defined(__OpenBSD__)
constexpr unsigned kOnce = EV_DISPATCH;
#else
constexpr unsigned kOnce = EV_ONESHOT;
#endif

bool IsSocket(int fd) {
  const std::optional<FileIdentity> identity = FileIdentity::Of(fd);
  return identity.has_value() && S_ISSOCK(identity->mode);
}

// What poll(2) says about `fd` now, in the values of Readiness (which are poll's), to one who has
// this interest.
Readiness AskPoll(int fd, Interest interest) {
  pollfd one = {fd, POLLIN | POLLOUT, 0};
  if (poll(&one, 1, 0) <= 0) return Readiness::kNone;
  const int found = one.revents & (POLLIN | POLLOUT | POLLERR | POLLHUP);
  return poller_base::WithErrorOfHangup(fd, interest, static_cast<Readiness>(found));
}

}  // namespace

absl::StatusOr<std::unique_ptr<KqueuePoller>> KqueuePoller::Create(const PollerOptions& options,
                                                                   QueueMaker new_queue) {
  base::WatchForForks();
  absl::StatusOr<WatchedQueue> watched = CreateWatchedQueue(new_queue);
  if (!watched.ok()) return watched.status();
  return std::unique_ptr<KqueuePoller>(new KqueuePoller(options, new_queue, *std::move(watched)));
}

KqueuePoller::KqueuePoller(const PollerOptions& options, QueueMaker new_queue, WatchedQueue watched)
    : options_(options),
      new_queue_(new_queue),
      wake_channel_(std::move(watched.wake_channel)),
      queue_(std::move(watched.queue)),
      fork_generation_(base::ForkGeneration()),
      buffer_(kBufferEvents) {}

Capabilities KqueuePoller::capabilities() const {
  Capabilities result;
  result.edge = true;
  result.hangup = true;
  result.read_hangup = true;
  result.priority = kHasPriority;
  return result;
}

absl::Status KqueuePoller::CheckSupported(absl::string_view operation, int fd, Interest interest) {
  if (kHasPriority || !HasAny(interest, Interest::kPriority)) return absl::OkStatus();
  return absl::UnimplementedError(absl::StrCat(
      operation, " fd ", fd, ": this system's kqueue reports no priority data (EVFILT_EXCEPT)"));
}

absl::StatusOr<KqueuePoller::WatchedQueue> KqueuePoller::CreateWatchedQueue(QueueMaker new_queue) {
  // A pipe everywhere: libkqueue takes no eventfd, and not every BSD has EVFILT_USER.
  absl::StatusOr<WakeChannel> wake_channel = WakeChannel::CreatePipe();
  if (!wake_channel.ok()) return wake_channel.status();
  absl::StatusOr<std::unique_ptr<KernelQueue>> queue = new_queue();
  if (!queue.ok()) return queue.status();
  if (const int error = (*queue)->Change(select::Kevent(wake_channel->fd()).Raw()); error != 0) {
    return ErrnoStatus(error, "create a kqueue poller: kevent");
  }
  return WatchedQueue{*std::move(wake_channel), *std::move(queue)};
}

KqueuePoller::Entry* KqueuePoller::FindRegistered(int fd) {
  if (static_cast<size_t>(fd) >= table_.size() || !table_[fd].registered) return nullptr;
  return &table_[fd];
}

KqueuePoller::Entry& KqueuePoller::NewEntry(int fd, Interest interest, uint64_t data,
                                            Trigger trigger, const FileIdentity& identity) {
  if (static_cast<size_t>(fd) >= table_.size()) table_.resize(fd + 1);
  Entry& entry = table_[fd];
  const uint32_t generation = entry.generation + 1;
  entry = Entry();
  entry.generation = generation;
  entry.data = data;
  entry.identity = identity.digest;
  entry.interest = interest;
  entry.trigger = trigger;
  entry.registered = true;
  return entry;
}

struct kevent KqueuePoller::FilterChange(int fd, const Entry& entry, Filters filter,
                                         unsigned flags) {
  select::Kevent change(fd, EVFILT_READ, static_cast<select::KqFlags>(flags), /*fflags=*/0,
                        /*data=*/0, entry.generation);
  switch (filter) {
    case kExceptFilter:
      change.filter = kExceptKernelFilter;
      change.fflags = kExceptNote;
      break;
    case kWriteFilter:
      change.filter = EVFILT_WRITE;
      break;
    default:
#ifdef NOTE_LOWAT  // libkqueue has none
      if (!HasAny(entry.interest, Interest::kReadable)) {
        // For the end of file alone: no amount of data shall do.
        change.fflags = NOTE_LOWAT;
        change.data = INT_MAX;
      }
#endif
      break;
  }
  return change.Raw();
}

KqueuePoller::FilterChanges KqueuePoller::Deletions(int fd, const Entry& entry) {
  FilterChanges changes;
  for (const Filters filter : kAllFilters) {
    if (entry.filters & filter) changes.push_back(FilterChange(fd, entry, filter, EV_DELETE));
  }
  return changes;
}

int KqueuePoller::AskKernel(int fd, const Entry& entry) const {
  // Without EV_ADD the kernel answers ENOENT if the filter went away with its file.
  for (const Filters filter : kAllFilters) {
    if (entry.filters & filter) return queue_->Change(FilterChange(fd, entry, filter, EV_ENABLE));
  }
  return 0;
}

uint8_t KqueuePoller::WantedFilters(const Entry& entry) {
  if (entry.fired) return kNoFilter;
  const Interest interest = entry.interest;
  Interest reads = Interest::kReadable | Interest::kReadHangup;
  if (entry.reader_close_suppressed) reads |= Interest::kWritable;
  if (entry.no_priority) reads |= Interest::kPriority;  // for the end of file, reported unasked
  const bool excepts = HasAny(interest, Interest::kPriority) && !entry.no_priority;
  return (HasAny(interest, reads) ? kReadFilter : kNoFilter) |
         (HasAny(interest, Interest::kWritable) ? kWriteFilter : kNoFilter) |
         (excepts ? kExceptFilter : kNoFilter);
}

struct kevent KqueuePoller::Addition(int fd, const Entry& entry, Filters filter) {
  unsigned flags = EV_ADD;
  // A system that ignores NOTE_LOWAT would report data that nobody asked for over and over, and
  // spend a one-shot on it.
  const bool for_the_end = filter == kReadFilter && !HasAny(entry.interest, Interest::kReadable);
  if (for_the_end || entry.trigger == Trigger::kEdge) {
    flags |= EV_CLEAR;
  } else if (entry.trigger == Trigger::kOneShot) {
    flags |= kOnce;
  }
  return FilterChange(fd, entry, filter, flags);
}

uint8_t KqueuePoller::WantedFilters(int fd, Entry& entry) {
  entry.reader_close_suppressed =
      HasAny(entry.interest, Interest::kWritable) && poller_base::SuppressesReaderClose(fd);
  return WantedFilters(entry);
}

int KqueuePoller::Arm(int fd, Entry& entry, const FileIdentity& identity) {
  ForgetAlwaysReady(fd, entry);
  const uint8_t wanted = WantedFilters(fd, entry);
  // Out with the old ones and in with the new ones in one call. Not all at once in place: EV_ADD of
  // a filter that is there does not change its EV_CLEAR or EV_ONESHOT.
  FilterChanges changes = Deletions(fd, entry);
  const bool replaces = !changes.empty();
  int error = wanted != kNoFilter && identity.always_ready() ? EPIPE : 0;
  if (error == 0) {
    for (const Filters filter : kAllFilters) {
      if (wanted & filter) changes.push_back(Addition(fd, entry, filter));
    }
    if (!changes.empty()) error = queue_->Change(changes);
  }
  if (error == 0) {
    entry.filters = wanted;
    return 0;
  }
  // Nobody knows how far it came.
  entry.filters |= wanted;
  Disarm(fd, entry);
  // It may have been a deletion that failed: of a one-shot's filter, say, that has just fired.
  if (replaces) return Arm(fd, entry, identity);
  // OpenBSD's pipes have the filter for poll(2) alone (sys_pipe.c, pipe_kqfilter).
  if (error == EINVAL && (wanted & kExceptFilter)) {
    entry.no_priority = true;
    return Arm(fd, entry, identity);
  }
  // EPIPE: a pipe whose other end is gone already cannot be queued (T14), but is ready for ever.
  // So is a device, such as /dev/null, that has no queue and that poll(2) calls ready.
  constexpr Readiness kBoth = Readiness::kReadable | Readiness::kWritable;
  const bool ready_device =
      S_ISCHR(identity.mode) && (AskPoll(fd, entry.interest) & kBoth) == kBoth;
  if (error != EPIPE && !ready_device) return error;
  // What is ready now will not become ready anew.
  if (entry.trigger == Trigger::kEdge) entry.trigger = Trigger::kOneShot;
  AddAlwaysReady(fd, entry, identity);
  wake_channel_.Signal();  // a running wait does not know of it
  return 0;
}

void KqueuePoller::AddAlwaysReady(int fd, Entry& entry, const FileIdentity& identity) {
  entry.always_ready = true;
  always_ready_.Add(fd, identity, /*active=*/true);
  always_ready_active_ = always_ready_.active();
}

void KqueuePoller::KeepReporting(int fd, Entry& entry) {
  const std::optional<FileIdentity> identity = FileIdentity::Of(fd);
  if (!identity.has_value() || !identity->SameAs(entry.identity)) return;
  Disarm(fd, entry);
  AddAlwaysReady(fd, entry, *identity);
}

void KqueuePoller::Disarm(int fd, Entry& entry) {
  const FilterChanges deletions = Deletions(fd, entry);
  entry.filters = kNoFilter;
  ForgetAlwaysReady(fd, entry);
  if (deletions.empty() || queue_->Change(deletions) == 0 || deletions.size() == 1) return;
  // Fails if the file was closed, or its one-shot fired: then there is nothing to take out. But a
  // deletion that fails stands in the way of those behind it.
  for (const struct kevent& deletion : deletions) queue_->Change(deletion);
}

void KqueuePoller::ForgetAlwaysReady(int fd, Entry& entry) {
  if (!entry.always_ready) return;
  always_ready_.Remove(fd);
  always_ready_active_ = always_ready_.active();
  entry.always_ready = false;
}

// Not inlined: ThreadSanitizer's suppressions know it by its name.
ABSL_ATTRIBUTE_NOINLINE void KqueuePoller::DropStray(const struct kevent& event) {
  // Most often it was handed out just before another thread unregistered it, and there is nothing
  // to take out. But if taking it out had failed, it would be reported for ever.
  struct kevent change = event;
  change.flags = EV_DELETE;
  queue_->Change(change);
}

absl::Status KqueuePoller::DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) {
  if (forked()) return ForkedError("register");
  if (absl::Status status = CheckSupported("register", fd, interest); !status.ok()) return status;
  const std::optional<FileIdentity> identity = FileIdentity::Of(fd);
  if (!identity.has_value()) return ErrnoStatus(errno, absl::StrCat("register fd ", fd));
  absl::MutexLock lock(mutex_);
  if (Entry* old = FindRegistered(fd); old != nullptr) {
    if (identity->SameAs(old->identity)) {
      const int error = AskKernel(fd, *old);
      if (error != ENOENT && error != EBADF) {
        return ErrnoStatus(error == 0 ? EEXIST : error, absl::StrCat("register fd ", fd));
      }
    }
    Disarm(fd, *old);
    socket_errors_.erase(fd);
  }
  Entry& entry = NewEntry(fd, interest, data, trigger, *identity);
  if (const int error = Arm(fd, entry, *identity); error != 0) {
    entry.registered = false;
    return ErrnoStatus(error, absl::StrCat("register fd ", fd));
  }
  return absl::OkStatus();
}

absl::Status KqueuePoller::DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) {
  if (forked()) return ForkedError("modify");
  if (absl::Status status = CheckSupported("modify", fd, interest); !status.ok()) return status;
  absl::MutexLock lock(mutex_);
  Entry* entry = FindRegistered(fd);
  if (entry == nullptr) return ErrnoStatus(ENOENT, absl::StrCat("modify fd ", fd));
  const std::optional<FileIdentity> identity = FileIdentity::Of(fd);
  if (!identity.has_value()) return ErrnoStatus(errno, absl::StrCat("modify fd ", fd));
  // A one-shot's filter that is missing may just have fired: the waiting thread has fetched the
  // event and is about to take mutex_.
  const bool may_have_fired = entry->fired || entry->trigger == Trigger::kOneShot;
  if (!identity->SameAs(entry->identity)) {
    return ErrnoStatus(ENOENT, absl::StrCat("modify fd ", fd));
  }
  if (const int error = may_have_fired ? 0 : AskKernel(fd, *entry); error != 0) {
    return ErrnoStatus(error, absl::StrCat("modify fd ", fd));
  }
  const Entry old = *entry;
  entry->data = data;
  entry->interest = interest;
  entry->trigger = trigger;
  entry->fired = false;
  if (const int error = Arm(fd, *entry, *identity); error != 0) {
    *entry = old;
    entry->filters = kNoFilter;
    const bool restored = Arm(fd, *entry, *identity) == 0;
    return ErrnoStatus(
        error, absl::StrCat("modify fd ", fd,
                            restored ? "" : ", which reports nothing until a modify succeeds"));
  }
  return absl::OkStatus();
}

absl::Status KqueuePoller::DoUnregister(int fd) {
  if (forked()) return ForkedError("unregister");
  absl::MutexLock lock(mutex_);
  Entry* entry = FindRegistered(fd);
  if (entry == nullptr) return ErrnoStatus(ENOENT, absl::StrCat("unregister fd ", fd));
  Disarm(fd, *entry);
  entry->registered = false;
  socket_errors_.erase(fd);
  return absl::OkStatus();
}

absl::Status KqueuePoller::DoApply(absl::Span<const Change> changes,
                                   std::vector<FailedChange>* failed) {
  BatchFailures failures(failed);
  for (size_t i = 0; i < changes.size();) {
    const Together together = ApplyTogether(changes.subspan(i, kMostTogether));
    const size_t end = i + std::max<size_t>(together.count, 1);
    // kevent(2) does not say which of many changes has failed: then each for itself.
    for (; !together.made && i < end; ++i) failures.Add(i, ApplyOne(changes[i]));
    i = end;
  }
  return failures.first();
}

KqueuePoller::Together KqueuePoller::ApplyTogether(absl::Span<const Change> changes) {
  if (forked()) return {};
  switch (changes.front().operation) {
    case Change::Operation::kRegister:
      return RegisterTogether(changes);
    case Change::Operation::kUnregister:
      return UnregisterTogether(changes);
    default:
      return {};
  }
}

// Registrations of numbers that are free, and of files that a queue takes: what fails then is out
// of the ordinary.
KqueuePoller::Together KqueuePoller::RegisterTogether(absl::Span<const Change> changes) {
  absl::MutexLock lock(mutex_);
  std::vector<struct kevent> additions;
  size_t count = 0;
  for (; count < changes.size(); ++count) {
    const auto& [operation, fd, interest, trigger, data] = changes[count];
    if (operation != Change::Operation::kRegister || fd < 0) break;
    if (!CheckSupported("register", fd, interest).ok() || FindRegistered(fd) != nullptr) break;
    const std::optional<FileIdentity> identity = FileIdentity::Of(fd);
    if (!identity.has_value() || identity->always_ready()) break;
    Entry& entry = NewEntry(fd, interest, data, trigger, *identity);
    entry.filters = WantedFilters(fd, entry);
    for (const Filters filter : kAllFilters) {
      if (entry.filters & filter) additions.push_back(Addition(fd, entry, filter));
    }
  }
  if (count == 0) return {};
  if (additions.empty() || queue_->Change(additions) == 0) return {count, true};
  for (const Change& change : changes.first(count)) {
    Disarm(change.fd, table_[change.fd]);
    table_[change.fd].registered = false;
  }
  return {count, false};
}

KqueuePoller::Together KqueuePoller::UnregisterTogether(absl::Span<const Change> changes) {
  absl::MutexLock lock(mutex_);
  std::vector<struct kevent> deletions;
  size_t count = 0;
  for (; count < changes.size(); ++count) {
    const int fd = changes[count].fd;
    if (changes[count].operation != Change::Operation::kUnregister || fd < 0) break;
    Entry* entry = FindRegistered(fd);
    if (entry == nullptr) break;
    for (const struct kevent& deletion : Deletions(fd, *entry)) deletions.push_back(deletion);
    entry->registered = false;
  }
  if (count == 0) return {};
  const bool made = deletions.empty() || queue_->Change(deletions) == 0;
  for (const Change& change : changes.first(count)) {
    Entry& entry = table_[change.fd];
    entry.registered = !made;
    if (!made) continue;
    entry.filters = kNoFilter;
    ForgetAlwaysReady(change.fd, entry);
    socket_errors_.erase(change.fd);
  }
  return {count, made};
}

std::vector<Registration> KqueuePoller::registrations() const {
  absl::MutexLock lock(mutex_);
  std::vector<Registration> result;
  for (size_t fd = 0; fd < table_.size(); ++fd) {
    const Entry& entry = table_[fd];
    if (!entry.registered) continue;
    result.push_back({static_cast<int>(fd), entry.interest, entry.trigger, entry.data});
  }
  return result;
}

absl::StatusOr<int> KqueuePoller::DoTakeError(int fd) {
  if (forked()) return ForkedError("take error");
  absl::MutexLock lock(mutex_);
  if (FindRegistered(fd) == nullptr) {
    return ErrnoStatus(ENOENT, absl::StrCat("take error of fd ", fd));
  }
  const auto from_event = socket_errors_.extract(fd);
  const absl::StatusOr<int> from_socket = poller_base::TakeSocketError(fd);
  // libkqueue has taken it from the socket in order to tell it in the event.
  if (from_socket.ok() && *from_socket == 0 && !from_event.empty()) return from_event.mapped();
  return from_socket;
}

absl::Status KqueuePoller::DoWake() {
  if (forked()) return ForkedError("wake");
  return wake_request_.Make(wake_channel_);
}

absl::StatusOr<size_t> KqueuePoller::DoWait(absl::Span<Event> events, absl::Duration timeout) {
  return WaitUntil(events, Deadline(timeout)).Take();
}

WaitOutcome KqueuePoller::DoWaitForever(absl::Span<Event> events) {
  return WaitUntil(events, Deadline(absl::InfiniteDuration()));
}

WaitOutcome KqueuePoller::DoLook(absl::Span<Event> events) {
  return WaitUntil(events, Deadline(absl::ZeroDuration()));
}

WaitOutcome KqueuePoller::WaitUntil(absl::Span<Event> events, Deadline deadline) {
  if (forked()) return ForkedError("wait");
  if (waiting_.exchange(true, std::memory_order_acquire)) {
    return absl::FailedPreconditionError("wait: another thread is waiting on this poller");
  }
  const WaitOutcome outcome = WaitClaimed(events, deadline);
  waiting_.store(false, std::memory_order_release);
  return outcome;
}

WaitOutcome KqueuePoller::WaitClaimed(absl::Span<Event> events, Deadline& deadline) {
  while (true) {
    const bool some_always_ready = always_ready_active_.load(std::memory_order_relaxed) > 0;
    const size_t reserved = some_always_ready ? ReserveForAlwaysReady(events.size()) : 0;
    const size_t room = std::min(events.size() - reserved, buffer_.size());
    const absl::StatusOr<int> count = WaitInKernel(room, some_always_ready ? nullptr : &deadline);
    if (!count.ok()) {
      const bool interrupted = ErrnoOf(count.status()) == EINTR;
      if (interrupted) counters_.CountInterrupted();
      if (!interrupted || options_.return_on_signal) return count.status();
    }
    bool woken = false;
    size_t delivered = 0;
    {
      absl::MutexLock lock(mutex_);
      for (int i = 0; i < count.value_or(0); ++i) {
        if (static_cast<int>(buffer_[i].ident) == wake_channel_.fd()) {
          wake_channel_.Drain();
          // Signalled without a pending Wake: by a change.
          woken |= wake_request_.Take();
        } else {
          Translate(buffer_[i], events, delivered);
        }
      }
      TakeAlwaysReady(events, delivered);
    }
    // All room went to events that nobody is to hear of; others may be ready behind them.
    const bool crowded_out = delivered == 0 && count.ok() && static_cast<size_t>(*count) == room;
    if (delivered > 0 || woken || (!crowded_out && deadline.Passed())) {
      counters_.CountWait(delivered, woken);
      return delivered;
    }
    if (count.value_or(0) > 0) counters_.CountSpurious();
  }
}

size_t KqueuePoller::ReserveForAlwaysReady(size_t room) {
  // Neither kind may starve the other: half the room each, or turns if there is room for one.
  if (room > 1) return room / 2;
  always_ready_turn_ = !always_ready_turn_;
  return always_ready_turn_ ? 1 : 0;
}

absl::StatusOr<int> KqueuePoller::WaitInKernel(size_t room, const Deadline* deadline) {
  // No more than there is room to report: a one-shot or an edge that is fetched is spent.
  if (room == 0) return 0;
  timespec timeout = {};
  const timespec* limit = &timeout;
  if (deadline != nullptr && deadline->infinite()) {
    limit = nullptr;
  } else if (deadline != nullptr) {
    timeout = deadline->AsTimespec();
  }
  const int count = queue_->Wait(buffer_.data(), static_cast<int>(room), limit);
  if (count < 0) return ErrnoStatus(errno, "wait: kevent");
  return count;
}

void KqueuePoller::Translate(const struct kevent& raw, absl::Span<Event> events,
                             size_t& delivered) {
  const select::Kevent event(raw);
  const int fd = static_cast<int>(event.ident);
  const bool from_except_filter = kHasPriority && event.filter == kExceptKernelFilter;
  const Filters filter = event.filter == EVFILT_WRITE ? kWriteFilter
                         : from_except_filter         ? kExceptFilter
                                                      : kReadFilter;
  Entry* entry = FindRegistered(fd);
  // (A one-shot's filters are taken out when one of them fires; events of others that the same call
  // has brought still add to its report.)
  if (entry == nullptr || (!entry->fired && !(entry->filters & filter))) return DropStray(raw);
  if (entry->generation != static_cast<uint32_t>(event.udata)) return;
  Readiness readiness = Readiness::kNone;
  if (event.filter == EVFILT_WRITE) {
    readiness = Readiness::kWritable;
  } else if (from_except_filter) {
    // OpenBSD's also fires for a hangup.
    if (event.fflags & kExceptNote) readiness = Readiness::kPriority;
  } else {
    readiness = Readiness::kReadable;
    if (event.flags & EV_EOF) readiness |= Readiness::kReadHangup;
  }
  if (event.flags & (EV_EOF | EV_ERROR)) {
    readiness |= AskPoll(fd, entry->interest) & (Readiness::kHangup | Readiness::kError);
    // The socket's error; libkqueue has taken it from the socket, so poll no longer sees it.
    if (event.fflags != 0 && !from_except_filter) {
      readiness |= Readiness::kError;
      if ((event.flags & EV_EOF) && IsSocket(fd)) {
        socket_errors_[fd] = static_cast<int>(event.fflags);
      }
    }
  }
  Deliver(fd, *entry, readiness, static_cast<uint16_t>(event.flags), events, delivered);
  // FreeBSD and DragonFly BSD tell a pipe's writer once that the reader is gone, with a flag that
  // nobody set, and take the filter out. It stays so.
  constexpr unsigned kToldForTheLastTime = EV_EOF | EV_ONESHOT;
  const bool taken_out =
      filter == kWriteFilter && (event.flags & kToldForTheLastTime) == kToldForTheLastTime;
  const bool told_once = filter == kReadFilter &&
                         (entry->reader_close_suppressed || entry->no_priority) &&
                         (event.flags & EV_EOF) && !HasAny(entry->interest, Interest::kReadable);
  if (!taken_out && !told_once) return;
  if (entry->trigger == Trigger::kLevel) {
    KeepReporting(fd, *entry);
  } else if (taken_out) {
    entry->filters &= ~filter;  // so that AskKernel does not take it for that of another file
  }
}

bool KqueuePoller::Deliver(int fd, Entry& entry, Readiness found, uint16_t raw,
                           absl::Span<Event> events, size_t& delivered) {
  const auto wanted = static_cast<Readiness>(entry.interest);
  Readiness readiness = found & (wanted | Readiness::kHangup | Readiness::kError);
  if (HasAny(readiness, Readiness::kHangup | Readiness::kError)) {
    // read() and write() return at once now: see Readiness.
    readiness |= wanted & (Readiness::kReadable | Readiness::kWritable);
  }
  if (readiness == Readiness::kNone) return false;
  if (entry.slot < delivered && events[entry.slot].fd == fd) {
    events[entry.slot].readiness |= readiness;
    events[entry.slot].raw |= raw;
    return true;
  }
  // Level-triggered, what finds no room comes again; the two others ask for no more than fits.
  if (entry.fired || delivered == events.size()) return true;
  entry.slot = static_cast<uint32_t>(delivered);
  Event& event = events[delivered++];
  event.fd = fd;
  event.readiness = readiness;
  event.raw = raw;
  event.data = entry.data;
  if (entry.trigger == Trigger::kOneShot) {
    // The filter that fired is gone; the other one must not fire as well.
    Disarm(fd, entry);
    entry.fired = true;
  }
  return true;
}

void KqueuePoller::TakeAlwaysReady(absl::Span<Event> events, size_t& delivered) {
  if (always_ready_.active() == 0) return;
  for (size_t left = std::min(events.size() - delivered, always_ready_.active()); left > 0;
       --left) {
    const std::optional<int> fd = always_ready_.Next();
    if (!fd.has_value()) break;
    Entry& entry = table_[*fd];
    const std::optional<FileIdentity> identity = FileIdentity::Of(*fd);
    const bool same_file = identity.has_value() && always_ready_.Holds(*fd, *identity);
    // A file closed behind our back is forgotten, as the kernel does; one with nothing to report
    // (an interest in priority data alone) will not get any.
    if (!same_file || !Deliver(*fd, entry, AskPoll(*fd, entry.interest), 0, events, delivered)) {
      always_ready_.SetActive(*fd, false);
    }
  }
  always_ready_active_ = always_ready_.active();
}

absl::Status KqueuePoller::DoRebuildAfterFork() {
  if (!forked()) return absl::OkStatus();
  absl::MutexLock lock(mutex_);
  // Before anything is opened that could take the number of a registration whose file is closed.
  ForgetOtherFiles();
  absl::StatusOr<WatchedQueue> watched = CreateWatchedQueue(new_queue_);
  if (!watched.ok()) return watched.status();
  queue_ = std::move(watched->queue);
  wake_channel_ = std::move(watched->wake_channel);
  wake_request_.Take();
  waiting_ = false;
  fork_generation_ = base::ForkGeneration();
  for (size_t i = 0; i < table_.size(); ++i) {
    Entry& entry = table_[i];
    const int fd = static_cast<int>(i);
    if (!entry.registered) continue;
    const std::optional<FileIdentity> identity = FileIdentity::Of(fd);
    const int error = identity.has_value() ? Arm(fd, entry, *identity) : errno;
    if (error != 0) Lose(fd, entry, error);
  }
  return std::exchange(lost_, absl::OkStatus());
}

void KqueuePoller::ForgetOtherFiles() {
  for (size_t i = 0; i < table_.size(); ++i) {
    Entry& entry = table_[i];
    const int fd = static_cast<int>(i);
    if (!entry.registered) continue;
    entry.filters = kNoFilter;  // the parent's queue has them
    ForgetAlwaysReady(fd, entry);
    const std::optional<FileIdentity> identity = FileIdentity::Of(fd);
    if (identity.has_value() && identity->SameAs(entry.identity)) continue;
    Lose(fd, entry, identity.has_value() ? ENOENT : errno);
  }
}

void KqueuePoller::Lose(int fd, Entry& entry, int error) {
  entry.registered = false;
  if (lost_.ok()) lost_ = ErrnoStatus(error, absl::StrCat("rebuild after fork: register fd ", fd));
}

namespace {

absl::StatusOr<std::unique_ptr<Poller>> CreateKqueuePoller(const PollerOptions& options) {
  return KqueuePoller::Create(options);
}

std::string KqueueLimits() { return "descriptors up to RLIMIT_NOFILE"; }

#ifdef __linux__
constexpr absl::string_view kImplementation = "kqueue over libkqueue";
#else
constexpr absl::string_view kImplementation = "kqueue(2)";
#endif

constexpr Backend kKqueueBackend = {"kqueue", kImplementation, CreateKqueuePoller, KqueueLimits};

}  // namespace

const Backend& KqueueBackend() { return kKqueueBackend; }

}  // namespace someos
