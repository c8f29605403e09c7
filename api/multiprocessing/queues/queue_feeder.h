// The thread that sends what has been put into a Queue.

#ifndef SOMEOS_API_MULTIPROCESSING_QUEUES_QUEUE_FEEDER_H_
#define SOMEOS_API_MULTIPROCESSING_QUEUES_QUEUE_FEEDER_H_

#include <deque>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "someos/api/multiprocessing/queues/queue_pipe.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"
#include "someos/backends/thread_pthread/thread_pthread.h"

namespace someos::multiprocessing::internal {

// Of one process. Threads: all functions may be called by any thread at the same time.
class QueueFeeder {
 public:
  // `pipe` and `room`, which is released for what cannot be sent, outlive it.
  QueueFeeder(QueuePipe& pipe, SemLock& room) : pipe_(pipe), room_(room) {}
  QueueFeeder(const QueueFeeder&) = delete;
  QueueFeeder& operator=(const QueueFeeder&) = delete;
  // Closes, and waits until all is sent, unless that was cancelled.
  ~QueueFeeder();

  // Takes a frame to be sent; starts the thread.
  //
  // kResourceExhausted "can't start new thread". The error of what was sent before.
  absl::Status Put(std::string frame);

  // The thread ends when it has sent everything.
  void Close();
  bool closed() const;
  // Waits for that. The error of what was sent.
  absl::Status Join();
  // Neither Join nor the destructor waits until everything is sent.
  void CancelJoin();

 private:
  void Run();
  // Takes as many frames as are written in one step; none at the end.
  int NextFrames(std::string& frames);
  bool Stopped() const;

  QueuePipe& pipe_;
  SemLock& room_;
  mutable absl::Mutex mutex_;
  absl::CondVar changed_;
  std::deque<std::string> frames_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool join_cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status error_ ABSL_GUARDED_BY(mutex_);
  std::optional<thread_pthread::Threads::Thread> thread_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_QUEUES_QUEUE_FEEDER_H_
