#include "someos/backends/kqueue/libkqueue_emulation.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstring>
#include <optional>

#include "absl/cleanup/cleanup.h"
#include "absl/debugging/leak_check.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/mutex_lock.h"
#include "someos/backends/kqueue/libkqueue_getsockopt.h"
#include "someos/backends/poller_base/file_identity.h"

namespace someos {
namespace {

using base::OwnedFd;
using poller_base::FileIdentity;
using poller_base::WakeChannel;

// libkqueue's limit for one call.
constexpr int kMaxEvents = 512;

// The emulations of this process, by number.
struct Registry {
  explicit Registry(uint32_t generation) : fork_generation(generation) {}

  const uint32_t fork_generation;
  // Also held while a libkqueue queue is created or closed.
  absl::Mutex mutex;
  std::map<int, std::weak_ptr<LibkqueueEmulation>> emulations ABSL_GUARDED_BY(mutex);
};

// A forked child starts with an empty registry: it does not inherit its parent's queues, and the
// parent's lock may have been held by a thread that does not exist in the child. Registries are
// never destroyed.
Registry& ThisProcess() {
  static std::atomic<Registry*> current{nullptr};
  Registry* registry = current.load(std::memory_order_acquire);
  const uint32_t generation = base::ForkGeneration();
  if (registry != nullptr && registry->fork_generation == generation) return *registry;
  auto fresh = std::make_unique<Registry>(generation);
  if (current.compare_exchange_strong(registry, fresh.get())) return *fresh.release();
  return *registry;
}

// libkqueue frees the memory of a queue and its filters later, in a thread of its own. In a process
// that exits before that, or in a forked child, which does not have that thread, the memory looks
// like a leak. That is why there are LeakCheckDisablers.
int Apply(int queue, const struct kevent& change) {
  const absl::LeakCheckDisabler not_ours;
  return kevent(queue, &change, 1, nullptr, 0, nullptr) < 0 ? errno : 0;
}

OwnedFd NewQueue() {
  base::MutexLock lock(ThisProcess().mutex);
  const absl::LeakCheckDisabler not_ours;
  OwnedFd queue(kqueue());
  if (queue.valid()) fcntl(queue.get(), F_SETFD, FD_CLOEXEC);
  return queue;
}

// The queue must not have any filters.
void CloseQueue(OwnedFd queue) {
  base::MutexLock lock(ThisProcess().mutex);
  const int number = queue.get();
  queue.Reset();
  // Waits until libkqueue's thread has closed the queue's epoll set: then kevent() on the number
  // fails.
  struct kevent event;
  const timespec now = {};
  for (int i = 0; i < 10'000 && kevent(number, nullptr, 0, &event, 1, &now) >= 0; ++i) {
    absl::SleepFor(absl::Microseconds(100));
  }
}

bool IsIo(int filter) { return filter == EVFILT_READ || filter == EVFILT_WRITE; }
bool IsForFile(int filter) { return IsIo(filter) || filter == EVFILT_VNODE; }

}  // namespace

absl::StatusOr<std::shared_ptr<LibkqueueEmulation>> LibkqueueEmulation::Create(
    bool keep_socket_errors) {
  base::WatchForForks();
  absl::StatusOr<WakeChannel> wake_channel = WakeChannel::CreatePipe();
  if (!wake_channel.ok()) return wake_channel.status();
  OwnedFd queue = NewQueue();
  if (!queue.valid()) return ErrnoStatus(errno, "create a kqueue");
  const std::shared_ptr<LibkqueueEmulation> result(
      new LibkqueueEmulation(std::move(queue), *std::move(wake_channel), keep_socket_errors));
  {
    base::MutexLock lock(result->mutex_);
    if (const int error = result->AddWakeChannel(); error != 0) {
      return ErrnoStatus(error, "create a kqueue");
    }
  }
  Registry& registry = ThisProcess();
  base::MutexLock lock(registry.mutex);
  registry.emulations[result->number_] = result;
  return result;
}

std::shared_ptr<LibkqueueEmulation> LibkqueueEmulation::Find(int number) {
  Registry& registry = ThisProcess();
  base::MutexLock lock(registry.mutex);
  const auto found = registry.emulations.find(number);
  return found == registry.emulations.end() ? nullptr : found->second.lock();
}

LibkqueueEmulation::LibkqueueEmulation(OwnedFd queue, WakeChannel wake_channel,
                                       bool keep_socket_errors)
    : number_(queue.get()),
      fork_generation_(base::ForkGeneration()),
      keep_socket_errors_(keep_socket_errors),
      wake_channel_(std::move(wake_channel)),
      queue_(std::move(queue)) {}

LibkqueueEmulation::~LibkqueueEmulation() {
  if (base::InForkGeneration(fork_generation_)) {
    Close();
  } else {
    // They belong to the parent; its lock is not taken either.
    queue_.Release();
    for (OwnedFd& retired : retired_) retired.Release();
  }
}

void LibkqueueEmulation::Close() {
  {
    base::MutexLock lock(mutex_);
    if (closed_) return;
    closed_ = true;
    Registry& registry = ThisProcess();
    {
      base::MutexLock registry_lock(registry.mutex);
      registry.emulations.erase(number_);
    }
    InterruptWaiter();
    DeleteAll();
    filters_.clear();
    retired_.push_back(std::move(queue_));
    for (OwnedFd& queue : retired_) {
      if (fork_generation_ == base::kFirstForkGeneration) {
        CloseQueue(std::move(queue));
      } else {
        // libkqueue's thread exists only in the parent, and would treat the close as that of one of
        // the parent's own queues.
        queue.Release();
      }
    }
    retired_.clear();
    --changing_;
  }
}

int LibkqueueEmulation::Kevent(const struct kevent* changes, int change_count,
                               struct kevent* events, int event_count, const timespec* timeout) {
  int result = 0;
  int error = 0;
  {
    base::MutexLock lock(mutex_);
    if (change_count > 0) {
      InterruptWaiter();
      result = ApplyChanges(changes, change_count, events, event_count);
      error = errno;
      --changing_;
    } else if (closed_) {
      result = -1;
      error = EBADF;
    }
    if (result == 0 && event_count > 0) {
      result = WaitInTurn(events, event_count, timeout);
      error = errno;
    }
  }
  errno = error;
  return result;
}

int LibkqueueEmulation::ApplyChanges(const struct kevent* changes, int change_count,
                                     struct kevent* events, int event_count) {
  int found = 0;
  for (int i = 0; i < change_count; ++i) {
    const int error = closed_ ? EBADF : ApplyOne(changes[i]);
    if (closed_ || (error != 0 && found == event_count)) {
      errno = error;
      return -1;
    }
    if (found == event_count || (error == 0 && (changes[i].flags & EV_RECEIPT) == 0)) continue;
    events[found] = changes[i];
    events[found].flags = EV_ERROR;
    events[found].data = error;
    ++found;
  }
  return found;
}

int LibkqueueEmulation::WaitInTurn(struct kevent* events, int event_count,
                                   const timespec* timeout) {
  mutex_.Await(absl::Condition(+[](int* changing) { return *changing == 0; }, &changing_));
  if (waiting_ && !closed_) {
    // Another thread is waiting. Waits for the turn and returns 0; the caller checks its deadline
    // and calls again.
    const auto my_turn = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return closed_ || (!waiting_ && changing_ == 0);
    };
    mutex_.AwaitWithTimeout(absl::Condition(&my_turn), timeout == nullptr
                                                           ? absl::InfiniteDuration()
                                                           : absl::DurationFromTimespec(*timeout));
    return 0;
  }
  if (closed_) {
    errno = EBADF;
    return -1;
  }
  const int room = std::min(event_count, kMaxEvents);
  const int found = WaitUnlocked(queue_.get(), events, room, timeout);
  return found < 0 ? found : TranslateAll(events, found);
}

int LibkqueueEmulation::WaitUnlocked(int queue, struct kevent* events, int room,
                                     const timespec* timeout) {
  // At the end of the scope, also if the thread is cancelled in it.
  const auto begin = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    waiting_ = true;
    base::Unlock(mutex_);
  };
  const auto end = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    const int error = errno;
    base::Lock(mutex_);
    waiting_ = false;
    errno = error;
  };
  begin();
  const absl::Cleanup ended(end);
  // libkqueue reads flags that it has not always written.
  std::memset(events, 0, sizeof(*events) * room);
  const KeptSocketErrors kept(keep_socket_errors_);
  return kevent(queue, nullptr, 0, events, room, timeout);
}

int LibkqueueEmulation::AddWakeChannel() {
  struct kevent change = {};
  change.ident = static_cast<uintptr_t>(wake_channel_.fd());
  change.filter = EVFILT_READ;
  change.flags = EV_ADD;
  return Apply(queue_.get(), change);
}

void LibkqueueEmulation::InterruptWaiter() {
  ++changing_;
  if (!waiting_) return;
  wake_channel_.Signal();
  mutex_.Await(absl::Condition(+[](bool* waiting) { return !*waiting; }, &waiting_));
}

int LibkqueueEmulation::ApplyOne(const struct kevent& asked) {
  struct kevent change = asked;
  change.flags &= ~(EV_SYSFLAGS | EV_RECEIPT);
  const Key key(change.ident, change.filter);
  auto filter = filters_.find(key);
  poller_base::FileDigest identity;
  if (IsForFile(change.filter)) {
    const std::optional<FileIdentity> file =
        change.ident <= INT_MAX ? FileIdentity::Of(static_cast<int>(change.ident)) : std::nullopt;
    if (filter != filters_.end() && (!file.has_value() || !file->SameAs(filter->second.identity))) {
      // A kernel would have removed the filter with its file.
      const bool on_duplicate = filter->second.duplicate.valid();
      if (on_duplicate) DeleteFromQueue(filter->second);
      filters_.erase(filter);
      filter = filters_.end();
      if (!on_duplicate) RecreateQueue();
      filter = filters_.end();
    }
    if (!file.has_value()) return EBADF;
    if ((file->mode & S_IFMT) == 0) return EINVAL;  // an eventfd or the like
    identity = file->digest;
  }
  if (filter == filters_.end()) return change.flags & EV_ADD ? Add(change, identity) : ENOENT;
  if (change.flags & EV_DELETE) {
    DeleteFromQueue(filter->second);
    filters_.erase(filter);
    return 0;
  }
  if (change.filter == EVFILT_USER) {
    if (change.flags & EV_DISABLE) return SetDisabled(filter->second, true);
    if (const int error = SetDisabled(filter->second, false); error != 0) return error;
    change.flags = EV_ADD;
    return Apply(queue_.get(), change);
  }
  if (change.flags & EV_ADD) {
    DeleteFromQueue(filter->second);
    filters_.erase(filter);
    return Add(change, identity);
  }
  if (change.flags & (EV_DISABLE | EV_ENABLE)) {
    return SetDisabled(filter->second, (change.flags & EV_DISABLE) != 0);
  }
  return 0;
}

int LibkqueueEmulation::Add(const struct kevent& change, const poller_base::FileDigest& identity) {
  Filter filter = {change, identity};
  filter.change.flags &= ~(EV_ENABLE | EV_DISABLE);
  if (const int error = AddToQueue(filter); error != 0) return error;
  Filter& added =
      filters_.emplace(Key(change.ident, change.filter), std::move(filter)).first->second;
  return change.flags & EV_DISABLE ? SetDisabled(added, true) : 0;
}

int LibkqueueEmulation::AddToQueue(Filter& filter) {
  struct kevent change = filter.change;
  if (change.filter == EVFILT_TIMER && (change.fflags & NOTE_USECONDS)) {
    change.fflags = (change.fflags & ~NOTE_USECONDS) | NOTE_NSECONDS;
    if (__builtin_mul_overflow(change.data, 1000, &change.data)) return EINVAL;
  }
  // Checked first instead of just trying, because libkqueue never frees the memory of a filter that
  // it could not add.
  int error = occupied_.count(change.ident) > 0 && IsIo(change.filter)
                  ? EEXIST
                  : Apply(queue_.get(), change);
  if (error == 0 && IsIo(change.filter)) occupied_.insert(change.ident);
  if (error != 0 && IsIo(change.filter)) {
    const int fd = static_cast<int>(change.ident);
    filter.duplicate.Reset(fcntl(fd, F_DUPFD_CLOEXEC, 0));
    if (!filter.duplicate.valid()) return errno;
    change.ident = static_cast<uintptr_t>(filter.duplicate.get());
    error = Apply(queue_.get(), change);
    if (error == 0) originals_[filter.duplicate.get()] = fd;
  }
  // libkqueue returns EFAULT for every errno, and ENOSYS for filters that it does not implement.
  return error == EFAULT || error == ENOSYS ? EINVAL : error;
}

int LibkqueueEmulation::SetDisabled(Filter& filter, bool disabled) {
  if (filter.disabled == disabled) return 0;
  struct kevent change = filter.change;
  change.flags = disabled ? EV_DISABLE : EV_ENABLE;
  if (filter.duplicate.valid()) change.ident = static_cast<uintptr_t>(filter.duplicate.get());
  const int error = Apply(queue_.get(), change);
  if (error == 0) filter.disabled = disabled;
  return error;
}

void LibkqueueEmulation::DeleteFromQueue(Filter& filter) {
  struct kevent change = filter.change;
  change.flags = EV_DELETE;
  if (filter.duplicate.valid()) {
    change.ident = static_cast<uintptr_t>(filter.duplicate.get());
    originals_.erase(filter.duplicate.get());
  } else if (IsIo(change.filter)) {
    occupied_.erase(change.ident);
  }
  Apply(queue_.get(), change);
  filter.duplicate.Reset();
}

void LibkqueueEmulation::DeleteAll() {
  for (auto& [key, filter] : filters_) DeleteFromQueue(filter);
  struct kevent deletion = {};
  deletion.ident = static_cast<uintptr_t>(wake_channel_.fd());
  deletion.filter = EVFILT_READ;
  deletion.flags = EV_DELETE;
  Apply(queue_.get(), deletion);
}

void LibkqueueEmulation::RecreateQueue() {
  OwnedFd fresh = NewQueue();
  if (!fresh.valid()) return;  // the next change for a closed file tries again
  DeleteAll();
  OwnedFd stale = std::exchange(queue_, std::move(fresh));
  // The first queue is closed only together with this object, because the user has its number. In a
  // forked child no queue can be closed; see Close().
  if (stale.get() == number_ || fork_generation_ != base::kFirstForkGeneration) {
    retired_.push_back(std::move(stale));
  } else {
    CloseQueue(std::move(stale));
  }
  occupied_.clear();
  AddWakeChannel();
  for (auto filter = filters_.begin(); filter != filters_.end();) {
    const bool disabled = std::exchange(filter->second.disabled, false);
    // A kernel would have removed a filter whose file is closed.
    if (AddToQueue(filter->second) != 0) {
      filter = filters_.erase(filter);
      continue;
    }
    SetDisabled(filter->second, disabled);
    ++filter;
  }
}

int LibkqueueEmulation::TranslateAll(struct kevent* events, int found) {
  int kept = 0;
  for (int i = 0; i < found; ++i) {
    struct kevent event = events[i];
    if (IsIo(event.filter)) {
      const int fd = static_cast<int>(event.ident);
      if (fd == wake_channel_.fd()) {
        wake_channel_.Drain();
        continue;
      }
      if (const auto original = originals_.find(fd); original != originals_.end()) {
        event.ident = static_cast<uintptr_t>(original->second);
      }
      // A broken pipe has an error here, but, unlike with a kernel, not EV_EOF.
      if (event.fflags != 0) event.flags |= EV_EOF;
    }
    const auto filter = filters_.find(Key(event.ident, event.filter));
    if (filter != filters_.end()) {
      if (event.filter == EVFILT_TIMER) event.fflags = filter->second.change.fflags;
      if (event.flags & EV_DISPATCH) filter->second.disabled = true;
      if (event.flags & EV_ONESHOT) {  // libkqueue has deleted it
        if (filter->second.duplicate.valid()) {
          originals_.erase(filter->second.duplicate.get());
        } else if (IsIo(event.filter)) {
          occupied_.erase(event.ident);
        }
        filters_.erase(filter);
      }
    }
    event.flags &= ~(EV_ADD | EV_DELETE | EV_ENABLE | EV_DISABLE);
    events[kept++] = event;
  }
  return kept;
}

}  // namespace someos
