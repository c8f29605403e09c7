// KernelQueue over libkqueue, which runs a kqueue on Linux's epoll.
//
// What follows is for libkqueue 2.3.1, Debian's, and hides from KqueuePoller where it differs from
// a kernel:
//  - A descriptor cannot have a read and a write filter at once (both would be one entry of the
//    same epoll set). The second one is put on a duplicate of the descriptor.
//  - A change while another thread waits may free what that thread is about to report. So changes
//    are made only while no thread waits: the waiting one is called back first.
//  - A filter whose file was closed, with a duplicate open elsewhere, can no longer be removed.
//    Then the whole queue is made anew.
//  - EV_ADD and EV_ENABLE of a filter that is there fail.
//  - Closing a queue that still has filters reads memory that it has freed. They are deleted first.
// It takes no descriptors that are neither files nor sockets: eventfds, timerfds, epoll sets.

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/file_identity.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/base/wake_channel.h"
#include "someos/backends/kqueue/kernel_queue.h"

namespace someos {
namespace {

using base::FileIdentity;
using base::OwnedFd;
using base::WakeChannel;

int Apply(int queue, const struct kevent& change) {
  return kevent(queue, &change, 1, nullptr, 0, nullptr) < 0 ? errno : 0;
}

class LibkqueueQueue final : public KernelQueue {
 public:
  LibkqueueQueue(OwnedFd queue, WakeChannel recall)
      : queue_(std::move(queue)),
        recall_(std::move(recall)),
        fork_generation_(base::ForkGeneration()) {}

  ~LibkqueueQueue() override {
    // In a child, and for a queue that was made in one: libkqueue's cleaning thread is in the
    // parent, and would take the close for one of the parent's own queues.
    if (fork_generation_ != base::ForkGeneration() || fork_generation_ != 0) {
      queue_.Release();
      for (OwnedFd& retired : retired_) retired.Release();
      return;
    }
    absl::MutexLock lock(mutex_);
    DeleteAll();
  }

  // Makes the queue report recalls; once for each queue.
  int WatchForRecall() {
    absl::MutexLock lock(mutex_);
    return AddRecall();
  }

  int Change(const struct kevent& change) override {
    absl::MutexLock lock(mutex_);
    CallWaiterBack();
    const int error = ChangeAlone(change);
    --changing_;
    return error;
  }

  int Wait(struct kevent* events, int count, const timespec* timeout) override {
    absl::MutexLock lock(mutex_);
    mutex_.Await(absl::Condition(+[](int* changing) { return *changing == 0; }, &changing_));
    waiting_ = true;
    const int queue = queue_.get();
    mutex_.unlock();
    const int found = kevent(queue, nullptr, 0, events, count, timeout);
    const int error = errno;
    mutex_.lock();
    waiting_ = false;
    errno = error;
    return found < 0 ? found : TranslateAll(events, found);
  }

 private:
  using Key = std::pair<uintptr_t, int>;  // descriptor, filter

  struct Filter {
    struct kevent change;  // that added it
    uint32_t identity;     // of the file it was added for
    OwnedFd duplicate;     // that libkqueue has in place of the descriptor, if it has one
  };

  int AddRecall() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    struct kevent change = {};
    change.ident = static_cast<uintptr_t>(recall_.fd());
    change.filter = EVFILT_READ;
    change.flags = EV_ADD;
    return Apply(queue_.get(), change);
  }

  void CallWaiterBack() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    ++changing_;
    if (!waiting_) return;
    recall_.Signal();
    mutex_.Await(absl::Condition(+[](bool* waiting) { return !*waiting; }, &waiting_));
  }

  int ChangeAlone(const struct kevent& change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const Key key(change.ident, change.filter);
    const auto filter = filters_.find(key);
    if (change.flags & EV_ADD) {
      if (filter != filters_.end()) Delete(filter);
      return Add(change);
    }
    if (filter == filters_.end()) return ENOENT;
    if (change.flags & EV_DELETE) Delete(filter);
    return 0;
  }

  int Add(const struct kevent& change) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const int fd = static_cast<int>(change.ident);
    const std::optional<FileIdentity> identity = FileIdentity::Of(fd);
    if (!identity.has_value()) return errno;
    if ((identity->mode & S_IFMT) == 0) return EINVAL;  // an eventfd or the like
    Filter filter = {change, identity->digest, OwnedFd()};
    if (const int error = AddToQueue(filter); error != 0) return error;
    filters_.emplace(Key(change.ident, change.filter), std::move(filter));
    return 0;
  }

  // Adds the filter on its descriptor, or on a duplicate if that is in the queue already.
  int AddToQueue(Filter& filter) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (Apply(queue_.get(), filter.change) == 0) return 0;
    const int fd = static_cast<int>(filter.change.ident);
    filter.duplicate.Reset(fcntl(fd, F_DUPFD_CLOEXEC, 0));
    if (!filter.duplicate.valid()) return errno;
    struct kevent change = filter.change;
    change.ident = static_cast<uintptr_t>(filter.duplicate.get());
    const int error = Apply(queue_.get(), change);
    if (error == 0) originals_[filter.duplicate.get()] = fd;
    return error == EFAULT ? EINVAL : error;  // EFAULT is what it makes of every errno
  }

  void Delete(std::map<Key, Filter>::iterator filter) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const std::optional<FileIdentity> now = FileIdentity::Of(static_cast<int>(filter->first.first));
    const bool same_file = now.has_value() && now->digest == filter->second.identity;
    if (same_file || filter->second.duplicate.valid()) {
      DeleteFromQueue(filter->second);
      filters_.erase(filter);
    } else {
      filters_.erase(filter);
      MakeQueueAnew();
    }
  }

  void DeleteFromQueue(Filter& filter) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    struct kevent change = filter.change;
    change.flags = EV_DELETE;
    if (filter.duplicate.valid()) {
      change.ident = static_cast<uintptr_t>(filter.duplicate.get());
      originals_.erase(filter.duplicate.get());
    }
    Apply(queue_.get(), change);
    filter.duplicate.Reset();
  }

  void DeleteAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    for (auto& [key, filter] : filters_) DeleteFromQueue(filter);
    struct kevent recall = {};
    recall.ident = static_cast<uintptr_t>(recall_.fd());
    recall.filter = EVFILT_READ;
    recall.flags = EV_DELETE;
    Apply(queue_.get(), recall);
  }

  void MakeQueueAnew() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    OwnedFd fresh(kqueue());
    if (!fresh.valid()) return;  // the next deletion tries again
    DeleteAll();
    // Not closed before this object is: libkqueue cleans up after a close in a thread of its own,
    // by descriptor numbers, which by then may be others' (it has been seen to take the new
    // queue's).
    retired_.push_back(std::move(queue_));
    queue_ = std::move(fresh);
    AddRecall();
    for (auto filter = filters_.begin(); filter != filters_.end();) {
      // A filter whose file is gone would be gone from a kernel's queue as well.
      filter = AddToQueue(filter->second) == 0 ? std::next(filter) : filters_.erase(filter);
    }
  }

  // Gives duplicates their originals' numbers, and takes out what is our own business.
  int TranslateAll(struct kevent* events, int found) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    int kept = 0;
    for (int i = 0; i < found; ++i) {
      struct kevent event = events[i];
      const int fd = static_cast<int>(event.ident);
      if (fd == recall_.fd()) {
        recall_.Drain();
        continue;
      }
      if (const auto original = originals_.find(fd); original != originals_.end()) {
        event.ident = static_cast<uintptr_t>(original->second);
      }
      // A broken pipe has an error here and, unlike in a kernel, no end of file.
      if (event.fflags != 0) event.flags |= EV_EOF;
      if (event.flags & EV_ONESHOT) Forget(Key(event.ident, event.filter));
      events[kept++] = event;
    }
    return kept;
  }

  // Of a one-shot filter that libkqueue has deleted itself.
  void Forget(const Key& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto filter = filters_.find(key);
    if (filter == filters_.end()) return;
    if (filter->second.duplicate.valid()) originals_.erase(filter->second.duplicate.get());
    filters_.erase(filter);
  }

  absl::Mutex mutex_;
  OwnedFd queue_ ABSL_GUARDED_BY(mutex_);
  std::vector<OwnedFd> retired_ ABSL_GUARDED_BY(mutex_);
  const WakeChannel recall_;  // makes the waiting thread leave kevent
  const uint32_t fork_generation_;
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;
  int changing_ ABSL_GUARDED_BY(mutex_) = 0;  // threads in Change
  std::map<Key, Filter> filters_ ABSL_GUARDED_BY(mutex_);
  std::map<int, int> originals_ ABSL_GUARDED_BY(mutex_);  // of the duplicates
};

}  // namespace

absl::StatusOr<std::unique_ptr<KernelQueue>> NewKernelQueue() {
  base::WatchForForks();
  absl::StatusOr<WakeChannel> recall = WakeChannel::CreatePipe();
  if (!recall.ok()) return recall.status();
  OwnedFd queue(kqueue());
  if (!queue.valid()) return ErrnoStatus(errno, "create a kqueue poller: kqueue");
  fcntl(queue.get(), F_SETFD, FD_CLOEXEC);
  auto result = std::make_unique<LibkqueueQueue>(std::move(queue), *std::move(recall));
  if (const int error = result->WatchForRecall(); error != 0) {
    return ErrnoStatus(error, "create a kqueue poller: kevent");
  }
  return result;
}

}  // namespace someos
