// A thread that waits on a poller while a test goes on.

#ifndef SOMEOS_TESTING_POLLER_WAITING_THREAD_H_
#define SOMEOS_TESTING_POLLER_WAITING_THREAD_H_

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/event.h"
#include "someos/api/poller.h"

namespace someos {

// Calls Poller::Wait once, in a thread of its own.
class WaitingThread {
 public:
  explicit WaitingThread(Poller& poller, absl::Duration timeout = absl::InfiniteDuration(),
                         size_t room = 64);
  WaitingThread(const WaitingThread&) = delete;
  WaitingThread& operator=(const WaitingThread&) = delete;
  ~WaitingThread();

  // Returns when the thread is seen inside Wait, as a Wait of the caller's is then refused, or when
  // its Wait is over; a poller that refuses nobody fails the test. To be called while nothing is
  // ready and no Wake is pending: the caller's Wait would take them.
  void AwaitInside();

  // True when the thread's Wait is over.
  bool done() const { return done_.load(); }

  pthread_t handle() { return thread_.native_handle(); }

  // What Wait returned, once it has returned. A Wait that does not end in good time fails the test,
  // and is ended by Wake().
  absl::StatusOr<std::vector<Event>> Join();

  // How long the Wait took by CLOCK_MONOTONIC. To be asked after Join().
  absl::Duration elapsed() const { return elapsed_; }

 private:
  void Run(absl::Duration timeout, size_t room);

  Poller& poller_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::atomic<bool> done_{false};
  absl::Duration elapsed_;
  absl::StatusOr<std::vector<Event>> result_ = absl::UnknownError("not joined");
  std::thread thread_;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_POLLER_WAITING_THREAD_H_
