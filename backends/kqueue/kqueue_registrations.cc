#include "someos/backends/kqueue/kqueue_registrations.h"

#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/mutex_lock.h"
#include "someos/backends/kqueue/kevent.h"
#include "someos/backends/poller_base/fd_error.h"
#include "someos/backends/poller_base/hangup_error.h"
#include "someos/backends/poller_base/implied_readiness.h"
#include "someos/backends/poller_base/reader_close.h"
#include "someos/backends/poller_base/socket_error.h"

namespace someos {
namespace {

using poller_base::FdError;
using poller_base::FileIdentity;
using poller_base::WakeChannel;

absl::Status CheckSupported(absl::string_view operation, int fd, Interest interest,
                            Trigger trigger) {
  if (trigger == Trigger::kExclusive) {
    return PlainStatus(
        absl::StatusCode::kUnimplemented,
        absl::StrCat(operation, " fd ", fd, ": kqueue has no exclusive registrations"));
  }
  if (kKqueueHasPriority || !HasAny(interest, Interest::kPriority)) return absl::OkStatus();
  return PlainStatus(
      absl::StatusCode::kUnimplemented,
      absl::StrCat(operation, " fd ", fd,
                   ": this system's kqueue reports no priority data (EVFILT_EXCEPT)"));
}

bool IsSocket(int fd) {
  const std::optional<FileIdentity> identity = FileIdentity::Of(fd);
  return identity.has_value() && S_ISSOCK(identity->mode);
}

// The readiness that poll(2) reports for `fd` now. (The values of Readiness are those of poll(2).)
// `interest` is used to tell a hang-up from an error.
Readiness AskPoll(int fd, Interest interest) {
  pollfd one = {fd, POLLIN | POLLOUT, 0};
  if (poll(&one, 1, 0) <= 0) return Readiness::kNone;
  const int found = one.revents & (POLLIN | POLLOUT | POLLERR | POLLHUP);
  return poller_base::WithErrorOfHangup(fd, interest, static_cast<Readiness>(found));
}

// Whether this is a device, such as /dev/null, that kqueue does not support and that poll(2)
// reports as ready.
bool IsReadyDevice(int fd, const FileIdentity& identity, Interest interest) {
  constexpr Readiness kBoth = Readiness::kReadable | Readiness::kWritable;
  return S_ISCHR(identity.mode) && (AskPoll(fd, interest) & kBoth) == kBoth;
}

// The filters for the entry's interest in this file. Sets reader_close_suppressed.
uint8_t FiltersFor(int fd, KqueueEntry& entry) {
  entry.reader_close_suppressed =
      HasAny(entry.interest, Interest::kWritable) && poller_base::SuppressesReaderClose(fd);
  return WantedFilters(entry);
}

}  // namespace

absl::StatusOr<KqueueRegistrations::WatchedQueue> KqueueRegistrations::CreateWatchedQueue(
    QueueMaker new_queue) {
  // A pipe on all systems: libkqueue does not accept an eventfd, and not every BSD has EVFILT_USER.
  absl::StatusOr<WakeChannel> wake_channel = WakeChannel::CreatePipe();
  if (!wake_channel.ok()) return wake_channel.status();
  absl::StatusOr<std::unique_ptr<KernelQueue>> queue = new_queue();
  if (!queue.ok()) return queue.status();
  if (const int error = (*queue)->Change(select::Kevent(wake_channel->fd()).Raw()); error != 0) {
    return ErrnoStatus(error, "create a kqueue poller: kevent");
  }
  return WatchedQueue{*std::move(wake_channel), *std::move(queue)};
}

absl::Status KqueueRegistrations::CheckNotOwn(int fd) const {
  if (wake_channel_.Owns(fd)) return poller_base::OwnDescriptorError(fd, "wake channel");
  if (fd == queue_->fd()) return poller_base::OwnDescriptorError(fd, "kqueue");
  return absl::OkStatus();
}

KqueueEntry* KqueueRegistrations::FindRegistered(int fd) {
  if (static_cast<size_t>(fd) >= table_.size() || !table_[fd].registered) return nullptr;
  return &table_[fd];
}

KqueueEntry& KqueueRegistrations::NewEntry(int fd, Interest interest, uint64_t data,
                                           Trigger trigger, const FileIdentity& identity) {
  if (static_cast<size_t>(fd) >= table_.size()) table_.resize(fd + 1);
  KqueueEntry& entry = table_[fd];
  const uint32_t generation = entry.generation + 1;
  entry = KqueueEntry();
  entry.generation = generation;
  entry.data = data;
  entry.identity = identity.digest;
  entry.interest = interest;
  entry.trigger = trigger;
  entry.registered = true;
  return entry;
}

int KqueueRegistrations::AskKernel(int fd, const KqueueEntry& entry) const {
  return entry.filters == kNoKqueueFilter ? 0 : queue_->Change(Probe(fd, entry));
}

int KqueueRegistrations::Arm(int fd, KqueueEntry& entry, const FileIdentity& identity) {
  ForgetAlwaysReady(fd, entry);
  const uint8_t wanted = FiltersFor(fd, entry);
  // Deletes the old filters and adds the new ones in one call. It does not update them in place,
  // because EV_ADD of an existing filter does not change its EV_CLEAR or EV_ONESHOT.
  KqueueChanges changes = Deletions(fd, entry);
  const bool replaces = !changes.empty();
  int error = wanted != kNoKqueueFilter && identity.always_ready() ? EPIPE : 0;
  if (error == 0) {
    for (const struct kevent& addition : Additions(fd, entry, wanted)) changes.push_back(addition);
    if (!changes.empty()) error = queue_->Change(changes);
  }
  if (error == 0) {
    entry.filters = wanted;
    return 0;
  }
  // It is unknown which of the changes were made.
  entry.filters |= wanted;
  Disarm(fd, entry);
  // The failed change may be a deletion, for example of a one-shot's filter that has just fired.
  return replaces ? Arm(fd, entry, identity) : ArmAfterError(fd, entry, identity, error);
}

int KqueueRegistrations::ArmAfterError(int fd, KqueueEntry& entry, const FileIdentity& identity,
                                       int error) {
  // OpenBSD's pipes have EVFILT_EXCEPT only for the internal use of poll(2) (sys_pipe.c,
  // pipe_kqfilter).
  if (error == EINVAL && (WantedFilters(entry) & kKqueueExceptFilter)) {
    entry.no_priority = true;
    return Arm(fd, entry, identity);
  }
  // EPIPE: a pipe whose other end is already closed cannot be added, but is always ready.
  if (error != EPIPE && !IsReadyDevice(fd, identity, entry.interest)) return error;
  AddAlwaysReady(fd, entry, identity);
  wake_channel_.Signal();  // a running wait must take the file into account
  return 0;
}

void KqueueRegistrations::AddAlwaysReady(int fd, KqueueEntry& entry, const FileIdentity& identity) {
  entry.always_ready = true;
  always_ready_.Add(fd, identity, /*active=*/true);
  always_ready_active_ = always_ready_.active();
}

void KqueueRegistrations::KeepReporting(int fd, KqueueEntry& entry) {
  const std::optional<FileIdentity> identity = FileIdentity::Of(fd);
  if (FileIdentity::Mismatch(identity, entry.identity) != 0) return;
  Disarm(fd, entry);
  AddAlwaysReady(fd, entry, *identity);
}

void KqueueRegistrations::ForgetAlwaysReady(int fd, KqueueEntry& entry) {
  if (!entry.always_ready) return;
  always_ready_.Remove(fd);
  always_ready_active_ = always_ready_.active();
  entry.always_ready = false;
}

void KqueueRegistrations::Disarm(int fd, KqueueEntry& entry) {
  const KqueueChanges deletions = Deletions(fd, entry);
  entry.filters = kNoKqueueFilter;
  ForgetAlwaysReady(fd, entry);
  if (deletions.empty() || queue_->Change(deletions) == 0 || deletions.size() == 1) return;
  // The call fails if the file was closed, or if its one-shot has fired: then there is nothing to
  // delete. But a deletion that fails prevents those after it, so they are made one by one.
  for (const struct kevent& deletion : deletions) queue_->Change(deletion);
}

absl::Status KqueueRegistrations::Register(int fd, Interest interest, uint64_t data,
                                           Trigger trigger) {
  if (absl::Status status = CheckSupported("register", fd, interest, trigger); !status.ok()) {
    return status;
  }
  const std::optional<FileIdentity> identity = FileIdentity::Of(fd);
  if (!identity.has_value()) return FdError(errno, "register", fd);
  base::MutexLock lock(mutex_);
  if (absl::Status own = CheckNotOwn(fd); !own.ok()) return own;
  if (KqueueEntry* old = FindRegistered(fd); old != nullptr) {
    if (identity->SameAs(old->identity)) {
      const int error = AskKernel(fd, *old);
      if (error != ENOENT && error != EBADF) {
        return FdError(error == 0 ? EEXIST : error, "register", fd);
      }
    }
    Disarm(fd, *old);
    socket_errors_.erase(fd);
  }
  KqueueEntry& entry = NewEntry(fd, interest, data, trigger, *identity);
  if (const int error = Arm(fd, entry, *identity); error != 0) {
    entry.registered = false;
    return FdError(error, "register", fd);
  }
  return absl::OkStatus();
}

absl::Status KqueueRegistrations::Modify(int fd, Interest interest, uint64_t data,
                                         Trigger trigger) {
  if (absl::Status status = CheckSupported("modify", fd, interest, trigger); !status.ok()) {
    return status;
  }
  base::MutexLock lock(mutex_);
  KqueueEntry* entry = FindRegistered(fd);
  if (entry == nullptr) return FdError(ENOENT, "modify", fd);
  const std::optional<FileIdentity> identity = FileIdentity::Of(fd);
  if (const int error = FileIdentity::Mismatch(identity, entry->identity); error != 0) {
    return FdError(error, "modify", fd);
  }
  // If a one-shot's filter is missing, it may have just fired: the waiting thread has fetched the
  // event and is about to lock mutex_.
  const bool may_have_fired = entry->fired || entry->trigger == Trigger::kOneShot;
  if (const int error = may_have_fired ? 0 : AskKernel(fd, *entry); error != 0) {
    return FdError(error, "modify", fd);
  }
  const KqueueEntry old = *entry;
  entry->data = data;
  entry->interest = interest;
  entry->trigger = trigger;
  entry->fired = false;
  if (const int error = Arm(fd, *entry, *identity); error != 0) {
    *entry = old;
    entry->filters = kNoKqueueFilter;
    const bool restored = Arm(fd, *entry, *identity) == 0;
    return ErrnoStatus(
        error, absl::StrCat("modify fd ", fd,
                            restored ? "" : ", which reports nothing until a modify succeeds"));
  }
  return absl::OkStatus();
}

absl::Status KqueueRegistrations::Unregister(int fd) {
  base::MutexLock lock(mutex_);
  KqueueEntry* entry = FindRegistered(fd);
  if (entry == nullptr) return FdError(ENOENT, "unregister", fd);
  Disarm(fd, *entry);
  entry->registered = false;
  socket_errors_.erase(fd);
  return absl::OkStatus();
}

KqueueRegistrations::Batch KqueueRegistrations::ApplyBatch(absl::Span<const Change> changes) {
  switch (changes.front().operation) {
    case Change::Operation::kRegister:
      return RegisterBatch(changes);
    case Change::Operation::kUnregister:
      return UnregisterBatch(changes);
    default:
      return {};
  }
}

// Registers numbers that are not registered yet and whose files a kqueue supports; the batch ends
// before the first other one.
KqueueRegistrations::Batch KqueueRegistrations::RegisterBatch(absl::Span<const Change> changes) {
  base::MutexLock lock(mutex_);
  std::vector<struct kevent> additions;
  size_t count = 0;
  for (; count < changes.size(); ++count) {
    const auto& [operation, fd, interest, trigger, data] = changes[count];
    if (operation != Change::Operation::kRegister || fd < 0) break;
    if (!CheckSupported("register", fd, interest, trigger).ok() || FindRegistered(fd) != nullptr) {
      break;
    }
    const std::optional<FileIdentity> identity = FileIdentity::Of(fd);
    if (!identity.has_value() || identity->always_ready() || !CheckNotOwn(fd).ok()) break;
    KqueueEntry& entry = NewEntry(fd, interest, data, trigger, *identity);
    entry.filters = FiltersFor(fd, entry);
    const KqueueChanges of_this = Additions(fd, entry, entry.filters);
    additions.insert(additions.end(), of_this.begin(), of_this.end());
  }
  if (count == 0) return {};
  if (additions.empty() || queue_->Change(additions) == 0) return {count, true};
  for (const Change& change : changes.first(count)) {
    Disarm(change.fd, table_[change.fd]);
    table_[change.fd].registered = false;
  }
  return {count, false};
}

KqueueRegistrations::Batch KqueueRegistrations::UnregisterBatch(absl::Span<const Change> changes) {
  base::MutexLock lock(mutex_);
  std::vector<struct kevent> deletions;
  size_t count = 0;
  for (; count < changes.size(); ++count) {
    const int fd = changes[count].fd;
    if (changes[count].operation != Change::Operation::kUnregister || fd < 0) break;
    KqueueEntry* entry = FindRegistered(fd);
    if (entry == nullptr) break;
    const KqueueChanges of_this = Deletions(fd, *entry);
    deletions.insert(deletions.end(), of_this.begin(), of_this.end());
    entry->registered = false;
  }
  if (count == 0) return {};
  const bool applied = deletions.empty() || queue_->Change(deletions) == 0;
  for (const Change& change : changes.first(count)) {
    KqueueEntry& entry = table_[change.fd];
    entry.registered = !applied;
    if (!applied) continue;
    entry.filters = kNoKqueueFilter;
    ForgetAlwaysReady(change.fd, entry);
    socket_errors_.erase(change.fd);
  }
  return {count, applied};
}

std::vector<Registration> KqueueRegistrations::List() const {
  if (forked() && !fork_guard_.IsFree()) return {};
  base::MutexLock lock(mutex_);
  std::vector<Registration> result;
  for (size_t fd = 0; fd < table_.size(); ++fd) {
    const KqueueEntry& entry = table_[fd];
    if (!entry.registered) continue;
    result.push_back({static_cast<int>(fd), entry.interest, entry.trigger, entry.data});
  }
  return result;
}

absl::StatusOr<int> KqueueRegistrations::TakeError(int fd) {
  base::MutexLock lock(mutex_);
  const KqueueEntry* entry = FindRegistered(fd);
  if (entry == nullptr) return FdError(ENOENT, "take error of", fd);
  // The kernel is not asked whether it still has the file: that could repeat an edge (AskKernel).
  const int mismatch = FileIdentity::Mismatch(FileIdentity::Of(fd), entry->identity);
  if (mismatch != 0) return FdError(mismatch, "take error of", fd);
  const auto from_event = socket_errors_.extract(fd);
  const absl::StatusOr<int> from_socket = poller_base::TakeSocketError(fd);
  // libkqueue has taken the error from the socket in order to report it in the event.
  if (from_socket.ok() && *from_socket == 0 && !from_event.empty()) return from_event.mapped();
  return from_socket;
}

int KqueueRegistrations::NestFd() {
  base::MutexLock lock(mutex_);
  nested_ = true;
  if (always_ready_.active() > 0) wake_channel_.Signal();
  return queue_->fd();
}

size_t KqueueRegistrations::Deliver(absl::Span<const struct kevent> found, absl::Span<Event> events,
                                    bool& signalled) {
  signalled = false;
  base::MutexLock lock(mutex_);
  Room room = {events};
  for (const struct kevent& event : found) {
    if (static_cast<int>(event.ident) == wake_channel_.fd()) {
      wake_channel_.Drain();
      signalled = true;
    } else {
      DeliverEvent(event, room);
    }
  }
  DeliverAlwaysReady(room);
  return room.delivered;
}

void KqueueRegistrations::DeliverEvent(const struct kevent& event, Room& room) {
  const int fd = static_cast<int>(event.ident);
  const KqueueFilter filter = FilterOf(event);
  KqueueEntry* entry = FindRegistered(fd);
  // (When one of a one-shot's filters fires, all of them are deleted; events of the others from the
  // same call still add to its report.)
  if (entry == nullptr || (!entry->fired && !(entry->filters & filter))) return DropStray(event);
  if (entry->generation != static_cast<uint32_t>(select::Kevent(event).udata)) return;
  Readiness readiness = ReadinessOf(event);
  if (event.flags & (EV_EOF | EV_ERROR)) readiness |= HangupAndError(fd, *entry, event);
  const bool reported = Report(fd, *entry, readiness, static_cast<uint16_t>(event.flags), room);
  const bool removed = RemovedByKernel(event);
  if (!removed && !(reported && ReportsEndOnce(*entry, event))) return;
  if (entry->trigger == Trigger::kLevel) {
    KeepReporting(fd, *entry);
  } else if (removed) {
    entry->filters &= ~filter;  // or AskKernel would conclude that the number names another file
  }
}

Readiness KqueueRegistrations::HangupAndError(int fd, const KqueueEntry& entry,
                                              const struct kevent& event) {
  Readiness result = AskPoll(fd, entry.interest) & (Readiness::kHangup | Readiness::kError);
  if (event.fflags == 0 || FilterOf(event) == kKqueueExceptFilter) return result;
  // The error of the socket; libkqueue has taken it from the socket, so poll(2) no longer reports
  // it.
  result |= Readiness::kError;
  if ((event.flags & EV_EOF) && IsSocket(fd)) socket_errors_[fd] = static_cast<int>(event.fflags);
  return result;
}

// Not inlined, because ThreadSanitizer's suppressions refer to it by name.
ABSL_ATTRIBUTE_NOINLINE void KqueueRegistrations::DropStray(const struct kevent& event) {
  // Usually the event was fetched just before another thread unregistered the descriptor, and there
  // is nothing to delete. But if that deletion had failed, the event would be reported forever.
  struct kevent change = event;
  change.flags = EV_DELETE;
  queue_->Change(change);
}

bool KqueueRegistrations::Report(int fd, KqueueEntry& entry, Readiness found, uint16_t raw,
                                 Room& room) {
  const auto wanted = static_cast<Readiness>(entry.interest);
  Readiness readiness = found & (wanted | Readiness::kHangup | Readiness::kError);
  if (HasAny(readiness, Readiness::kHangup | Readiness::kError)) {
    readiness |= poller_base::ImpliedReadiness(fd, entry.interest, found);
  }
  if (readiness == Readiness::kNone) return false;
  if (entry.slot < room.delivered && room.events[entry.slot].fd == fd) {
    room.events[entry.slot].readiness |= readiness;
    room.events[entry.slot].raw |= raw;
    return true;
  }
  // A level-triggered event without room recurs. For the other triggers there is always room,
  // because no more events are fetched than fit.
  if (entry.fired || room.delivered == room.events.size()) return true;
  entry.slot = static_cast<uint32_t>(room.delivered);
  Event& event = room.events[room.delivered++];
  event.fd = fd;
  event.readiness = readiness;
  event.raw = raw;
  event.data = entry.data;
  // A file that is always ready never becomes ready again, so it has a single edge.
  const bool was_only_edge = entry.trigger == Trigger::kEdge && entry.always_ready;
  if (entry.trigger == Trigger::kOneShot || was_only_edge) {
    // The filter that fired has been removed; the other one must not fire as well.
    Disarm(fd, entry);
    entry.fired = true;
  }
  return true;
}

void KqueueRegistrations::DeliverAlwaysReady(Room& room) {
  if (always_ready_.active() == 0) return;
  size_t left = std::min(room.events.size() - room.delivered, always_ready_.active());
  for (; left > 0; --left) {
    const std::optional<int> fd = always_ready_.Next();
    if (!fd.has_value()) break;
    KqueueEntry& entry = table_[*fd];
    const std::optional<FileIdentity> identity = FileIdentity::QuickOf(*fd);
    const bool same_file = identity.has_value() && always_ready_.Holds(*fd, *identity);
    // A file that was closed without Unregister is dropped, as the kernel does with others. So is
    // one with nothing to report, because it will never have anything (an interest of kPriority
    // alone).
    if (!same_file || !Report(*fd, entry, AskPoll(*fd, entry.interest), 0, room)) {
      always_ready_.SetActive(*fd, false);
    }
  }
  always_ready_active_ = always_ready_.active();
  if (nested_ && always_ready_.active() > 0) wake_channel_.Signal();
}

absl::Status KqueueRegistrations::Rebuild(QueueMaker new_queue) {
  if (!fork_guard_.IsFree()) return base::ForkGuard::NotFreeError("rebuild after fork");
  base::MutexLock lock(mutex_);
  // Before a descriptor is opened that could reuse the number of a registration whose file is
  // closed.
  ForgetOtherFiles();
  absl::StatusOr<WatchedQueue> watched = CreateWatchedQueue(new_queue);
  if (!watched.ok()) return watched.status();
  queue_ = std::move(watched->queue);
  wake_channel_ = std::move(watched->wake_channel);
  fork_generation_ = base::ForkGeneration();
  nested_ = false;
  for (size_t i = 0; i < table_.size(); ++i) {
    KqueueEntry& entry = table_[i];
    const int fd = static_cast<int>(i);
    if (!entry.registered) continue;
    const std::optional<FileIdentity> identity = FileIdentity::Of(fd);
    const int error = identity.has_value() ? Arm(fd, entry, *identity) : errno;
    if (error == 0) continue;
    entry.registered = false;
    socket_errors_.erase(fd);
    lost_.Add(fd, error);
  }
  return lost_.Take();
}

void KqueueRegistrations::ForgetOtherFiles() {
  for (size_t i = 0; i < table_.size(); ++i) {
    KqueueEntry& entry = table_[i];
    const int fd = static_cast<int>(i);
    if (!entry.registered) continue;
    entry.filters = kNoKqueueFilter;  // they are in the parent's queue
    ForgetAlwaysReady(fd, entry);
    const int error = FileIdentity::Mismatch(FileIdentity::Of(fd), entry.identity);
    if (error == 0) continue;
    entry.registered = false;
    socket_errors_.erase(fd);
    lost_.Add(fd, error);
  }
}

}  // namespace someos
