// Python's multiprocessing.SimpleQueue.

#ifndef SOMEOS_API_MULTIPROCESSING_QUEUES_SIMPLE_QUEUE_H_
#define SOMEOS_API_MULTIPROCESSING_QUEUES_SIMPLE_QUEUE_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/queues/queue_pipe.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// A pipe for values, with a lock for each end, as Python's, so that Python's processes put and get
// as well. Who is killed while it puts or gets leaves the lock acquired, as in Python: SharedQueue
// has no such weakness.
//
// Threads: all functions but moves and Close may be called by any thread at the same time. A forked
// child uses its copy.
class SimpleQueue {
 public:
  using State = QueuePipeState;

  // `options` are those of what receives. Errnos as of Pipe and Lock::Create.
  static absl::StatusOr<SimpleQueue> Create(const ConnectionOptions& options = {});
  // One that another process has made. Owns the descriptors of `state` from now on, also if this
  // fails. Errors of Connection::Of and SemLock::Open.
  static absl::StatusOr<SimpleQueue> Open(const State& state,
                                          const ConnectionOptions& options = {});

  // Puts a value; waits while the pipe is full. Errors of Pickle; EPIPE: nobody can get.
  absl::Status Put(const PyValue& value);
  // Waits for a value. Errors of Connection::Receive.
  absl::StatusOr<PyValue> Get();
  // Whether there is nothing to get, as of this moment.
  absl::StatusOr<bool> Empty() { return pipe_.Empty(); }

  // All functions return kFailedPrecondition (OSError) "handle is closed" from then on.
  void Close() { pipe_.Close(); }

  // Its descriptors are the queue's.
  State state() const { return pipe_.state(); }

 private:
  SimpleQueue(internal::QueuePipe pipe, const ConnectionOptions& options)
      : pipe_(std::move(pipe)), options_(options) {}

  internal::QueuePipe pipe_;
  ConnectionOptions options_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_QUEUES_SIMPLE_QUEUE_H_
