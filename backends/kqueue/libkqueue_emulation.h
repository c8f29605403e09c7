// Works around the deviations of libkqueue from a kernel's kqueue. Linux only.
//
// libkqueue emulates a kqueue with Linux's epoll. This class hides the following deviations of
// libkqueue 2.3.1, Debian's version:
//  - A descriptor cannot have a read and a write filter at the same time (both would be the same
//    entry of the epoll set). The second one is added to a duplicate of the descriptor.
//  - A change while another thread waits may free data that this thread is about to report, and so
//    may a second waiting thread. So only one thread waits at a time, and changes are made only
//    while no thread waits: the waiting thread is interrupted first.
//  - A filter whose file was closed, while a duplicate is open elsewhere, cannot be removed. Then
//    the whole queue is replaced by a new one. The descriptor of the first one is kept.
//  - EV_ADD and EV_ENABLE of an existing filter fail, and EV_RECEIPT does.
//  - A change that fails is not marked with EV_ERROR, and the events of failures are not counted.
//  - NOTE_USECONDS is a thousand times too short.
//  - Closing a queue that still has filters reads freed memory. The filters are deleted first.
//  - After a close, a thread of libkqueue cleans up by descriptor numbers, which may belong to
//    another queue by then. Close waits for that thread.
//
// The following deviations remain:
//  - No descriptors other than files and sockets: no eventfds, timerfds, epoll sets (EINVAL).
//  - No EVFILT_PROC, AIO, NETDEV, FS or LIO (EINVAL), no NOTE_LOWAT.
//  - Reporting an event takes a socket's pending error from SO_ERROR
//    (findings/libkqueue_so_error.sh). The Poller keeps it. For a Kqueue, the error stays in the
//    socket, and the fflags of the event are 0; not if libkqueue is linked dynamically, or if there
//    was no objcopy when the build searched for it.
//  - The file of a descriptor with both filters is kept open, by its duplicate, until one of them
//    is deleted.
//  - At most 512 events at a time.
//  - The data of a write event is the amount of data in the socket's buffer, not the free space.
//  - EVFILT_SIGNAL permanently blocks its signal in the thread that adds it, and reports each
//    signal separately. A trigger of EVFILT_USER is lost if the queue is replaced.
//  - A regular file that was read to its end is not reported again when it grows.
//  - EV_DISPATCH together with EV_ONESHOT is EINVAL.
//  - A signal does not interrupt a call that waits until another thread has ended its wait.
//  - poll, select and epoll do not report the queue's descriptor as readable.
//  - A queue that was created in a forked child stays open until that process ends.

#ifndef SOMEOS_BACKENDS_KQUEUE_LIBKQUEUE_EMULATION_H_
#define SOMEOS_BACKENDS_KQUEUE_LIBKQUEUE_EMULATION_H_

// libkqueue's <sys/event.h> needs <time.h> before it.
// clang-format off
#include <time.h>
#include <sys/event.h>
// clang-format on

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/poller_base/file_identity.h"
#include "someos/backends/poller_base/wake_channel.h"

namespace someos {

class LibkqueueEmulation {
 public:
  // EMFILE, ENFILE, ENOMEM. If `keep_socket_errors`, events do not have the pending errors of
  // sockets in fflags, and do not take them out of the sockets.
  static absl::StatusOr<std::shared_ptr<LibkqueueEmulation>> Create(bool keep_socket_errors);
  // The object that Create made in this process with this number, unless it is closed; or null.
  static std::shared_ptr<LibkqueueEmulation> Find(int number);

  ~LibkqueueEmulation();

  // The number that libkqueue gave the queue.
  int number() const { return number_; }

  // As in KernelQueue. EBADF after Close. Not for a forked child.
  int Kevent(const struct kevent* changes, int change_count, struct kevent* events, int event_count,
             const timespec* timeout);
  void Close();

 private:
  using Key = std::pair<uintptr_t, int>;  // ident, filter

  struct Filter {
    struct kevent change;              // the change that added it
    poller_base::FileDigest identity;  // of the file for which it was added, if there is one
    base::OwnedFd duplicate = {};      // if valid, libkqueue has it instead of the descriptor
    bool disabled = false;
  };
  using Filters = std::map<Key, Filter>;

  LibkqueueEmulation(base::OwnedFd queue, poller_base::WakeChannel wake_channel,
                     bool keep_socket_errors);

  int AddWakeChannel() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Begins a change, which ends with `--changing_`: until then no thread is in libkqueue's
  // kevent().
  void InterruptWaiter() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Returns how many events it filled, or -1 with errno.
  int ApplyChanges(const struct kevent* changes, int change_count, struct kevent* events,
                   int event_count) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int WaitInTurn(struct kevent* events, int event_count, const timespec* timeout)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The same as the only thread in libkqueue's kevent(), with the lock released meanwhile.
  int WaitUnlocked(int queue, struct kevent* events, int room, const timespec* timeout)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // These return 0 or an errno.
  int ApplyOne(const struct kevent& asked) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int Add(const struct kevent& change, const poller_base::FileDigest& identity)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Adds the filter for its descriptor, or for a duplicate if the descriptor is already in the
  // queue.
  int AddToQueue(Filter& filter) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int SetDisabled(Filter& filter, bool disabled) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void DeleteFromQueue(Filter& filter) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DeleteAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RecreateQueue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Replaces the numbers of duplicates by those of their originals, and removes internal events.
  // Returns how many events remain.
  int TranslateAll(struct kevent* events, int found) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int number_;
  const uint32_t fork_generation_;
  const bool keep_socket_errors_;
  const poller_base::WakeChannel wake_channel_;  // makes the waiting thread leave kevent()
  absl::Mutex mutex_;
  base::OwnedFd queue_ ABSL_GUARDED_BY(mutex_);
  std::vector<base::OwnedFd> retired_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;
  int changing_ ABSL_GUARDED_BY(mutex_) = 0;  // number of threads that are making a change
  Filters filters_ ABSL_GUARDED_BY(mutex_);
  std::map<int, int> originals_ ABSL_GUARDED_BY(mutex_);  // the originals of the duplicates
  // The descriptors that have a read or write filter themselves, not through a duplicate.
  std::set<uintptr_t> occupied_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace someos

#endif  // SOMEOS_BACKENDS_KQUEUE_LIBKQUEUE_EMULATION_H_
