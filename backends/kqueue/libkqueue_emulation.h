// What libkqueue needs to behave like a kernel's kqueue. Linux only.
//
// libkqueue runs a kqueue on Linux's epoll. What follows is for libkqueue 2.3.1, Debian's, and is
// hidden here:
//  - A descriptor cannot have a read and a write filter at once (both would be one entry of the
//    same epoll set). The second one is put on a duplicate of the descriptor.
//  - A change while another thread waits may free what that thread is about to report, and so may
//    a second waiting thread. So one thread waits at a time, and changes are made only while none
//    does: the waiting one is called back first.
//  - A filter whose file was closed, with a duplicate open elsewhere, can no longer be removed.
//    Then the whole queue is made anew. Its descriptor stays that of the first one.
//  - EV_ADD and EV_ENABLE of a filter that is there fail, and EV_RECEIPT does.
//  - A change that fails is not marked with EV_ERROR, and the events of failures are not counted.
//  - NOTE_USECONDS counts a thousandth of what it should.
//  - Closing a queue that still has filters reads memory that it has freed. They are deleted first.
//  - After a close, a thread of libkqueue's cleans up by descriptor numbers, which by then may be
//    another queue's. It is waited for.
//
// What remains:
//  - No descriptors that are neither files nor sockets: eventfds, timerfds, epoll sets (EINVAL).
//  - No EVFILT_PROC, AIO, NETDEV, FS or LIO (EINVAL), no NOTE_LOWAT.
//  - An event takes a socket's pending error away from SO_ERROR (findings/libkqueue_so_error.sh). The
//    Poller keeps it.
//  - A descriptor with both filters is kept open, through its duplicate, until one is deleted.
//  - At most 512 events at a time.
//  - The data of a write event is what the socket holds, not what it has room for.
//  - EVFILT_SIGNAL blocks its signal in the thread that adds it, for ever, and reports each signal
//    apart. A trigger of EVFILT_USER is lost if the queue is made anew.
//  - A regular file that was read to its end is not reported again when it grows.
//  - EV_DISPATCH together with EV_ONESHOT is EINVAL.
//  - The descriptor tells poll, select and epoll nothing.
//  - A queue that was made in a forked child stays open until that process ends.

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
#include "someos/backends/poller_base/wake_channel.h"

namespace someos {

class LibkqueueEmulation {
 public:
  // EMFILE, ENFILE, ENOMEM.
  static absl::StatusOr<std::shared_ptr<LibkqueueEmulation>> Create();
  // The one that Create made in this process under this number and that is not closed; or null.
  static std::shared_ptr<LibkqueueEmulation> Find(int number);

  ~LibkqueueEmulation();

  // The number that libkqueue gave the queue.
  int number() const { return number_; }

  // As KernelQueue's. EBADF after Close. Not for a forked child.
  int Kevent(const struct kevent* changes, int change_count, struct kevent* events, int event_count,
             const timespec* timeout);
  void Close();

 private:
  using Key = std::pair<uintptr_t, int>;  // ident, filter

  struct Filter {
    struct kevent change;          // that added it
    uint32_t identity = 0;         // of the file it was added for, if it is for one
    base::OwnedFd duplicate = {};  // that libkqueue has in place of the descriptor, if it has one
    bool disabled = false;
  };
  using Filters = std::map<Key, Filter>;

  LibkqueueEmulation(base::OwnedFd queue, poller_base::WakeChannel recall);

  int AddRecall() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Begins a change: no thread is in libkqueue's kevent() until `--changing_`.
  void CallWaiterBack() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Returns how many events it filled, or -1 with errno.
  int ApplyChanges(const struct kevent* changes, int change_count, struct kevent* events,
                   int event_count) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int WaitInTurn(struct kevent* events, int event_count, const timespec* timeout)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // These return 0 or an errno.
  int ApplyOne(const struct kevent& asked) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int Add(const struct kevent& change, uint32_t identity) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Adds the filter on its descriptor, or on a duplicate if that is in the queue already.
  int AddToQueue(Filter& filter) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int SetDisabled(Filter& filter, bool disabled) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void DeleteFromQueue(Filter& filter) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DeleteAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MakeQueueAnew() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Gives duplicates their originals' numbers, and takes out what is our own business.
  int TranslateAll(struct kevent* events, int found) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int number_;
  const uint32_t fork_generation_;
  const poller_base::WakeChannel recall_;  // makes the waiting thread leave kevent()
  absl::Mutex mutex_;
  base::OwnedFd queue_ ABSL_GUARDED_BY(mutex_);
  std::vector<base::OwnedFd> retired_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;
  int changing_ ABSL_GUARDED_BY(mutex_) = 0;  // threads that change something
  Filters filters_ ABSL_GUARDED_BY(mutex_);
  std::map<int, int> originals_ ABSL_GUARDED_BY(mutex_);  // of the duplicates
  // The descriptors that have a read or write filter themselves, not by a duplicate.
  std::set<uintptr_t> occupied_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace someos

#endif  // SOMEOS_BACKENDS_KQUEUE_LIBKQUEUE_EMULATION_H_
